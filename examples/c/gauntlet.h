/*
 * gauntlet.h: puts a SUIT verifier written in C on the bench. One header, no dependencies.
 *
 * Write two things, and define GAUNTLET_IMPLEMENTATION in one file before the header is included:
 *
 *     const char gauntlet_claims[] = "{\"name\":\"mine\", …}";      // what you claim, docs/harness-protocol.md
 *     void gauntlet_decide(struct gauntlet_device *device, const struct gauntlet_delivery *delivery,
 *                          struct gauntlet_decision *decision);
 *
 * Compiled for a computer it is a program for `process:` (JSON lines on stdin and stdout), compiled with
 * --target=wasm32 a module for `wasm:` (docs/wasm-abi.md). gauntlet_decide may change what the device holds; that is
 * what the next delivery of the session finds, and what is reported as the state. All memory that it is given, and
 * that it takes with gauntlet_take, lives until the session ends; but of a delivery that it refuses, until the answer.
 */
#ifndef GAUNTLET_H
#define GAUNTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory for one session: messages in JSON, what they say, and what the verifier takes. */
#ifndef GAUNTLET_ARENA
#define GAUNTLET_ARENA (8u << 20)
#endif

#define GAUNTLET_EFFECTS 128

struct gauntlet_bytes { const uint8_t *data; size_t size; };
struct gauntlet_list { struct gauntlet_bytes *items; size_t count; };
struct gauntlet_codes { int64_t *items; size_t count; };

enum gauntlet_kind { GAUNTLET_EMPTY, GAUNTLET_BYTES, GAUNTLET_ASSUMED, GAUNTLET_ENDLESS };

/* What a slot holds. `bytes` is the digest where the content is assumed. */
struct gauntlet_content {
    enum gauntlet_kind kind;
    struct gauntlet_bytes bytes;
    int64_t algorithm;
    bool has_size;
    uint64_t size;
};

struct gauntlet_component {
    struct gauntlet_list identifier, vendor_ids, pens, class_ids, device_ids;
    uint64_t capacity;
    bool fixed;
    size_t current, slot_count;
    struct gauntlet_content *slots;
};

enum gauntlet_key { GAUNTLET_OTHER_KEY, GAUNTLET_P256, GAUNTLET_ED25519 };
enum gauntlet_role { GAUNTLET_AUTHOR = 1, GAUNTLET_QUALIFIER = 2, GAUNTLET_DISTRIBUTOR = 4 };

struct gauntlet_anchor {
    bool has_kid, has_alg, has_key_ops;
    struct gauntlet_bytes kid, x, y;
    enum gauntlet_key key;
    int64_t alg;
    struct gauntlet_codes key_ops, algorithms;
    unsigned roles;
};

enum gauntlet_policy { GAUNTLET_ANY, GAUNTLET_ALL, GAUNTLET_AT_LEAST, GAUNTLET_ROLES };

struct gauntlet_device {
    struct gauntlet_anchor *anchors;
    size_t anchor_count;
    enum gauntlet_policy policy;
    uint64_t policy_count;
    unsigned policy_roles;
    struct gauntlet_component *components;
    size_t component_count;
    bool has_sequence, has_installed;
    uint64_t sequence;
    struct gauntlet_bytes installed;
    struct gauntlet_codes commands, parameters, digests;
    struct gauntlet_list schemes;
};

struct gauntlet_payload { struct gauntlet_bytes uri; struct gauntlet_content content; };

struct gauntlet_delivery {
    bool boot, has_envelope;
    struct gauntlet_bytes envelope;
    struct gauntlet_payload *payloads;
    size_t payload_count;
};

enum gauntlet_effect_kind {
    GAUNTLET_AUTHENTICATED, GAUNTLET_FETCH, GAUNTLET_WRITE, GAUNTLET_COPY, GAUNTLET_INVOKE, GAUNTLET_COMMIT
};

struct gauntlet_effect {
    enum gauntlet_effect_kind kind;
    size_t component;
    /* The URI fetched, or the arguments of an invocation; no data: none. */
    struct gauntlet_bytes bytes;
    uint64_t sequence;
};

/* Refused unless `level` is set. Stage, reason and level are words of docs/harness-protocol.md. */
struct gauntlet_decision {
    const char *level, *stage, *reason;
    struct gauntlet_effect effects[GAUNTLET_EFFECTS];
    size_t effect_count;
};

