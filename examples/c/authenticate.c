/* Authentication (draft §6.2, §8.3; RFC 9052): COSE_Sign1 by ES256 or Ed25519 over the detached SUIT_Digest. */
#include "crypto.h"
#include "suit.h"

#include <string.h>

#define MAX_BLOCKS 8
#define MAX_ANCHORS 32

enum label { ALG = 1, CRIT = 2, KID = 4 };
enum result { VERIFIED, REFUSED, KEY_UNKNOWN, COSE_UNSUPPORTED, ALG_UNSUPPORTED, ALG_DISALLOWED, KEY_USAGE, SIG_INVALID };

/* In the order of `result`. */
static const char *const reasons[] = {
    "", "", "key-unknown", "cose-unsupported", "alg-unsupported", "alg-disallowed", "key-usage", "sig-invalid",
};

/* Where the values of the labels stand in a header map; 0: absent. */
struct header { size_t alg, crit, kid; };

static bool has_label(struct run *run, size_t map, uint64_t before, const struct head *key, bool *found) {
    struct head head, other;
    if (!read_head(run, &map, &head)) return false;
    *found = false;
    for (uint64_t i = 0; i < before && !*found; i++) {
        if (!read_head(run, &map, &other)) return false;
        *found = other.major == key->major && other.value == key->value &&
                 (key->major < BSTR || same(run, key, content_of(run, &other)));
        if (!skip_item(run, &map)) return false;
    }
    return true;
}

static bool read_header(struct run *run, size_t at, struct header *header) {
    struct head map, key;
    size_t start = at;
    if (!expect(run, &at, &map, MAP, "authenticate", "auth-malformed")) return false;
    for (uint64_t i = 0; i < map.value; i++) {
        bool found;
        if (!read_head(run, &at, &key)) return false;
        if (key.major > NINT && key.major != TSTR) return refuse(run, "authenticate", "auth-malformed");
        /* RFC 9052 §3: labels are unique, however their integers are encoded. */
        if (!has_label(run, start, i, &key, &found)) return false;
        if (found) return refuse(run, "decode", "cbor-invalid");
        if (key.major == UINT && key.value == ALG) header->alg = at;
        if (key.major == UINT && key.value == CRIT) header->crit = at;
        if (key.major == UINT && key.value == KID) header->kid = at;
        if (!skip_item(run, &at)) return false;
    }
    return true;
}

/* What is marked critical must be understood: here that is alg and kid (RFC 9052 §3.1). */
static bool understood(struct run *run, const struct header *safe, const struct header *open) {
    struct head list, label;
    if ((safe->alg && open->alg) || (safe->kid && open->kid) || open->crit) return false;
    if (!safe->crit) return true;
    size_t at = safe->crit;
    if (!read_head(run, &at, &list) || list.major != ARRAY || list.value == 0) return false;
    for (uint64_t i = 0; i < list.value; i++) {
        if (!read_head(run, &at, &label) || label.major != UINT) return false;
        if (!(label.value == ALG && safe->alg) && !(label.value == KID && safe->kid)) return false;
    }
    return true;
}

static size_t put_head(uint8_t *to, enum major major, size_t value) {
    uint8_t type = (uint8_t)(major << 5);
    if (value < 24) { to[0] = (uint8_t)(type | value); return 1; }
    if (value < 0x100) { to[0] = type | 24; to[1] = (uint8_t)value; return 2; }
    if (value < 0x10000) { to[0] = type | 25; to[1] = (uint8_t)(value >> 8); to[2] = (uint8_t)value; return 3; }
    to[0] = type | 26;
    for (int i = 0; i < 4; i++) to[1 + i] = (uint8_t)(value >> (24 - 8 * i));
    return 5;
}

/* Sig_structure of RFC 9052 §4.4. */
static struct gauntlet_bytes to_be_signed(struct run *run, const struct head *safe) {
    struct gauntlet_bytes header = content_of(run, safe);
    struct gauntlet_bytes payload = {run->bytes.data + run->digest_start, run->digest_end - run->digest_start};
    if (header.size == 1 && header.data[0] == 0xa0) header.size = 0;
    uint8_t *message = gauntlet_take(header.size + payload.size + 32);
    if (message == NULL) return (struct gauntlet_bytes){NULL, 0};
    size_t at = put_head(message, ARRAY, 4);
    at += put_head(message + at, TSTR, 10);
    memcpy(message + at, "Signature1", 10);
    at += 10;
    at += put_head(message + at, BSTR, header.size);
    memcpy(message + at, header.data, header.size);
    at += header.size;
    at += put_head(message + at, BSTR, 0);
    at += put_head(message + at, BSTR, payload.size);
    memcpy(message + at, payload.data, payload.size);
    return (struct gauntlet_bytes){message, at + payload.size};
}

