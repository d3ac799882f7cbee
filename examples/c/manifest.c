/* Envelope, manifest, common part, components, severed elements and text (draft §8.2 to §8.6). */
#include "suit.h"

#include <string.h>

static bool read_key(struct run *run, size_t *at, struct head *key, const struct head *previous, bool text) {
    if (!read_head(run, at, key)) return false;
    if (key->major == TSTR) {
        size_t size = key->end - key->content, before = previous->end - previous->content;
        if (!text) return true;
        int order = before != size ? (before < size ? -1 : 1) : memcmp(run->bytes.data + previous->content, run->bytes.data + key->content, size);
        return order < 0 || refuse(run, order == 0 ? "decode" : "envelope", order == 0 ? "cbor-invalid" : "envelope-order");
    }
    if (key->major == NINT) return refuse(run, "envelope", "unknown-envelope-key");
    if (key->major != UINT) return key->major == TAG ? refuse(run, "envelope", "wrong-tag") : refuse(run, "decode", "type-mismatch");
    return true;
}

static size_t *envelope_member(struct run *run, uint64_t key) {
    switch (key) {
    case 2: return &run->wrapper;
    case 3: return &run->manifest;
    case 16: return &run->envelope_fetch;
    case 20: return &run->envelope_install;
    case 23: return &run->envelope_text;
    default: return NULL;
    }
}

bool decode_envelope(struct run *run) {
    struct head head, key, value, previous = {0};
    size_t at = 0;
    uint64_t last = 0;
    bool text = false;
    if (!check_item(run, 0, run->bytes.size) || !read_head(run, &at, &head)) return false;
    if (head.major != TAG && head.major != MAP) return refuse(run, "envelope", "envelope-structure");
    if (head.major != TAG || head.value != 107) return refuse(run, "envelope", "wrong-tag");
    if (!expect(run, &at, &head, MAP, "envelope", "envelope-structure")) return false;
    for (uint64_t i = 0; i < head.value; i++) {
        if (!read_key(run, &at, &key, &previous, text)) return false;
        bool wrapper = false;
        if (key.major == TSTR) text = true;
        else {
            size_t *member = envelope_member(run, key.value);
            if (member == NULL) return refuse(run, "envelope", "unknown-envelope-key");
            if (*member) return refuse(run, "decode", "cbor-invalid");
            if (key.value < last || text) return refuse(run, "envelope", "envelope-order");
            *member = at;
            wrapper = key.value == 2;
        }
        last = key.value;
        previous = key;
        if (!expect(run, &at, &value, BSTR, wrapper ? "authenticate" : "envelope", wrapper ? "auth-malformed" : "envelope-structure")) return false;
    }
    if (!run->wrapper) return refuse(run, "authenticate", "auth-missing");
    return run->manifest != 0 || refuse(run, "envelope", "envelope-structure");
}

static size_t *manifest_member(struct run *run, uint64_t key) {
    switch (key) {
    case 1: return &run->version;
    case 2: return &run->number;
    case 3: return &run->common;
    case 4: return &run->reference_uri;
    case 7: return run->sections + VALIDATE;
    case 8: return run->sections + LOAD;
    case 9: return run->sections + INVOKE;
    case 16: return run->sections + PAYLOAD_FETCH;
    case 20: return run->sections + INSTALL;
    case 23: return &run->text;
    default: return NULL;
    }
}

static size_t *common_member(struct run *run, uint64_t key) { return key == 2 ? &run->components : key == 4 ? &run->shared : NULL; }

/* `unknown`: a key that is not known, which only counts once version and sequence number are right. */
static bool read_members(struct run *run, size_t at, size_t *(*member)(struct run *, uint64_t), bool *unknown) {
    struct head map, key, previous = {0};
    if (!expect(run, &at, &map, MAP, "structure", "manifest-structure")) return false;
    for (uint64_t i = 0; i < map.value; i++) {
        if (!read_head(run, &at, &key)) return false;
        if (key.major > NINT) return key.major == TAG ? refuse(run, "envelope", "wrong-tag") : refuse(run, "decode", "type-mismatch");
        if (!follows(run, &key, &previous)) return false;
        size_t *place = key.major == UINT ? member(run, key.value) : NULL;
        if (place != NULL) *place = at;
        else *unknown = true;
        if (!skip_item(run, &at)) return false;
    }
    return true;
}

static bool check_version(struct run *run) {
    struct head head;
    size_t at = run->version;
    if (!at) return refuse(run, "version", "version-missing");
    if (!expect(run, &at, &head, UINT, "version", "version-unsupported")) return false;
    return head.value == 1 || refuse(run, "version", "version-unsupported");
}

static bool check_number(struct run *run) {
    struct head head;
    size_t at = run->number;
    if (!at) return refuse(run, "sequence", "sequence-missing");
    if (!expect(run, &at, &head, UINT, "decode", "type-mismatch")) return false;
    run->sequence = head.value;
    return !run->device->has_sequence || head.value >= run->device->sequence || refuse(run, "sequence", "sequence-rollback");
}