extern const char gauntlet_claims[];
void gauntlet_decide(struct gauntlet_device *device, const struct gauntlet_delivery *delivery, struct gauntlet_decision *decision);

/* Zeroed memory that lives as long as the session; NULL: there is no more. */
void *gauntlet_take(size_t size);

static inline void gauntlet_effect(struct gauntlet_decision *decision, struct gauntlet_effect effect) {
    if (decision->effect_count < GAUNTLET_EFFECTS) decision->effects[decision->effect_count++] = effect;
}

#ifdef __wasm__
/* Cryptography that the bench lends to a module without its own (docs/wasm-abi.md); imported only where it is used. */
#define GAUNTLET_IMPORT(name) __attribute__((import_module("gauntlet"), import_name(#name)))
GAUNTLET_IMPORT(sha256) void gauntlet_sha256(const uint8_t *message, size_t size, uint8_t digest[32]);
/* 1: the signature is valid. A COSE algorithm id; the key is a SEC 1 point of P-256 (65 bytes) or an Ed25519 key. */
GAUNTLET_IMPORT(verify) int32_t gauntlet_verify(int32_t algorithm, const uint8_t *key, size_t key_size, const uint8_t *message, size_t size,
                                                const uint8_t *signature, size_t signature_size);
/* These bytes stand for storage, the network or the harness: not counted as working memory of this delivery. */
GAUNTLET_IMPORT(outside) void gauntlet_outside(const void *data, size_t size);
#else
static inline void gauntlet_outside(const void *data, size_t size) { (void)data; (void)size; }
#endif

#endif

#ifdef GAUNTLET_IMPLEMENTATION
#undef GAUNTLET_IMPLEMENTATION

#include <string.h>

#ifdef __wasm__
GAUNTLET_IMPORT(abort) _Noreturn void gauntlet_end(const char *text, size_t size);
static _Noreturn void gauntlet_fail(const char *text) { gauntlet_end(text, strlen(text)); }
#else
#include <stdio.h>
#include <stdlib.h>
static _Noreturn void gauntlet_fail(const char *text) {
    fprintf(stderr, "gauntlet.h: %s\n", text);
    exit(2);
}
#endif

static _Alignas(16) uint8_t gauntlet_arena[GAUNTLET_ARENA];
static size_t gauntlet_used;
/* A message did not fit: the delivery is refused, as by a device without room for it. */
static bool gauntlet_full;
/* What was used before the message that is being answered. */
static size_t gauntlet_mark;

void *gauntlet_take(size_t size) {
    size_t whole = (size + 15) & ~(size_t)15;
    if (whole < size || whole > GAUNTLET_ARENA - gauntlet_used) return NULL;
    void *taken = gauntlet_arena + gauntlet_used;
    gauntlet_used += whole;
    return memset(taken, 0, size);
}

static void *gauntlet_need(size_t count, size_t size) {
    if (count > GAUNTLET_ARENA / size) gauntlet_fail("memory allocation of a list failed");
    void *taken = gauntlet_take(count * size);
    if (taken == NULL) gauntlet_fail("out of session memory: raise GAUNTLET_ARENA (std::bad_alloc)");
    return taken;
}

/* ---- JSON, read in one pass. What the bench writes is well-formed; anything else ends the program. ---- */

struct gauntlet_json { const char *at, *end; };

static char gauntlet_json_peek(struct gauntlet_json *json) {
    while (json->at < json->end && (*json->at == ' ' || *json->at == '\t' || *json->at == '\r' || *json->at == '\n')) json->at++;
    return json->at < json->end ? *json->at : 0;
}

static void gauntlet_json_expect(struct gauntlet_json *json, char wanted) {
    if (gauntlet_json_peek(json) != wanted) gauntlet_fail("a message is not the JSON that was expected");
    json->at++;
}

/* The characters between the quotes, escapes as they are. */
static struct gauntlet_bytes gauntlet_json_raw(struct gauntlet_json *json) {
    gauntlet_json_expect(json, '"');
    const char *start = json->at;
    while (json->at < json->end && *json->at != '"') json->at += *json->at == '\\' ? 2 : 1;
    if (json->at >= json->end) gauntlet_fail("a text in a message has no end");
    struct gauntlet_bytes raw = {(const uint8_t *)start, (size_t)(json->at - start)};
    json->at++;
    return raw;
}