static bool entitled(const struct gauntlet_device *device, unsigned roles) {
    unsigned wanted = device->policy == GAUNTLET_ROLES ? device->policy_roles
                      : device->policy == GAUNTLET_ANY ? GAUNTLET_AUTHOR : GAUNTLET_AUTHOR | GAUNTLET_QUALIFIER;
    return (roles & wanted) != 0;
}

static enum result serves(const struct gauntlet_device *device, const struct gauntlet_anchor *anchor, int64_t algorithm) {
    enum gauntlet_key wanted = algorithm == -7 || algorithm == -9 ? GAUNTLET_P256 : GAUNTLET_ED25519;
    if (!entitled(device, anchor->roles)) return KEY_UNKNOWN;
    if (!has_code(anchor->algorithms, algorithm)) return ALG_DISALLOWED;
    if (anchor->key != wanted || (anchor->has_alg && anchor->alg != algorithm)) return KEY_USAGE;
    return anchor->has_key_ops && !has_code(anchor->key_ops, 2) ? KEY_USAGE : VERIFIED;
}

static bool is_signed(const struct gauntlet_anchor *anchor, struct gauntlet_bytes message, struct gauntlet_bytes signature) {
    if (signature.size != 64) return false;
    return anchor->key == GAUNTLET_P256 ? crypto_es256(anchor->x.data, anchor->y.data, message.data, message.size, signature.data)
                                        : crypto_ed25519(anchor->x.data, message.data, message.size, signature.data);
}

struct candidate { int64_t algorithm; bool has_kid; struct head kid; struct gauntlet_bytes message, signature; };

/* Keys with the block's kid first; a kid is a hint, and any key may fit. */
static enum result try_anchors(struct run *run, const struct candidate *candidate, bool *by) {
    const struct gauntlet_device *device = run->device;
    enum result best = KEY_UNKNOWN;
    bool known = !candidate->has_kid, verified = false;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < device->anchor_count; i++) {
            const struct gauntlet_anchor *anchor = device->anchors + i;
            bool named = candidate->has_kid && anchor->has_kid && same(run, &candidate->kid, anchor->kid);
            if (named != (pass == 0)) continue;
            known = known || named;
            enum result result = serves(device, anchor, candidate->algorithm);
            if (result == VERIFIED && !is_signed(anchor, candidate->message, candidate->signature)) result = SIG_INVALID;
            if (result == VERIFIED) verified = by[i] = true;
            else if (result > best) best = result;
        }
    if (verified) return VERIFIED;
    return best == SIG_INVALID && !known ? KEY_UNKNOWN : best;
}

static enum result malformed(struct run *run) {
    refuse(run, "authenticate", "auth-malformed");
    return REFUSED;
}

static enum result check_block(struct run *run, size_t at, bool *by) {
    struct head tag, list, safe, payload, signature, alg;
    struct header protected_header = {0}, open_header = {0};
    struct candidate candidate = {0};
    if (!enter(run, &at, "authenticate", "auth-malformed") || !read_head(run, &at, &tag)) return REFUSED;
    if (tag.major != TAG || tag.value != 18) return COSE_UNSUPPORTED;
    if (!expect(run, &at, &list, ARRAY, "authenticate", "auth-malformed") || list.value != 4) return malformed(run);
    if (!expect(run, &at, &safe, BSTR, "authenticate", "auth-malformed")) return REFUSED;
    if (safe.content != safe.end) {
        if (!check_item(run, safe.content, safe.end)) {
            run->decision->stage = "authenticate";
            run->decision->reason = "auth-malformed";
            return REFUSED;
        }
        if (!read_header(run, safe.content, &protected_header)) return REFUSED;
    }
    size_t open = at;
    if (!skip_item(run, &at) || !read_header(run, open, &open_header)) return REFUSED;
    if (!read_head(run, &at, &payload)) return REFUSED;
    if (payload.major != SIMPLE || payload.info != 22) return malformed(run);
    if (!expect(run, &at, &signature, BSTR, "authenticate", "auth-malformed")) return REFUSED;
    if (!understood(run, &protected_header, &open_header)) return COSE_UNSUPPORTED;

