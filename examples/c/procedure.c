/* The update and invocation procedures (draft §6.3): the shared sequence before each section, command by command. */
#include "suit.h"

#include <string.h>

/* What set-component-index chose: one, or every component, or those of the array at `list`. */
struct selection { bool every; size_t list, one; };

static size_t selected(struct run *run, const struct selection *selection, size_t place, size_t *component) {
    struct head head;
    size_t at = selection->list;
    if (selection->every) { *component = place; return run->count; }
    if (!at) { *component = selection->one; return 1; }
    read_head(run, &at, &head);
    size_t count = (size_t)head.value;
    for (size_t i = 0; i <= place && i < count; i++) read_head(run, &at, &head);
    *component = (size_t)head.value;
    return count;
}

static bool select_components(struct run *run, size_t at, struct selection *selection) {
    struct head head, item;
    size_t start = at;
    if (!read_head(run, &at, &head)) return false;
    *selection = (struct selection){.every = head.major == SIMPLE, .list = head.major == ARRAY ? start : 0};
    if (head.major == UINT) {
        if (head.value >= run->count) return refuse(run, "components", "index-range");
        selection->one = (size_t)head.value;
    }
    for (uint64_t i = 0; head.major == ARRAY && i < head.value; i++) {
        if (!read_head(run, &at, &item)) return false;
        if (item.value >= run->count) return refuse(run, "components", "index-range");
    }
    return true;
}

static struct gauntlet_component *device_component(struct run *run, const struct component *component) {
    return run->device->components + component->device_index;
}

static struct gauntlet_content *content(struct run *run, const struct component *component) {
    return run->contents + component->device_index;
}

/* The value of a parameter; false: it is not set, and `head` is not written. */
static bool value_of(struct run *run, const struct component *component, enum parameter key, struct head *head) {
    size_t at = component->parameters[key];
    return at != 0 && read_head(run, &at, head);
}

static bool among(const struct run *run, const struct head *value, struct gauntlet_list list) {
    for (size_t i = 0; i < list.count; i++)
        if (same(run, value, list.items[i])) return true;
    return false;
}

static bool is_vendor(struct run *run, const struct component *component) {
    struct head head;
    size_t at = component->parameters[VENDOR_ID];
    if (!read_head(run, &at, &head)) return false;
    if (head.major != TAG) return among(run, &head, device_component(run, component)->vendor_ids);
    return read_head(run, &at, &head) && among(run, &head, device_component(run, component)->pens);
}

static bool is_erased(struct gauntlet_bytes bytes, uint64_t from) {
    for (uint64_t i = from; i < bytes.size; i++)
        if (bytes.data[i] != 0xff) return false;
    return from < bytes.size;
}

/* NULL: the image matches; "": refused for good. */
static const char *image_failure(struct run *run, struct component *component) {
    struct head digest, size = {0};
    int64_t algorithm;
    struct gauntlet_content *now = content(run, component);
    size_t at = component->parameters[IMAGE_DIGEST];
    bool sized = value_of(run, component, IMAGE_SIZE, &size);
    if (!read_head(run, &at, &digest) || !read_digest(run, digest.content, &digest, &algorithm)) return "";
    if (algorithm != -16 || !has_code(run->device->digests, algorithm)) {
        refuse(run, "digest", "digest-alg-unsupported");
        return "";
    }
    if (now->kind == GAUNTLET_EMPTY) return "image-mismatch";
    if (now->kind == GAUNTLET_ASSUMED) {
        if (now->algorithm != algorithm || !same(run, &digest, now->bytes)) return "image-mismatch";
        return !sized || !now->has_size || now->size == size.value ? NULL : "size-mismatch";
    }
    struct gauntlet_bytes image = now->bytes;
    if (sized && size.value != image.size) {
        if (!device_component(run, component)->fixed || !is_erased(image, size.value)) return "size-mismatch";
        image.size = (size_t)size.value;
    }
    return is_digest(run, &digest, image) ? NULL : "image-mismatch";
}