static void gauntlet_json_skip(struct gauntlet_json *json) {
    int depth = 0;
    do {
        char c = gauntlet_json_peek(json);
        if (c == 0) gauntlet_fail("a message ends too soon");
        if (c == '"') { gauntlet_json_raw(json); continue; }
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') depth--;
        json->at++;
        if (depth == 0)
            while (json->at < json->end && strchr(",}] \n", *json->at) == NULL) json->at++;
    } while (depth > 0);
}

static bool gauntlet_is(struct gauntlet_bytes text, const char *word) {
    size_t size = strlen(word);
    return text.size == size && memcmp(text.data, word, size) == 0;
}

/* The next member of an object whose brace was read; false: there is none, and the closing one was read. */
static bool gauntlet_json_member(struct gauntlet_json *json, bool *first, struct gauntlet_bytes *key) {
    if (gauntlet_json_peek(json) == '}') { json->at++; return false; }
    if (!*first) gauntlet_json_expect(json, ',');
    *first = false;
    *key = gauntlet_json_raw(json);
    gauntlet_json_expect(json, ':');
    return true;
}

static bool gauntlet_json_element(struct gauntlet_json *json, bool *first) {
    if (gauntlet_json_peek(json) == ']') { json->at++; return false; }
    if (!*first) gauntlet_json_expect(json, ',');
    *first = false;
    return true;
}

/* How many elements the array has whose bracket comes next. */
static size_t gauntlet_json_count(struct gauntlet_json json) {
    size_t count = 0;
    gauntlet_json_expect(&json, '[');
    for (bool first = true; gauntlet_json_element(&json, &first); count++) gauntlet_json_skip(&json);
    return count;
}

static uint64_t gauntlet_json_uint(struct gauntlet_json *json, bool *negative) {
    bool quoted = gauntlet_json_peek(json) == '"';
    uint64_t value = 0;
    if (quoted) json->at++;
    if (negative != NULL) *negative = *json->at == '-';
    if (*json->at == '-') json->at++;
    for (; json->at < json->end && *json->at >= '0' && *json->at <= '9'; json->at++) value = 10 * value + (uint64_t)(*json->at - '0');
    if (quoted) gauntlet_json_expect(json, '"');
    return value;
}

static int64_t gauntlet_json_int(struct gauntlet_json *json) {
    bool negative;
    int64_t value = (int64_t)gauntlet_json_uint(json, &negative);
    return negative ? -value : value;
}