    if (!protected_header.alg) return ALG_DISALLOWED;
    size_t alg_at = protected_header.alg, kid_at = protected_header.kid ? protected_header.kid : open_header.kid;
    if (!read_head(run, &alg_at, &alg)) return REFUSED;
    if (alg.major != NINT) return ALG_UNSUPPORTED;
    if (alg.value != 6 && alg.value != 8 && alg.value != 7 && alg.value != 18) return ALG_UNSUPPORTED;
    candidate.algorithm = -1 - (int64_t)alg.value;
    candidate.has_kid = kid_at != 0;
    if (kid_at && !expect(run, &kid_at, &candidate.kid, BSTR, "authenticate", "auth-malformed")) return REFUSED;
    candidate.message = to_be_signed(run, &safe);
    candidate.signature = content_of(run, &signature);
    if (candidate.message.data == NULL) {
        refuse(run, "resource", "limit-memory");
        return REFUSED;
    }
    return try_anchors(run, &candidate, by);
}

static bool same_key(const struct gauntlet_anchor *a, const struct gauntlet_anchor *b) {
    return a->key == b->key && a->x.size == b->x.size && memcmp(a->x.data, b->x.data, a->x.size) == 0;
}

/* Are those that signed all that the device's policy wants? */
static bool authorized(const struct gauntlet_device *device, const bool *by) {
    unsigned roles = 0;
    bool all = true, any = false;
    uint64_t count = 0;
    for (size_t i = 0; i < device->anchor_count; i++) {
        bool counts = entitled(device, device->anchors[i].roles), first = by[i];
        any = any || counts;
        if (counts && !by[i]) all = false;
        if (by[i]) roles |= device->anchors[i].roles;
        for (size_t j = 0; j < i && first; j++) first = !(by[j] && same_key(device->anchors + j, device->anchors + i));
        count += first;
    }
    switch (device->policy) {
    case GAUNTLET_ROLES: return (roles & device->policy_roles) == device->policy_roles;
    case GAUNTLET_ALL: return any && all;
    case GAUNTLET_AT_LEAST: return count >= (device->policy_count > 0 ? device->policy_count : 1);
    default: return count > 0;
    }
}

bool authenticate(struct run *run) {
    struct head list, digest, block[MAX_BLOCKS];
    bool by[MAX_ANCHORS] = {false}, verified = false;
    enum result failure = VERIFIED;
    size_t at = run->wrapper;
    if (run->device->anchor_count > MAX_ANCHORS) return refuse(run, "resource", "limit-count");
    if (!enter(run, &at, "authenticate", "auth-malformed")) return false;
    if (!expect(run, &at, &list, ARRAY, "authenticate", "auth-malformed")) return false;
    if (list.value == 0) return refuse(run, "authenticate", "auth-malformed");
    if (!expect(run, &at, &digest, BSTR, "authenticate", "auth-malformed")) return false;
    run->digest_start = digest.content;
    run->digest_end = digest.end;
    if (list.value == 1) return refuse(run, "authenticate", "auth-missing");
    if (list.value - 1 > MAX_BLOCKS) return refuse(run, "resource", "limit-count");
    size_t count = (size_t)list.value - 1;
    for (size_t i = 0; i < count; i++) {
        if (!expect(run, &at, block + i, BSTR, "authenticate", "auth-malformed")) return false;
        for (size_t j = 0; j < i; j++)
            if (same(run, block + i, content_of(run, block + j))) return refuse(run, "authenticate", "auth-malformed");
    }
    for (size_t i = 0; i < count; i++) {
        enum result result = check_block(run, block[i].start, by);
        if (result == REFUSED) return false;
        if (result == VERIFIED) verified = true;
        else if (failure == VERIFIED) failure = result;
    }
    if (!verified) return refuse(run, "authenticate", reasons[failure]);
    return authorized(run->device, by) || refuse(run, "authenticate", "threshold-unmet");
}

bool bind_manifest(struct run *run) {
    struct head manifest;
    size_t at = run->manifest;
    if (!check_item(run, run->digest_start, run->digest_end) || !read_head(run, &at, &manifest)) return false;
    /* draft §8.3: over the byte string with its head. */
    struct gauntlet_bytes whole = {run->bytes.data + manifest.start, manifest.end - manifest.start};
    if (!check_digest(run, run->digest_start, whole, "digest", "manifest-digest-mismatch")) return false;
    gauntlet_effect(run->decision, (struct gauntlet_effect){.kind = GAUNTLET_AUTHENTICATED});
    return true;
}