/* Is the array of byte strings at `at` that identifier? */
static bool is_identifier(struct run *run, size_t *at, struct gauntlet_list identifier, bool *equal) {
    struct head list, part;
    if (!expect(run, at, &list, ARRAY, "structure", "manifest-structure")) return false;
    *equal = list.value == identifier.count;
    for (uint64_t i = 0; i < list.value; i++) {
        if (!expect(run, at, &part, BSTR, "structure", "manifest-structure")) return false;
        *equal = *equal && same(run, &part, identifier.items[i]);
    }
    return true;
}

static bool read_components(struct run *run) {
    struct head list;
    size_t at = run->components;
    if (!at) return true;
    if (!expect(run, &at, &list, ARRAY, "structure", "manifest-structure")) return false;
    if (list.value == 0) return refuse(run, "structure", "manifest-structure");
    if (list.value > run->device->component_count) return refuse(run, "components", "component-count");
    if (list.value > MAX_COMPONENTS) return refuse(run, "resource", "limit-count");
    for (; run->count < list.value; run->count++) {
        size_t start = at, i = 0;
        bool equal = false;
        for (; i < run->device->component_count && !equal; i++) {
            at = start;
            if (!is_identifier(run, &at, run->device->components[i].identifier, &equal)) return false;
        }
        if (!equal) return refuse(run, "components", "component-unsupported");
        run->list[run->count].device_index = i - 1;
        for (size_t j = 0; j < run->count; j++)
            if (run->list[j].device_index == i - 1) return refuse(run, "structure", "manifest-structure");
    }
    return true;
}

static bool is_severed(const struct run *run, size_t at) { return at != 0 && run->bytes.data[at] >> 5 == ARRAY; }

size_t section_at(const struct run *run, enum section section) {
    if (section == SHARED) return run->shared;
    size_t at = run->sections[section];
    /* Other sections cannot be severed; what stands there is refused when it is checked. */
    if (!is_severed(run, at) || (section != PAYLOAD_FETCH && section != INSTALL)) return at;
    return section == PAYLOAD_FETCH ? run->envelope_fetch : run->envelope_install;
}

/* draft §5.4: what is in the envelope is what the manifest has the digest of. */
static bool match_severed(struct run *run, size_t place, size_t element, bool needed) {
    struct head head;
    int64_t algorithm;
    size_t at = element;
    if (!is_severed(run, place)) return element == 0 || refuse(run, "severable", "severed-unlisted");
    if (element == 0) {
        if (!read_digest(run, place, &head, &algorithm)) return false;
        return !needed || refuse(run, "severable", "severed-missing");
    }
    if (!read_head(run, &at, &head)) return false;
    struct gauntlet_bytes whole = {run->bytes.data + head.start, head.end - head.start};
    return check_digest(run, place, whole, "severable", "severed-mismatch");
}

/* Entries in the order of their keys; texts of a component stand under its identifier. */
static bool check_texts(struct run *run, size_t *at, int level) {
    struct head map, key, previous = {0};
    if (!expect(run, at, &map, MAP, "decode", "type-mismatch")) return false;
    for (uint64_t i = 0; i < map.value; i++) {
        size_t start = *at;
        if (!skip_item(run, at)) return false;
        key = (struct head){.major = run->bytes.data[start] >> 5, .start = start, .end = *at};
        if (!follows(run, &key, &previous)) return false;
        bool component = level == 1 && key.major == ARRAY, listed = false;
        for (size_t j = 0; component && j < run->count && !listed; j++) {
            size_t again = start;
            if (!is_identifier(run, &again, run->device->components[run->list[j].device_index].identifier, &listed)) return false;
        }
        if (component && !listed) return refuse(run, "structure", "manifest-structure");
        if (level == 0 || component ? !check_texts(run, at, level + 1) : !skip_item(run, at)) return false;
    }
    return true;
}

static bool check_plain(struct run *run) {
    struct head head;
    size_t at = run->reference_uri;
    if (at && !expect(run, &at, &head, TSTR, "decode", "type-mismatch")) return false;
    at = is_severed(run, run->text) ? run->envelope_text : run->text;
    return !at || (enter(run, &at, "decode", "type-mismatch") && check_texts(run, &at, 0));
}

bool read_manifest(struct run *run) {
    bool unknown = false, update = !run->delivery->boot;
    size_t at = run->manifest;
    if (!enter(run, &at, "envelope", "envelope-structure") || !read_members(run, at, manifest_member, &unknown)) return false;
    if (!check_version(run) || !check_number(run)) return false;
    if (unknown) return refuse(run, "structure", "unknown-critical-key");
    if (!run->common) return refuse(run, "structure", "manifest-structure");
    at = run->common;
    if (!enter(run, &at, "structure", "manifest-structure") || !read_members(run, at, common_member, &unknown)) return false;
    if (unknown) return refuse(run, "structure", "unknown-critical-key");
    return read_components(run) && match_severed(run, run->sections[PAYLOAD_FETCH], run->envelope_fetch, update) &&
           match_severed(run, run->sections[INSTALL], run->envelope_install, update) &&
           match_severed(run, run->text, run->envelope_text, false) && check_plain(run);
}