static int gauntlet_hex_digit(uint8_t c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

static struct gauntlet_bytes gauntlet_json_hex(struct gauntlet_json *json) {
    struct gauntlet_bytes raw = gauntlet_json_raw(json);
    uint8_t *bytes = gauntlet_take(raw.size / 2 + 1);
    if (bytes == NULL) {
        gauntlet_full = true;
        return (struct gauntlet_bytes){(const uint8_t *)"", 0};
    }
    for (size_t i = 0; i < raw.size / 2; i++) bytes[i] = (uint8_t)(gauntlet_hex_digit(raw.data[2 * i]) << 4 | gauntlet_hex_digit(raw.data[2 * i + 1]));
    return (struct gauntlet_bytes){bytes, raw.size / 2};
}

static size_t gauntlet_encode_utf8(uint8_t *to, uint32_t code) {
    if (code < 0x80) { to[0] = (uint8_t)code; return 1; }
    if (code < 0x800) { to[0] = (uint8_t)(0xc0 | code >> 6); to[1] = (uint8_t)(0x80 | (code & 63)); return 2; }
    to[0] = (uint8_t)(0xe0 | code >> 12);
    to[1] = (uint8_t)(0x80 | (code >> 6 & 63));
    to[2] = (uint8_t)(0x80 | (code & 63));
    return 3;
}

static struct gauntlet_bytes gauntlet_json_text(struct gauntlet_json *json) {
    struct gauntlet_bytes raw = gauntlet_json_raw(json);
    uint8_t *text = gauntlet_need(raw.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < raw.size; i++) {
        if (raw.data[i] != '\\') { text[size++] = raw.data[i]; continue; }
        uint8_t c = raw.data[++i];
        const char *plain = "bfnrt", *found = strchr(plain, c);
        if (c == 'u' && i + 4 < raw.size) {
            uint32_t code = 0;
            for (int j = 1; j <= 4; j++) code = code << 4 | (uint32_t)gauntlet_hex_digit(raw.data[i + (size_t)j]);
            size += gauntlet_encode_utf8(text + size, code);
            i += 4;
        } else text[size++] = found != NULL && c != 0 ? (uint8_t)"\b\f\n\r\t"[found - plain] : c;
    }
    return (struct gauntlet_bytes){text, size};
}

static struct gauntlet_list gauntlet_json_list(struct gauntlet_json *json, struct gauntlet_bytes (*read)(struct gauntlet_json *)) {
    struct gauntlet_list list = {NULL, gauntlet_json_count(*json)};
    list.items = gauntlet_need(list.count + 1, sizeof *list.items);
    gauntlet_json_expect(json, '[');
    size_t i = 0;
    for (bool first = true; gauntlet_json_element(json, &first);) list.items[i++] = read(json);
    return list;
}

static struct gauntlet_codes gauntlet_json_codes(struct gauntlet_json *json) {
    struct gauntlet_codes list = {NULL, gauntlet_json_count(*json)};
    list.items = gauntlet_need(list.count + 1, sizeof *list.items);
    gauntlet_json_expect(json, '[');
    size_t i = 0;
    for (bool first = true; gauntlet_json_element(json, &first);) list.items[i++] = gauntlet_json_int(json);
    return list;
}

/* ---- The messages. ---- */

#define GAUNTLET_EACH_MEMBER(json, key) \
    struct gauntlet_bytes key; \
    gauntlet_json_expect(json, '{'); \
    for (bool first_ = true; gauntlet_json_member(json, &first_, &key);)

static unsigned gauntlet_read_roles(struct gauntlet_json *json) {
    unsigned roles = 0;
    gauntlet_json_expect(json, '[');
    for (bool first = true; gauntlet_json_element(json, &first);) {
        struct gauntlet_bytes role = gauntlet_json_raw(json);
        roles |= gauntlet_is(role, "author") ? GAUNTLET_AUTHOR : gauntlet_is(role, "qualifier") ? GAUNTLET_QUALIFIER : GAUNTLET_DISTRIBUTOR;
    }
    return roles;
}

static void gauntlet_read_key(struct gauntlet_json *json, struct gauntlet_anchor *anchor) {
    struct gauntlet_bytes curve = {NULL, 0};
    GAUNTLET_EACH_MEMBER(json, key) {
        if (gauntlet_is(key, "crv")) curve = gauntlet_json_raw(json);
        else if (gauntlet_is(key, "x")) anchor->x = gauntlet_json_hex(json);
        else if (gauntlet_is(key, "y")) anchor->y = gauntlet_json_hex(json);
        else if (gauntlet_is(key, "alg")) { anchor->has_alg = true; anchor->alg = gauntlet_json_int(json); }
        else if (gauntlet_is(key, "keyOps")) { anchor->has_key_ops = true; anchor->key_ops = gauntlet_json_codes(json); }
        else gauntlet_json_skip(json);
    }
    if (curve.data == NULL) return;
    if (gauntlet_is(curve, "P-256") && anchor->x.size == 32 && anchor->y.size == 32) anchor->key = GAUNTLET_P256;
    if (gauntlet_is(curve, "Ed25519") && anchor->x.size == 32) anchor->key = GAUNTLET_ED25519;
}

static void gauntlet_read_anchor(struct gauntlet_json *json, struct gauntlet_anchor *anchor) {
    GAUNTLET_EACH_MEMBER(json, key) {
        if (gauntlet_is(key, "kid")) { anchor->has_kid = true; anchor->kid = gauntlet_json_hex(json); }
        else if (gauntlet_is(key, "key")) gauntlet_read_key(json, anchor);
        else if (gauntlet_is(key, "algorithms")) anchor->algorithms = gauntlet_json_codes(json);
        else if (gauntlet_is(key, "roles")) anchor->roles = gauntlet_read_roles(json);
        else gauntlet_json_skip(json);
    }
}

static void gauntlet_read_digest(struct gauntlet_json *json, struct gauntlet_content *content) {
    GAUNTLET_EACH_MEMBER(json, key) {
        if (gauntlet_is(key, "algorithm")) content->algorithm = gauntlet_json_int(json);
        else if (gauntlet_is(key, "bytes")) content->bytes = gauntlet_json_hex(json);
        else gauntlet_json_skip(json);
    }
}

static enum gauntlet_kind gauntlet_read_kind(struct gauntlet_json *json) {
    struct gauntlet_bytes kind = gauntlet_json_raw(json);
    if (gauntlet_is(kind, "bytes")) return GAUNTLET_BYTES;
    if (gauntlet_is(kind, "assumed")) return GAUNTLET_ASSUMED;
    return gauntlet_is(kind, "endless") ? GAUNTLET_ENDLESS : GAUNTLET_EMPTY;
}

/* One member of a content or a payload. */
static void gauntlet_read_content_member(struct gauntlet_json *json, struct gauntlet_bytes key, struct gauntlet_content *content) {
    if (gauntlet_is(key, "kind")) content->kind = gauntlet_read_kind(json);
    else if (gauntlet_is(key, "bytes")) {
        content->bytes = gauntlet_json_hex(json);
        gauntlet_outside(content->bytes.data, content->bytes.size);
    } else if (gauntlet_is(key, "digest")) gauntlet_read_digest(json, content);
    else if (gauntlet_is(key, "size")) { content->has_size = true; content->size = gauntlet_json_uint(json, NULL); }
    else gauntlet_json_skip(json);
}

static void gauntlet_read_component(struct gauntlet_json *json, struct gauntlet_component *component) {
    GAUNTLET_EACH_MEMBER(json, key) {
        if (gauntlet_is(key, "identifier")) component->identifier = gauntlet_json_list(json, gauntlet_json_hex);
        else if (gauntlet_is(key, "vendorIds")) component->vendor_ids = gauntlet_json_list(json, gauntlet_json_hex);
        else if (gauntlet_is(key, "pens")) component->pens = gauntlet_json_list(json, gauntlet_json_hex);
        else if (gauntlet_is(key, "classIds")) component->class_ids = gauntlet_json_list(json, gauntlet_json_hex);
        else if (gauntlet_is(key, "deviceIds")) component->device_ids = gauntlet_json_list(json, gauntlet_json_hex);
        else if (gauntlet_is(key, "capacity")) component->capacity = gauntlet_json_uint(json, NULL);
        else if (gauntlet_is(key, "storage")) component->fixed = gauntlet_is(gauntlet_json_raw(json), "fixed");
        else if (gauntlet_is(key, "current")) component->current = (size_t)gauntlet_json_uint(json, NULL);
        else if (gauntlet_is(key, "slots")) {
            component->slot_count = gauntlet_json_count(*json);
            component->slots = gauntlet_need(component->slot_count + 1, sizeof *component->slots);
            gauntlet_json_expect(json, '[');
            size_t i = 0;
            for (bool first = true; gauntlet_json_element(json, &first); i++) {
                GAUNTLET_EACH_MEMBER(json, member) gauntlet_read_content_member(json, member, component->slots + i);
            }
        } else gauntlet_json_skip(json);
    }
}

static void gauntlet_read_policy(struct gauntlet_json *json, struct gauntlet_device *device) {
    GAUNTLET_EACH_MEMBER(json, key) {
        if (gauntlet_is(key, "kind")) {
            struct gauntlet_bytes kind = gauntlet_json_raw(json);
            device->policy = gauntlet_is(kind, "all") ? GAUNTLET_ALL : gauntlet_is(kind, "at-least") ? GAUNTLET_AT_LEAST
                             : gauntlet_is(kind, "roles") ? GAUNTLET_ROLES : GAUNTLET_ANY;
        } else if (gauntlet_is(key, "count")) device->policy_count = gauntlet_json_uint(json, NULL);
        else if (gauntlet_is(key, "roles")) device->policy_roles = gauntlet_read_roles(json);
        else gauntlet_json_skip(json);
    }
}

static void gauntlet_read_capabilities(struct gauntlet_json *json, struct gauntlet_device *device) {
    GAUNTLET_EACH_MEMBER(json, key) {
        if (gauntlet_is(key, "commands")) device->commands = gauntlet_json_codes(json);
        else if (gauntlet_is(key, "parameters")) device->parameters = gauntlet_json_codes(json);
        else if (gauntlet_is(key, "digests")) device->digests = gauntlet_json_codes(json);
        else if (gauntlet_is(key, "schemes")) device->schemes = gauntlet_json_list(json, gauntlet_json_text);
        else gauntlet_json_skip(json);
    }
}

static void gauntlet_read_device(struct gauntlet_json *json, struct gauntlet_device *device) {
    GAUNTLET_EACH_MEMBER(json, key) {
        if (gauntlet_is(key, "anchors")) {
            device->anchor_count = gauntlet_json_count(*json);
            device->anchors = gauntlet_need(device->anchor_count + 1, sizeof *device->anchors);
            gauntlet_json_expect(json, '[');
            size_t i = 0;
            for (bool first = true; gauntlet_json_element(json, &first);) gauntlet_read_anchor(json, device->anchors + i++);
        } else if (gauntlet_is(key, "components")) {
            device->component_count = gauntlet_json_count(*json);
            device->components = gauntlet_need(device->component_count + 1, sizeof *device->components);
            gauntlet_json_expect(json, '[');
            size_t i = 0;
            for (bool first = true; gauntlet_json_element(json, &first);) gauntlet_read_component(json, device->components + i++);
        } else if (gauntlet_is(key, "policy")) gauntlet_read_policy(json, device);
        else if (gauntlet_is(key, "capabilities")) gauntlet_read_capabilities(json, device);
        else if (gauntlet_is(key, "sequenceNumber")) { device->has_sequence = true; device->sequence = gauntlet_json_uint(json, NULL); }
        else if (gauntlet_is(key, "installed")) { device->has_installed = true; device->installed = gauntlet_json_hex(json); }
        else gauntlet_json_skip(json);
    }
}

static void gauntlet_read_payloads(struct gauntlet_json *json, struct gauntlet_delivery *delivery) {
    delivery->payload_count = gauntlet_json_count(*json);
    delivery->payloads = gauntlet_need(delivery->payload_count + 1, sizeof *delivery->payloads);
    gauntlet_json_expect(json, '[');
    size_t i = 0;
    for (bool first = true; gauntlet_json_element(json, &first); i++) {
        GAUNTLET_EACH_MEMBER(json, key) {
            if (gauntlet_is(key, "uri")) delivery->payloads[i].uri = gauntlet_json_text(json);
            else gauntlet_read_content_member(json, key, &delivery->payloads[i].content);
        }
    }
}

/* ---- The answer. ---- */

static char *gauntlet_out;
static size_t gauntlet_length, gauntlet_capacity;

static void gauntlet_put_bytes(const char *text, size_t size) {
    if (size >= gauntlet_capacity - gauntlet_length) gauntlet_fail("out of session memory for the answer: raise GAUNTLET_ARENA (std::bad_alloc)");
    memcpy(gauntlet_out + gauntlet_length, text, size);
    gauntlet_length += size;
    gauntlet_out[gauntlet_length] = 0;
}

static void gauntlet_put(const char *text) { gauntlet_put_bytes(text, strlen(text)); }

static void gauntlet_put_uint(uint64_t value) {
    char digits[20];
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + value % 10); while ((value /= 10) > 0);
    gauntlet_put_bytes(digits + at, sizeof digits - at);
}