static bool is_content(struct run *run, const struct component *component, const struct head *wanted) {
    const struct gauntlet_content *now = content(run, component);
    if (now->kind == GAUNTLET_ASSUMED) return false;
    return same(run, wanted, now->kind == GAUNTLET_BYTES ? now->bytes : (struct gauntlet_bytes){(const uint8_t *)"", 0});
}

static void mark_checked(struct run *run, struct component *component) {
    component->checked = true;
    for (size_t i = 0; i < run->count; i++)
        if (run->list[i].origin == component->origin) run->list[i].unknown = false;
}

static bool fail(struct run *run, const char *reason) { return refuse(run, "applicability", reason); }

static bool check_condition(struct run *run, uint64_t code, struct component *component) {
    static const uint8_t consumes[25] = {[1] = 1, [2] = 2, [3] = 3, [5] = 5, [6] = 18, [24] = 24};
    struct head value;
    if (code == 14) return refuse(run, "commands", "abort");
    if (!value_of(run, component, consumes[code], &value)) return refuse(run, "parameters", "param-missing");
    struct gauntlet_component *device = device_component(run, component);
    const char *failure;
    switch (code) {
    case 1:
        if (!is_vendor(run, component)) return fail(run, "vendor-mismatch");
        return run->vendor_held = true;
    case 2:
        if (!among(run, &value, device->class_ids)) return fail(run, "class-mismatch");
        return run->class_held = true;
    case 24: return among(run, &value, device->device_ids) || fail(run, "device-mismatch");
    case 5: return value.value == device->current || fail(run, "slot-mismatch");
    case 3:
        failure = image_failure(run, component);
        if (failure != NULL) return *failure != 0 && refuse(run, "payload", failure);
        break;
    default:
        if (!is_content(run, component, &value)) return refuse(run, "payload", "content-mismatch");
    }
    mark_checked(run, component);
    return true;
}

/* New bytes are copied: what the network or the envelope has is not ours. */
static bool store(struct run *run, struct component *component, struct gauntlet_content new_content) {
    uint64_t size = new_content.kind == GAUNTLET_BYTES ? new_content.bytes.size : new_content.has_size ? new_content.size : 0;
    if (size > device_component(run, component)->capacity) return refuse(run, "resource", "limit-size");
    if (new_content.kind == GAUNTLET_BYTES) {
        uint8_t *copy = gauntlet_take(new_content.bytes.size + 1);
        if (copy == NULL) return refuse(run, "resource", "limit-memory");
        memcpy(copy, new_content.bytes.data, new_content.bytes.size);
        new_content.bytes.data = copy;
    }
    *content(run, component) = new_content;
    component->checked = false;
    return true;
}

static void did(struct run *run, enum gauntlet_effect_kind kind, const struct component *component, struct gauntlet_bytes bytes) {
    gauntlet_effect(run->decision, (struct gauntlet_effect){.kind = kind, .component = component->device_index, .bytes = bytes});
}

static const struct gauntlet_bytes nothing = {NULL, 0};

static bool receive(struct run *run, struct component *component, struct gauntlet_content got) {
    struct head size;
    uint64_t length = got.kind == GAUNTLET_BYTES ? got.bytes.size : got.size;
    if (value_of(run, component, IMAGE_SIZE, &size) && length > size.value) return refuse(run, "payload", "size-mismatch");
    if (!store(run, component, got)) return false;
    component->origin = ++run->fetches;
    component->unknown = component->parameters[IMAGE_DIGEST] == 0;
    did(run, GAUNTLET_WRITE, component, nothing);
    return true;
}

static bool is_letter(uint8_t c) { return (uint8_t)((c | 32) - 'a') < 26; }
static bool is_hex(uint8_t c) { return (uint8_t)(c - '0') < 10 || (uint8_t)((c | 32) - 'a') < 6; }

