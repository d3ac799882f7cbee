#include <string.h>

/* The compiler would turn these loops into calls of themselves. */
#pragma clang optimize off

void *memmove(void *to, const void *from, size_t size) {
    unsigned char *a = to;
    const unsigned char *b = from;
    if (a < b) for (size_t i = 0; i < size; i++) a[i] = b[i];
    else for (size_t i = size; i > 0; i--) a[i - 1] = b[i - 1];
    return to;
}

void *memcpy(void *to, const void *from, size_t size) { return memmove(to, from, size); }

void *memset(void *to, int byte, size_t size) {
    unsigned char *a = to;
    for (size_t i = 0; i < size; i++) a[i] = (unsigned char)byte;
    return to;
}

#pragma clang optimize on

void *memchr(const void *in, int byte, size_t size) {
    const unsigned char *a = in;
    for (size_t i = 0; i < size; i++)
        if (a[i] == (unsigned char)byte) return (void *)(a + i);
    return NULL;
}

int memcmp(const void *a, const void *b, size_t size) {
    const unsigned char *left = a, *right = b;
    for (size_t i = 0; i < size; i++)
        if (left[i] != right[i]) return left[i] < right[i] ? -1 : 1;
    return 0;
}

size_t strlen(const char *text) {
    size_t size = 0;
    while (text[size] != 0) size++;
    return size;
}

char *strchr(const char *text, int wanted) {
    for (;; text++) {
        if (*text == (char)wanted) return (char *)text;
        if (*text == 0) return NULL;
    }
}

int strcmp(const char *a, const char *b) {
    while (*a != 0 && *a == *b) { a++; b++; }
    return (unsigned char)*a - (unsigned char)*b;
}