static void gauntlet_put_int(int64_t value) {
    if (value < 0) gauntlet_put("-");
    gauntlet_put_uint(value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void gauntlet_put_hex(struct gauntlet_bytes bytes) {
    gauntlet_put("\"");
    for (size_t i = 0; i < bytes.size; i++) {
        const char *digits = "0123456789abcdef", pair[2] = {digits[bytes.data[i] >> 4], digits[bytes.data[i] & 15]};
        gauntlet_put_bytes(pair, 2);
    }
    gauntlet_put("\"");
}

static void gauntlet_put_text(struct gauntlet_bytes text) {
    gauntlet_put("\"");
    for (size_t i = 0; i < text.size; i++) {
        char c = (char)text.data[i];
        if (c == '"' || c == '\\') gauntlet_put("\\");
        if (text.data[i] < 32) { gauntlet_put("\\u00"); gauntlet_put_bytes(text.data[i] < 16 ? "0" : "1", 1); gauntlet_put_bytes(&"0123456789abcdef"[text.data[i] % 16], 1); }
        else gauntlet_put_bytes(&c, 1);
    }
    gauntlet_put("\"");
}

static void gauntlet_put_content(const struct gauntlet_content *content) {
    if (content->kind == GAUNTLET_EMPTY) { gauntlet_put("{\"kind\":\"empty\"}"); return; }
    gauntlet_put(content->kind == GAUNTLET_BYTES ? "{\"kind\":\"bytes\",\"bytes\":" : "{\"kind\":\"assumed\",\"digest\":{\"algorithm\":");
    if (content->kind == GAUNTLET_ASSUMED) { gauntlet_put_int(content->algorithm); gauntlet_put(",\"bytes\":"); }
    gauntlet_put_hex(content->bytes);
    if (content->kind == GAUNTLET_ASSUMED) gauntlet_put("}");
    if (content->kind == GAUNTLET_ASSUMED && content->has_size) { gauntlet_put(",\"size\":\""); gauntlet_put_uint(content->size); gauntlet_put("\""); }
    gauntlet_put("}");
}

static void gauntlet_put_state(const struct gauntlet_device *device) {
    gauntlet_put(",\"state\":{\"full\":{");
    if (device->has_sequence) { gauntlet_put("\"sequenceNumber\":\""); gauntlet_put_uint(device->sequence); gauntlet_put("\","); }
    if (device->has_installed) { gauntlet_put("\"installed\":"); gauntlet_put_hex(device->installed); gauntlet_put(","); }
    gauntlet_put("\"contents\":[");
    for (size_t i = 0; i < device->component_count; i++) {
        gauntlet_put(i > 0 ? ",[" : "[");
        for (size_t j = 0; j < device->components[i].slot_count; j++) {
            if (j > 0) gauntlet_put(",");
            gauntlet_put_content(device->components[i].slots + j);
        }
        gauntlet_put("]");
    }
    gauntlet_put("]}");
    if (device->has_sequence) { gauntlet_put(",\"sequenceNumber\":\""); gauntlet_put_uint(device->sequence); gauntlet_put("\""); }
    gauntlet_put("}");
}

static void gauntlet_put_effects(const struct gauntlet_decision *decision) {
    static const char *const names[] = {"authenticated", "fetch", "write", "copy", "invoke", "commit"};
    gauntlet_put(",\"effects\":[");
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct gauntlet_effect *effect = decision->effects + i;
        gauntlet_put(i > 0 ? ",{\"kind\":\"" : "{\"kind\":\"");
        gauntlet_put(names[effect->kind]);
        gauntlet_put("\"");
        if (effect->kind == GAUNTLET_COMMIT) { gauntlet_put(",\"sequenceNumber\":\""); gauntlet_put_uint(effect->sequence); gauntlet_put("\""); }
        else if (effect->kind != GAUNTLET_AUTHENTICATED) { gauntlet_put(",\"component\":"); gauntlet_put_uint(effect->component); }
        if (effect->kind == GAUNTLET_FETCH) { gauntlet_put(",\"uri\":"); gauntlet_put_text(effect->bytes); }
        if (effect->kind == GAUNTLET_INVOKE && effect->bytes.data != NULL) { gauntlet_put(",\"arguments\":"); gauntlet_put_hex(effect->bytes); }
        gauntlet_put("}");
    }
    gauntlet_put("]");
}

/* The answer stands in what is free of the arena, until the next message. */
static void gauntlet_begin_answer(void) {
    gauntlet_out = (char *)gauntlet_arena + gauntlet_used;
    gauntlet_capacity = GAUNTLET_ARENA - gauntlet_used;
    gauntlet_length = 0;
}

static struct gauntlet_device gauntlet_now;
static struct gauntlet_decision gauntlet_answer;

/* For what the verifier takes, and for the answer, which has the whole state in hexadecimal. */
static bool gauntlet_has_room(const struct gauntlet_delivery *delivery) {
    size_t state = gauntlet_now.installed.size;
    for (size_t i = 0; i < gauntlet_now.component_count; i++)
        for (size_t j = 0; j < gauntlet_now.components[i].slot_count; j++) state += gauntlet_now.components[i].slots[j].bytes.size + 64;
    for (size_t i = 0; i < delivery->payload_count; i++) state += delivery->payloads[i].content.bytes.size;
    return !gauntlet_full && GAUNTLET_ARENA - gauntlet_used > 4 * (state + delivery->envelope.size) + 4096;
}

static void gauntlet_answer_delivery(const struct gauntlet_delivery *delivery, uint64_t session, uint64_t id) {
    memset(&gauntlet_answer, 0, sizeof gauntlet_answer);
    gauntlet_outside(&gauntlet_answer, sizeof gauntlet_answer);
    if (gauntlet_has_room(delivery)) gauntlet_decide(&gauntlet_now, delivery, &gauntlet_answer);
    else {
        gauntlet_answer.stage = "resource";
        gauntlet_answer.reason = "limit-memory";
    }
    gauntlet_begin_answer();
    gauntlet_put("{\"type\":\"decision\",\"session\":");
    gauntlet_put_uint(session);
    gauntlet_put(",\"id\":");
    gauntlet_put_uint(id);
    gauntlet_put(gauntlet_answer.level != NULL ? ",\"kind\":\"accepted\",\"level\":\"" : ",\"kind\":\"rejected\"");
    if (gauntlet_answer.level != NULL) { gauntlet_put(gauntlet_answer.level); gauntlet_put("\""); }
    else {
        if (gauntlet_answer.stage != NULL) { gauntlet_put(",\"stage\":\""); gauntlet_put(gauntlet_answer.stage); gauntlet_put("\""); }
        if (gauntlet_answer.reason != NULL) { gauntlet_put(",\"reason\":\""); gauntlet_put(gauntlet_answer.reason); gauntlet_put("\""); }
    }
    gauntlet_put_state(&gauntlet_now);
    gauntlet_put_effects(&gauntlet_answer);
    gauntlet_put("}");
    if (gauntlet_answer.level != NULL) return;
    gauntlet_used = gauntlet_mark;
    gauntlet_full = false;
}

/* Answers into gauntlet_out; gauntlet_length is 0 where the message wants no answer. */
static inline void gauntlet_handle(const char *text, size_t size) {
    struct gauntlet_json json = {text, text + size};
    struct gauntlet_bytes type = {NULL, 0};
    struct gauntlet_delivery delivery = {0};
    uint64_t session = 0, id = 0;
    GAUNTLET_EACH_MEMBER(&json, key) {
        if (gauntlet_is(key, "type")) {
            type = gauntlet_json_raw(&json);
            if (gauntlet_is(type, "open")) {
                memset(&gauntlet_now, 0, sizeof gauntlet_now);
                gauntlet_full = false;
            }
        } else if (gauntlet_is(key, "session")) session = gauntlet_json_uint(&json, NULL);
        else if (gauntlet_is(key, "id")) id = gauntlet_json_uint(&json, NULL);
        else if (gauntlet_is(key, "recipient")) gauntlet_read_device(&json, &gauntlet_now);
        else if (gauntlet_is(key, "event")) delivery.boot = gauntlet_is(gauntlet_json_raw(&json), "boot");
        else if (gauntlet_is(key, "envelope")) { delivery.has_envelope = true; delivery.envelope = gauntlet_json_hex(&json); }
        else if (gauntlet_is(key, "payloads")) gauntlet_read_payloads(&json, &delivery);
        else gauntlet_json_skip(&json);
    }
    gauntlet_begin_answer();
    if (gauntlet_is(type, "open")) return;
    if (gauntlet_is(type, "hello")) {
        gauntlet_put("{\"type\":\"hello\",\"protocol\":1,\"claims\":");
        gauntlet_put(gauntlet_claims);
        gauntlet_put("}");
    } else if (gauntlet_is(type, "deliver")) gauntlet_answer_delivery(&delivery, session, id);
    else {
        gauntlet_put("{\"type\":\"close\",\"session\":");
        gauntlet_put_uint(session);
        gauntlet_put("}");
        gauntlet_used = 0;
    }
}

#ifdef __wasm__

#define GAUNTLET_EXPORT(name) __attribute__((export_name(#name)))

GAUNTLET_EXPORT(gauntlet_version) int32_t gauntlet_version(void) { return 1; }

GAUNTLET_EXPORT(gauntlet_capabilities) const char *gauntlet_capabilities(void) {
    static const char hello[] = "{\"type\":\"hello\",\"protocol\":1}";
    gauntlet_handle(hello, sizeof hello - 1);
    return gauntlet_out;
}

GAUNTLET_EXPORT(gauntlet_buffer) void *gauntlet_buffer(size_t size) {
    gauntlet_mark = gauntlet_used;
    return gauntlet_take(size);
}
GAUNTLET_EXPORT(gauntlet_reset) void gauntlet_reset(const char *message, size_t size) { gauntlet_handle(message, size); }
GAUNTLET_EXPORT(gauntlet_deliver) void gauntlet_deliver(const char *message, size_t size) { gauntlet_handle(message, size); }
GAUNTLET_EXPORT(gauntlet_decision) const char *gauntlet_decision(void) { return gauntlet_out; }

#elif !defined(GAUNTLET_NO_MAIN)

int main(void) {
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    while ((size = getline(&line, &capacity, stdin)) > 0) {
        gauntlet_mark = gauntlet_used;
        gauntlet_handle(line, (size_t)size);
        if (gauntlet_length == 0) continue;
        fwrite(gauntlet_out, 1, gauntlet_length, stdout);
        putchar('\n');
        fflush(stdout);
    }
    free(line);
    return 0;
}

#endif
#endif
