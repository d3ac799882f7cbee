/* Command sequences are checked as a whole before any command is run (draft §8.4.9, §8.4.10, appendix A). */
#include "suit.h"

static bool check_sequence(struct run *run, size_t at, enum section section, int depth, bool outer);

static bool is_condition(uint64_t code) { return code == 1 || code == 2 || code == 3 || code == 5 || code == 6 || code == 14 || code == 24; }
static bool takes_policy(uint64_t code) { return is_condition(code) || code == 18 || code == 21 || code == 22 || code == 23 || code == 31; }
static bool is_shared(uint64_t code) { return is_condition(code) || code == 12 || code == 15 || code == 20 || code == 32; }

static bool malformed(struct run *run) { return refuse(run, "commands", "command-malformed"); }

static bool check_index(struct run *run, size_t *at) {
    struct head head, item;
    if (!read_head(run, at, &head)) return false;
    if (head.major == UINT || (head.major == SIMPLE && head.info == 21)) return true;
    if (head.major == TAG) return refuse(run, "envelope", "wrong-tag");
    if (head.major != ARRAY || head.value == 0) return refuse(run, "components", "index-type");
    for (uint64_t i = 0; i < head.value; i++)
        if (!expect(run, at, &item, UINT, "components", "index-type")) return false;
    return true;
}

static bool check_id(struct run *run, size_t *at, bool vendor) {
    struct head head;
    size_t start = *at;
    if (!read_head(run, at, &head)) return false;
    if (head.major == TAG && vendor) {
        if (head.value != 112) return refuse(run, "parameters", "param-type");
        if (!expect(run, at, &head, BSTR, "parameters", "param-type")) return false;
        return head.end > head.content || refuse(run, "parameters", "param-type");
    }
    *at = start;
    if (!expect(run, at, &head, BSTR, "parameters", "param-type")) return false;
    return head.end - head.content == 16 || refuse(run, "parameters", "param-type");
}

static bool check_value(struct run *run, size_t *at, uint64_t key) {
    struct head head, digest;
    int64_t algorithm;
    size_t inside;
    switch (key) {
    case VENDOR_ID: return check_id(run, at, true);
    case CLASS_ID:
    case DEVICE_ID: return check_id(run, at, false);
    case IMAGE_DIGEST:
        inside = *at;
        if (!expect(run, at, &head, BSTR, "parameters", "param-type")) return false;
        return enter(run, &inside, "parameters", "param-type") && read_digest(run, inside, &digest, &algorithm);
    case COMPONENT_SLOT:
    case IMAGE_SIZE:
    case SOURCE_COMPONENT: return expect(run, at, &head, UINT, "parameters", "param-type");
    case 12:
    case 13:
        if (!expect(run, at, &head, SIMPLE, "parameters", "param-type")) return false;
        return head.info == 20 || head.info == 21 || refuse(run, "parameters", "param-type");
    case CONTENT:
    case INVOKE_ARGUMENTS:
    case FETCH_ARGUMENTS: return expect(run, at, &head, BSTR, "parameters", "param-type");
    case URI: return expect(run, at, &head, TSTR, "parameters", "param-type");
    default: return skip_item(run, at);
    }
}

static bool check_parameters(struct run *run, size_t *at, enum section section) {
    struct head map, key, previous = {0};
    if (!expect(run, at, &map, MAP, "commands", "command-malformed")) return false;
    if (map.value == 0) return malformed(run);
    for (uint64_t i = 0; i < map.value; i++) {
        if (!read_head(run, at, &key)) return false;
        if (key.major > NINT) return key.major == TAG ? refuse(run, "envelope", "wrong-tag") : refuse(run, "parameters", "param-type");
        if (!follows(run, &key, &previous)) return false;
        if (key.major == NINT && section == SHARED) return refuse(run, "commands", "command-forbidden");
        if (key.major == NINT ? !skip_item(run, at) : !check_value(run, at, key.value)) return false;
    }
    return true;
}

static bool check_branches(struct run *run, size_t *at, enum section section, int depth) {
    struct head list, branch;
    if (!expect(run, at, &list, ARRAY, "commands", "command-malformed")) return false;
    if (list.value == 0) return malformed(run);
    for (uint64_t i = 0; i < list.value; i++) {
        size_t start = *at;
        if (!read_head(run, at, &branch)) return false;
        /* Nil comes last, and not alone. */
        if (branch.major == SIMPLE && branch.info == 22) return (i + 1 == list.value && i > 0) || malformed(run);
        *at = start;
        if (!expect(run, at, &branch, BSTR, "commands", "command-malformed")) return false;
        if (!check_sequence(run, start, section, depth + 1, false)) return false;
    }
    return true;
}

static bool check_argument(struct run *run, size_t *at, uint64_t code, enum section section, int depth) {
    struct head head;
    size_t start = *at;
    if (takes_policy(code)) {
        if (!expect(run, at, &head, UINT, "commands", "command-malformed")) return false;
        return head.value <= 15 || malformed(run);
    }
    switch (code) {
    case 12: return check_index(run, at);
    case 15: return check_branches(run, at, section, depth);
    case 20: return check_parameters(run, at, section);
    case 32:
        if (!expect(run, at, &head, BSTR, "commands", "command-malformed")) return false;
        return check_sequence(run, start, section, depth + 1, false);
    default: return skip_item(run, at);
    }
}

static bool is_known(uint64_t code) { return takes_policy(code) || code == 12 || code == 15 || code == 20 || code == 32; }

static bool check_sequence(struct run *run, size_t at, enum section section, int depth, bool outer) {
    struct head list, code;
    bool severed = run->bytes.data[at] >> 5 == ARRAY;
    if (depth > MAX_DEPTH) return refuse(run, "resource", "limit-depth");
    if (outer && !enter(run, &at, severed ? "structure" : "decode", severed ? "manifest-structure" : "type-mismatch")) return false;
    if (!outer && !enter(run, &at, "commands", "command-malformed")) return false;
    if (!expect(run, &at, &list, ARRAY, "commands", "command-malformed")) return false;
    if (list.value % 2 != 0) return malformed(run);
    for (uint64_t i = 0; i < list.value / 2; i++) {
        if (!read_head(run, &at, &code)) return false;
        if (code.major > NINT) return code.major == TAG ? refuse(run, "envelope", "wrong-tag") : malformed(run);
        /* draft §6.2: with several components each section begins by choosing. */
        bool chooses = code.major == UINT && code.value == 12;
        if (outer && i == 0 && run->count > 1 && !chooses) return refuse(run, "components", "index-missing");
        if (section == SHARED && (code.major == NINT || (is_known(code.value) && !is_shared(code.value))))
            return refuse(run, "commands", "command-forbidden");
        if (code.major == NINT ? !skip_item(run, &at) : !check_argument(run, &at, code.value, section, depth)) return false;
    }
    return true;
}

bool check_sequences(struct run *run) {
    for (enum section section = SHARED; section < SECTIONS; section++) {
        size_t at = section_at(run, section);
        if (at && !check_sequence(run, at, section, 0, true)) return false;
    }
    return true;
}