/* An absolute URI of RFC 3986's characters, its scheme one that the device can fetch from. */
static bool has_scheme(const struct run *run, struct gauntlet_bytes uri) {
    size_t end = 0;
    while (end < uri.size && uri.data[end] != ':') {
        uint8_t c = uri.data[end];
        if (!is_letter(c) && (end == 0 || ((uint8_t)(c - '0') > 9 && strchr("+-.", c) == NULL))) return false;
        end++;
    }
    if (end == 0 || end == uri.size) return false;
    for (size_t i = end + 1; i < uri.size; i++) {
        uint8_t c = uri.data[i];
        if (c == '%' && i + 2 < uri.size && is_hex(uri.data[i + 1]) && is_hex(uri.data[i + 2])) i += 2;
        else if (!is_letter(c) && (uint8_t)(c - '0') > 9 && (c == 0 || strchr("-._~:/?#[]@!$&'()*+,;=", c) == NULL)) return false;
    }
    for (size_t i = 0; i < run->device->schemes.count; i++) {
        struct gauntlet_bytes scheme = run->device->schemes.items[i];
        size_t j = 0;
        while (j < end && j < scheme.size && (is_letter(uri.data[j]) ? uri.data[j] | 32 : uri.data[j]) == scheme.data[j]) j++;
        if (j == end && j == scheme.size) return true;
    }
    return false;
}

/* draft §7.5: first among the envelope's own members, by exactly this key. */
static bool find_integrated(struct run *run, const struct head *uri, struct head *payload) {
    struct head map, key;
    size_t at = 0;
    if (!read_head(run, &at, &map) || !read_head(run, &at, &map)) return false;
    for (uint64_t i = 0; i < map.value; i++) {
        if (!read_head(run, &at, &key) || !read_head(run, &at, payload)) return false;
        if (key.major == TSTR && same(run, uri, content_of(run, &key))) return true;
    }
    return false;
}

static bool fetch(struct run *run, struct component *component) {
    struct head uri, payload;
    if (!value_of(run, component, URI, &uri)) return refuse(run, "parameters", "param-missing");
    struct gauntlet_bytes text = content_of(run, &uri);
    if (find_integrated(run, &uri, &payload))
        return receive(run, component, (struct gauntlet_content){.kind = GAUNTLET_BYTES, .bytes = content_of(run, &payload)});
    if (text.size > 0 && text.data[0] == '#') return refuse(run, "payload", "fetch-failed");
    if (!has_scheme(run, text)) return refuse(run, "payload", "uri-rejected");
    did(run, GAUNTLET_FETCH, component, text);
    for (size_t i = 0; i < run->delivery->payload_count; i++) {
        const struct gauntlet_payload *offered = run->delivery->payloads + i;
        if (!same(run, &uri, offered->uri)) continue;
        if (offered->content.kind != GAUNTLET_ENDLESS) return receive(run, component, offered->content);
        if (offered->content.bytes.size == 0) break;
        return component->parameters[IMAGE_SIZE] ? refuse(run, "payload", "size-mismatch") : refuse(run, "resource", "limit-size");
    }
    return refuse(run, "payload", "fetch-failed");
}

static bool copy(struct run *run, struct component *component) {
    struct head index;
    if (!value_of(run, component, SOURCE_COMPONENT, &index)) return refuse(run, "parameters", "param-missing");
    if (index.value >= run->count || run->list + index.value == component) return refuse(run, "payload", "source-missing");
    struct component *source = run->list + index.value;
    if (content(run, source)->kind == GAUNTLET_EMPTY) return refuse(run, "payload", "source-missing");
    if (!store(run, component, *content(run, source))) return false;
    component->origin = source->origin;
    component->unknown = source->unknown;
    did(run, GAUNTLET_COPY, component, nothing);
    return true;
}

static bool write_content(struct run *run, struct component *component) {
    struct head value;
    if (!value_of(run, component, CONTENT, &value)) return refuse(run, "parameters", "param-missing");
    if (!store(run, component, (struct gauntlet_content){.kind = GAUNTLET_BYTES, .bytes = content_of(run, &value)})) return false;
    component->origin = 0;
    component->unknown = false;
    did(run, GAUNTLET_WRITE, component, nothing);
    return true;
}

