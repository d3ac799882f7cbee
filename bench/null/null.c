/* A verifier that accepts everything, for the cost of the transport alone: it finds type, session and id, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char hello[] =
    "{\"type\":\"hello\",\"protocol\":1,\"concurrency\":16,\"claims\":{\"name\":\"null\",\"version\":\"1\",\"revisions\":[\"37\"],"
    "\"levels\":[\"authenticated\"],\"events\":[\"update\",\"boot\"],\"commands\":[],\"parameters\":[],\"algorithms\":[-8],"
    "\"digests\":[-16],\"structures\":[\"sign1\"],\"extensions\":[],\"reports\":[],\"keepsState\":false}}\n";

static long number(const char *line, const char *name) {
    const char *at = strstr(line, name);
    return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

int main(void) {
    static char line[1 << 22];
    static char out[1 << 16];
    setvbuf(stdout, out, _IOFBF, sizeof out);
    while (fgets(line, sizeof line, stdin)) {
        if (strncmp(line, "{\"type\":\"deliver\"", 17) == 0)
            printf("{\"type\":\"decision\",\"session\":%ld,\"id\":%ld,\"kind\":\"accepted\",\"level\":\"authenticated\"}\n",
                   number(line, "\"session\":"), number(line, "\"id\":"));
        else if (strncmp(line, "{\"type\":\"close\"", 15) == 0)
            printf("{\"type\":\"close\",\"session\":%ld}\n", number(line, "\"session\":"));
        else if (strncmp(line, "{\"type\":\"hello\"", 15) == 0)
            fputs(hello, stdout);
        else
            continue;
        fflush(stdout);
    }
    return 0;
}
