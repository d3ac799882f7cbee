/* CBOR (RFC 8949), read where it lies. Lengths must be definite (draft §8.1), nesting is limited. */
#include "suit.h"

#include <string.h>

bool read_head(struct run *run, size_t *at, struct head *head) {
    const uint8_t *bytes = run->bytes.data;
    size_t size = run->bytes.size;
    if (*at >= size) return refuse(run, "decode", "not-well-formed");
    head->start = *at;
    head->major = bytes[*at] >> 5;
    head->info = bytes[*at] & 31;
    (*at)++;
    head->value = head->info;
    if (head->info == 31 && head->major >= BSTR && head->major <= MAP) return refuse(run, "decode", "non-deterministic");
    if (head->info > 27) return refuse(run, "decode", "not-well-formed");
    if (head->info >= 24) {
        size_t width = (size_t)1 << (head->info - 24);
        if (width > size - *at) return refuse(run, "decode", "not-well-formed");
        head->value = 0;
        for (size_t i = 0; i < width; i++) head->value = head->value << 8 | bytes[(*at)++];
        if (head->major == SIMPLE && head->info == 24 && head->value < 32) return refuse(run, "decode", "not-well-formed");
    }
    head->content = head->end = *at;
    if (head->major == BSTR || head->major == TSTR) {
        if (head->value > size - *at) return refuse(run, "decode", "not-well-formed");
        *at += (size_t)head->value;
        head->end = *at;
    }
    return true;
}

static bool is_utf8(const uint8_t *text, size_t size) {
    for (size_t i = 0; i < size;) {
        uint8_t lead = text[i++];
        int more = lead < 0x80 ? 0 : lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : -1;
        if (more < 0 || (size_t)more > size - i) return false;
        if (more == 0) continue;
        uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80, high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (text[i] < low || text[i] > high) return false;
        for (int j = 1; j < more; j++)
            if (text[i + (size_t)j] >> 6 != 2) return false;
        i += (size_t)more;
    }
    return true;
}

static bool walk(struct run *run, size_t *at, int depth) {
    struct head head;
    if (depth > MAX_DEPTH) return refuse(run, "resource", "limit-depth");
    if (!read_head(run, at, &head)) return false;
    if (head.major == TSTR && !is_utf8(run->bytes.data + head.content, head.end - head.content))
        return refuse(run, "decode", "cbor-invalid");
    if (head.major == TAG) return walk(run, at, depth + 1);
    if (head.major != ARRAY && head.major != MAP) return true;
    /* Every item has at least one byte. */
    if (head.value > run->bytes.size - *at) return refuse(run, "decode", "not-well-formed");
    for (uint64_t left = head.value * (head.major == MAP ? 2 : 1); left > 0; left--)
        if (!walk(run, at, depth + 1)) return false;
    return true;
}

bool skip_item(struct run *run, size_t *at) { return walk(run, at, 0); }

bool check_item(struct run *run, size_t start, size_t end) {
    size_t whole = run->bytes.size, at = start;
    run->bytes.size = end;
    bool good = walk(run, &at, 0);
    run->bytes.size = whole;
    if (!good) return false;
    return at == end || refuse(run, "decode", "trailing-data");
}

bool expect(struct run *run, size_t *at, struct head *head, enum major major, const char *stage, const char *reason) {
    if (!read_head(run, at, head)) return false;
    if (head->major == major) return true;
    if (head->major == TAG && strcmp(stage, "authenticate") != 0) return refuse(run, "envelope", "wrong-tag");
    return refuse(run, stage, reason);
}

bool enter(struct run *run, size_t *at, const char *stage, const char *reason) {
    struct head head;
    if (!expect(run, at, &head, BSTR, stage, reason) || !check_item(run, head.content, head.end)) return false;
    *at = head.content;
    return true;
}

static bool is_shortest(const struct head *head) {
    static const uint64_t least[] = {24, 0x100, 0x10000, 0x100000000};
    return head->info < 24 || head->value >= least[head->info - 24];
}

bool follows(struct run *run, const struct head *key, struct head *previous) {
    if (!is_shortest(key)) return refuse(run, "decode", "non-deterministic");
    size_t size = key->end - key->start, before = previous->end - previous->start;
    int order = before == 0 ? -1 : memcmp(run->bytes.data + previous->start, run->bytes.data + key->start, size < before ? size : before);
    if (order == 0) order = before < size ? -1 : before > size;
    if (order >= 0) return refuse(run, "decode", order == 0 ? "cbor-invalid" : "non-deterministic");
    *previous = *key;
    return true;
}

struct gauntlet_bytes content_of(const struct run *run, const struct head *string) {
    return (struct gauntlet_bytes){run->bytes.data + string->content, string->end - string->content};
}

bool same(const struct run *run, const struct head *string, struct gauntlet_bytes wanted) {
    struct gauntlet_bytes content = content_of(run, string);
    return content.size == wanted.size && memcmp(content.data, wanted.data, wanted.size) == 0;
}
