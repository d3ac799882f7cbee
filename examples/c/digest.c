/* SUIT_Digest (draft §10): SHA-256 alone. */
#include "crypto.h"
#include "suit.h"

#include <string.h>

#define SHA256 (-16)

/* Length in bytes of the digests that COSE knows (RFC 9054); 0: not one of them. */
static size_t length_of(int64_t algorithm) {
    switch (algorithm) {
    case -16: case -18: return 32;
    case -43: return 48;
    case -44: case -45: return 64;
    default: return 0;
    }
}

bool read_digest(struct run *run, size_t at, struct head *value, int64_t *algorithm) {
    struct head list, id;
    if (!expect(run, &at, &list, ARRAY, "digest", "digest-malformed")) return false;
    if (list.value < 2) return refuse(run, "digest", "digest-malformed");
    if (!read_head(run, &at, &id)) return false;
    if (id.major > NINT) return refuse(run, "digest", "digest-malformed");
    if (id.value > INT32_MAX) return refuse(run, "digest", "digest-alg-unsupported");
    *algorithm = id.major == UINT ? (int64_t)id.value : -1 - (int64_t)id.value;
    if (!expect(run, &at, value, BSTR, "digest", "digest-malformed")) return false;
    size_t length = length_of(*algorithm);
    return length == 0 || length == value->end - value->content || refuse(run, "digest", "digest-malformed");
}

bool is_digest(const struct run *run, const struct head *value, struct gauntlet_bytes bytes) {
    uint8_t actual[32];
    crypto_sha256(bytes.data, bytes.size, actual);
    return same(run, value, (struct gauntlet_bytes){actual, sizeof actual});
}

bool check_digest(struct run *run, size_t at, struct gauntlet_bytes bytes, const char *stage, const char *reason) {
    struct head value;
    int64_t algorithm;
    if (!read_digest(run, at, &value, &algorithm)) return false;
    if (algorithm != SHA256 || !has_code(run->device->digests, algorithm)) return refuse(run, "digest", "digest-alg-unsupported");
    return is_digest(run, &value, bytes) || refuse(run, stage, reason);
}