/* draft §4.2, §8.4.6: only in the invoke section, and only what was checked after it was last written. */
static bool invoke(struct run *run, struct component *component, enum section section) {
    struct head arguments;
    if (section != INVOKE) return refuse(run, "commands", "command-forbidden");
    if (content(run, component)->kind == GAUNTLET_EMPTY) return refuse(run, "commands", "directive-failed");
    if (!component->checked) return refuse(run, "procedure", "not-validated");
    bool given = value_of(run, component, INVOKE_ARGUMENTS, &arguments);
    did(run, GAUNTLET_INVOKE, component, given ? content_of(run, &arguments) : nothing);
    return run->invoked = true;
}

static bool override(struct run *run, size_t at, struct component *component) {
    struct head map, key;
    if (!read_head(run, &at, &map)) return false;
    for (uint64_t i = 0; i < map.value; i++) {
        if (!read_head(run, &at, &key)) return false;
        bool ours = key.major == UINT && key.value <= FETCH_ARGUMENTS && key.value != 12 && key.value != 13;
        if (!ours || !has_code(run->device->parameters, (int64_t)key.value)) return refuse(run, "parameters", "param-unsupported");
        component->parameters[key.value] = at;
        if (!skip_item(run, &at)) return false;
    }
    return true;
}

static bool perform(struct run *run, uint64_t code, size_t argument, struct component *component, enum section section) {
    switch (code) {
    case 20: return override(run, argument, component);
    case 18: return write_content(run, component);
    case 21: return fetch(run, component);
    case 22: return copy(run, component);
    case 23: return invoke(run, component, section);
    default: return check_condition(run, code, component);
    }
}

/* try-each, run-sequence and swap are not implemented, nor claimed. */
static bool is_implemented(const struct head *code) {
    static const uint8_t codes[] = {1, 2, 3, 5, 6, 12, 14, 18, 20, 21, 22, 23, 24};
    return code->major == UINT && code->value < 32 && memchr(codes, (int)code->value, sizeof codes) != NULL;
}

static bool run_section(struct run *run, enum section section, size_t at) {
    struct selection selection = {0};
    struct head list, code;
    if (!enter(run, &at, "structure", "manifest-structure") || !read_head(run, &at, &list)) return false;
    for (uint64_t i = 0; i < list.value / 2; i++) {
        if (!read_head(run, &at, &code)) return false;
        size_t argument = at, component;
        if (!skip_item(run, &at)) return false;
        /* draft §6.1: a manifest with a command that the device does not have is not for it. */
        if (!is_implemented(&code) || !has_code(run->device->commands, (int64_t)code.value))
            return refuse(run, "commands", "command-unsupported");
        if (code.value == 12) {
            if (!select_components(run, argument, &selection)) return false;
            continue;
        }
        if (run->count == 0) return refuse(run, "components", "index-missing");
        for (size_t place = 0, count = 1; place < count; place++) {
            count = selected(run, &selection, place, &component);
            if (!perform(run, code.value, argument, run->list + component, section)) return false;
        }
    }
    return true;
}

/* draft §8.4.5: before each other section; it must find vendor and class to be the device's. */
static bool run_shared(struct run *run) {
    if (run->shared && !run_section(run, SHARED, run->shared)) return false;
    if (run->count == 0) return true;
    if (!run->vendor_held) return fail(run, "vendor-mismatch");
    return run->class_held || fail(run, "class-mismatch");
}

bool run_procedure(struct run *run) {
    bool alone = true;
    for (enum section section = PAYLOAD_FETCH; section < SECTIONS; section++) {
        size_t at = section_at(run, section);
        bool for_update = section == PAYLOAD_FETCH || section == INSTALL;
        if (!at || (section != VALIDATE && for_update == run->delivery->boot)) continue;
        alone = false;
        if (!run_shared(run) || !run_section(run, section, at)) return false;
    }
    if (alone && !run_shared(run)) return false;
    /* RFC 9124 §4.3.4: whatever was fetched can be checked in the end. */
    for (size_t i = 0; i < run->count; i++)
        if (run->list[i].unknown) return refuse(run, "procedure", "not-validated");
    return true;
}
