/* A small verifier of SUIT manifests (draft-ietf-suit-manifest-37): what its parts share. */
#ifndef SUIT_H
#define SUIT_H

#include "gauntlet.h"

#define MAX_COMPONENTS 16
#define MAX_DEPTH 16

enum major { UINT, NINT, BSTR, TSTR, ARRAY, MAP, TAG, SIMPLE };

/* The head of a data item, and for strings where they end. Offsets into the envelope. */
struct head {
    enum major major;
    uint8_t info;
    uint64_t value;
    size_t start, content, end;
};

enum section { SHARED, PAYLOAD_FETCH, INSTALL, VALIDATE, LOAD, INVOKE, SECTIONS };

enum parameter {
    VENDOR_ID = 1, CLASS_ID = 2, IMAGE_DIGEST = 3, COMPONENT_SLOT = 5, IMAGE_SIZE = 14, CONTENT = 18, URI = 21,
    SOURCE_COMPONENT = 22, INVOKE_ARGUMENTS = 23, DEVICE_ID = 24, FETCH_ARGUMENTS = 25
};

struct component {
    size_t device_index;
    /* Where the value of each parameter stands; 0: not set. */
    size_t parameters[26];
    /* Number of the fetch that its content came by; 0: none. */
    unsigned origin;
    bool checked, unknown;
};

/* One delivery under way. Offsets of 0 are absent members: at 0 there is always the envelope's tag. */
struct run {
    struct gauntlet_bytes bytes;
    struct gauntlet_device *device;
    const struct gauntlet_delivery *delivery;
    struct gauntlet_decision *decision;
    size_t wrapper, manifest, envelope_fetch, envelope_install, envelope_text;
    size_t digest_start, digest_end;
    size_t version, number, common, reference_uri, text, components, shared;
    size_t sections[SECTIONS];
    uint64_t sequence;
    struct component list[MAX_COMPONENTS];
    size_t count;
    /* What the current slots hold, by the device's index; committed in the end. */
    struct gauntlet_content *contents;
    unsigned fetches;
    bool vendor_held, class_held, invoked;
};

/* Notes why, once: the first reason stays. Always false. */
bool refuse(struct run *run, const char *stage, const char *reason);

/* cbor.c */
bool read_head(struct run *run, size_t *at, struct head *head);
bool skip_item(struct run *run, size_t *at);
/* Exactly one well-formed item of definite lengths lies there. */
bool check_item(struct run *run, size_t start, size_t end);
/* Reads a head of that kind; another is refused with the stage and reason. */
bool expect(struct run *run, size_t *at, struct head *head, enum major major, const char *stage, const char *reason);
/* The item within a byte string: `at` is moved to it. */
bool enter(struct run *run, size_t *at, const char *stage, const char *reason);
/* Keys of a map come in the order of their bytes, each once, in their shortest form. */
bool follows(struct run *run, const struct head *key, struct head *previous);
bool same(const struct run *run, const struct head *string, struct gauntlet_bytes wanted);
struct gauntlet_bytes content_of(const struct run *run, const struct head *string);

/* digest.c */
/* Compares a SUIT_Digest (an array at `at`) with the bytes'. */
bool read_digest(struct run *run, size_t at, struct head *value, int64_t *algorithm);
bool check_digest(struct run *run, size_t at, struct gauntlet_bytes bytes, const char *stage, const char *reason);
bool is_digest(const struct run *run, const struct head *value, struct gauntlet_bytes bytes);

/* The steps, in the draft's order. */
bool decode_envelope(struct run *run);
bool authenticate(struct run *run);
bool bind_manifest(struct run *run);
bool read_manifest(struct run *run);
bool check_sequences(struct run *run);
bool run_procedure(struct run *run);

bool has_code(struct gauntlet_codes codes, int64_t code);
/* Where a section's commands are: in the manifest or severed from it; 0: nowhere. */
size_t section_at(const struct run *run, enum section section);

#endif
