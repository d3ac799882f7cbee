/* Writes each line that it reads: what the messages alone cost. */
#include <stdio.h>

int main(void) {
    static char line[1 << 22];
    static char out[1 << 16];
    setvbuf(stdout, out, _IOFBF, sizeof out);
    while (fgets(line, sizeof line, stdin)) {
        fputs(line, stdout);
        fflush(stdout);
    }
    return 0;
}
