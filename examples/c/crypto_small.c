/*
 * crypto.h without any library: SHA-256, SHA-512, ECDSA over P-256 and Ed25519, verification alone.
 *
 * For WebAssembly and for machines without OpenSSL. It is small, not fast, and takes no care about timing, because all
 * that it sees is public. Use a well-kept library in a product.
 */
#include "crypto.h"

#include <string.h>

/* ---- SHA-2 (FIPS 180-4): SHA-256 uses the upper halves of SHA-512's constants. ---- */

static const uint64_t round_constants[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static const uint64_t initial[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static uint32_t turn32(uint32_t word, int by) { return word >> by | word << (32 - by); }
static uint64_t turn64(uint64_t word, int by) { return word >> by | word << (64 - by); }

static void block256(uint32_t state[8], const uint8_t *block) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (turn32(a, 7) ^ turn32(a, 18) ^ a >> 3) + (turn32(b, 17) ^ turn32(b, 19) ^ b >> 10);
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t t = s[7] + (turn32(s[4], 6) ^ turn32(s[4], 11) ^ turn32(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) +
                     (uint32_t)(round_constants[i] >> 32) + w[i];
        uint32_t u = (turn32(s[0], 2) ^ turn32(s[0], 13) ^ turn32(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += t;
        s[0] = t + u;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
}

static void block512(uint64_t state[8], const uint8_t *block) {
    uint64_t w[80], s[8];
    for (int i = 0; i < 16; i++) {
        w[i] = 0;
        for (int j = 0; j < 8; j++) w[i] = w[i] << 8 | block[8 * i + j];
    }
    for (int i = 16; i < 80; i++) {
        uint64_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (turn64(a, 1) ^ turn64(a, 8) ^ a >> 7) + (turn64(b, 19) ^ turn64(b, 61) ^ b >> 6);
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 80; i++) {
        uint64_t t = s[7] + (turn64(s[4], 14) ^ turn64(s[4], 18) ^ turn64(s[4], 41)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) +
                     round_constants[i] + w[i];
        uint64_t u = (turn64(s[0], 28) ^ turn64(s[0], 34) ^ turn64(s[0], 39)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += t;
        s[0] = t + u;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
}

/* The last blocks: what is left of the message, a one bit, zeros, the length in bits. Returns their size in bytes. */
static size_t pad(uint8_t *tail, const uint8_t *rest, size_t left, size_t size, size_t block) {
    size_t length_at = block == 64 ? 8 : 16;
    size_t total = left + 1 + length_at <= block ? block : 2 * block;
    memset(tail, 0, total);
    if (left > 0) memcpy(tail, rest, left);
    tail[left] = 0x80;
    uint64_t bits = (uint64_t)size * 8;
    for (int i = 0; i < 8; i++) tail[total - 1 - i] = (uint8_t)(bits >> 8 * i);
    return total;
}

void crypto_sha256(const uint8_t *message, size_t size, uint8_t digest[32]) {
    uint32_t state[8];
    uint8_t tail[128];
    for (int i = 0; i < 8; i++) state[i] = (uint32_t)(initial[i] >> 32);
    size_t at = 0;
    for (; size - at >= 64; at += 64) block256(state, message + at);
    size_t total = pad(tail, message + at, size - at, size, 64);
    for (size_t i = 0; i < total; i += 64) block256(state, tail + i);
    for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

struct part { const uint8_t *data; size_t size; };

/* SHA-512 of three parts, one after the other. */
static void sha512(const struct part parts[3], uint8_t digest[64]) {
    uint64_t state[8];
    uint8_t block[128], tail[256];
    memcpy(state, initial, sizeof state);
    size_t filled = 0, size = 0;
    for (int i = 0; i < 3; i++)
        for (size_t j = 0; j < parts[i].size; j++, size++) {
            block[filled++] = parts[i].data[j];
            if (filled == 128) { block512(state, block); filled = 0; }
        }
    size_t total = pad(tail, block, filled, size, 128);
    for (size_t i = 0; i < total; i += 128) block512(state, tail + i);
    for (int i = 0; i < 64; i++) digest[i] = (uint8_t)(state[i / 8] >> (56 - 8 * (i % 8)));
}

/* ---- Arithmetic modulo an odd number of 256 bits, in Montgomery's form; 8 limbs, the lowest first. ---- */

struct field {
    uint32_t modulus[8], square[8], one[8];
    uint32_t inverse; /* of the lowest limb, negated, modulo 2^32 */
};

typedef uint32_t number[8];

static const struct field p256 = {
    {0xffffffff, 0xffffffff, 0xffffffff, 0x00000000, 0x00000000, 0x00000000, 0x00000001, 0xffffffff},
    {0x00000003, 0x00000000, 0xffffffff, 0xfffffffb, 0xfffffffe, 0xffffffff, 0xfffffffd, 0x00000004},
    {0x00000001, 0x00000000, 0x00000000, 0xffffffff, 0xffffffff, 0xffffffff, 0xfffffffe, 0x00000000},
    0x00000001,
};
static const struct field order256 = {
    {0xfc632551, 0xf3b9cac2, 0xa7179e84, 0xbce6faad, 0xffffffff, 0xffffffff, 0x00000000, 0xffffffff},
    {0xbe79eea2, 0x83244c95, 0x49bd6fa6, 0x4699799c, 0x2b6bec59, 0x2845b239, 0xf3d95620, 0x66e12d94},
    {0x039cdaaf, 0x0c46353d, 0x58e8617b, 0x43190552, 0x00000000, 0x00000000, 0xffffffff, 0x00000000},
    0xee00bc4f,
};
static const struct field p25519 = {
    {0xffffffed, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x7fffffff},
    {0x000005a4, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000},
    {0x00000026, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000},
    0x286bca1b,
};
static const struct field order25519 = {
    {0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0x00000000, 0x00000000, 0x00000000, 0x10000000},
    {0x449c0f01, 0xa40611e3, 0x68859347, 0xd00e1ba7, 0x17f5be65, 0xceec73d2, 0x7c309a3d, 0x0399411b},
    {0x8d98951d, 0xd6ec3174, 0x737dcf70, 0xc6ef5bf4, 0xfffffffe, 0xffffffff, 0xffffffff, 0x0fffffff},
    0x12547e1b,
};

static const number curve_b = {0x27d2604b, 0x3bce3c3e, 0xcc53b0f6, 0x651d06b0, 0x769886bc, 0xb3ebbd55, 0xaa3a93e7, 0x5ac635d8};
static const number base256_x = {0xd898c296, 0xf4a13945, 0x2deb33a0, 0x77037d81, 0x63a440f2, 0xf8bce6e5, 0xe12c4247, 0x6b17d1f2};
static const number base256_y = {0x37bf51f5, 0xcbb64068, 0x6b315ece, 0x2bce3357, 0x7c0f9e16, 0x8ee7eb4a, 0xfe1a7f9b, 0x4fe342e2};
static const number edwards_d = {0x135978a3, 0x75eb4dca, 0x4141d8ab, 0x00700a4d, 0x7779e898, 0x8cc74079, 0x2b6ffe73, 0x52036cee};
static const number root_of_minus_1 = {0x4a0ea0b0, 0xc4ee1b27, 0xad2fe478, 0x2f431806, 0x3dfbd7a7, 0x2b4d0099, 0x4fc1df0b, 0x2b832480};
static const number base25519_x = {0x8f25d51a, 0xc9562d60, 0x9525a7b2, 0x692cc760, 0xfdd6dc5c, 0xc0a4e231, 0xcd6e53fe, 0x216936d3};
static const number base25519_y = {0x66666658, 0x66666666, 0x66666666, 0x66666666, 0x66666666, 0x66666666, 0x66666666, 0x66666666};

static int compare(const number a, const number b) {
    for (int i = 7; i >= 0; i--)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}

static bool is_zero(const number a) {
    uint32_t bits = 0;
    for (int i = 0; i < 8; i++) bits |= a[i];
    return bits == 0;
}

static uint32_t plus(number r, const number a, const number b) {
    uint64_t carry = 0;
    for (int i = 0; i < 8; i++) { carry += (uint64_t)a[i] + b[i]; r[i] = (uint32_t)carry; carry >>= 32; }
    return (uint32_t)carry;
}

static uint32_t minus(number r, const number a, const number b) {
    int64_t borrow = 0;
    for (int i = 0; i < 8; i++) { borrow += (int64_t)a[i] - b[i]; r[i] = (uint32_t)borrow; borrow >>= 32; }
    return (uint32_t)-borrow;
}

static void add(const struct field *f, number r, const number a, const number b) {
    if (plus(r, a, b) || compare(r, f->modulus) >= 0) minus(r, r, f->modulus);
}

static void subtract(const struct field *f, number r, const number a, const number b) {
    if (minus(r, a, b)) plus(r, r, f->modulus);
}

static void multiply(const struct field *f, number r, const number a, const number b) {
    uint32_t t[10] = {0};
    for (int i = 0; i < 8; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < 8; j++) { carry += (uint64_t)a[j] * b[i] + t[j]; t[j] = (uint32_t)carry; carry >>= 32; }
        carry += t[8];
        t[8] = (uint32_t)carry;
        t[9] = (uint32_t)(carry >> 32);
        uint32_t m = t[0] * f->inverse;
        carry = ((uint64_t)m * f->modulus[0] + t[0]) >> 32;
        for (int j = 1; j < 8; j++) { carry += (uint64_t)m * f->modulus[j] + t[j]; t[j - 1] = (uint32_t)carry; carry >>= 32; }
        carry += t[8];
        t[7] = (uint32_t)carry;
        t[8] = t[9] + (uint32_t)(carry >> 32);
    }
    memcpy(r, t, sizeof(number));
    if (t[8] || compare(r, f->modulus) >= 0) minus(r, r, f->modulus);
}

static void enter(const struct field *f, number r, const number a) { multiply(f, r, a, f->square); }

static void leave(const struct field *f, number r, const number a) {
    const number one = {1};
    multiply(f, r, a, one);
}

static bool bit(const number a, int i) { return a[i / 32] >> (i % 32) & 1; }

static void power(const struct field *f, number r, const number base, const number exponent) {
    number result;
    memcpy(result, f->one, sizeof result);
    for (int i = 255; i >= 0; i--) {
        multiply(f, result, result, result);
        if (bit(exponent, i)) multiply(f, result, result, base);
    }
    memcpy(r, result, sizeof result);
}

/* By Fermat: the moduli are primes. */
static void invert(const struct field *f, number r, const number a) {
    const number two = {2};
    number exponent;
    minus(exponent, f->modulus, two);
    power(f, r, a, exponent);
}

static void from_big_endian(number r, const uint8_t bytes[32]) {
    for (int i = 0; i < 8; i++) {
        const uint8_t *p = bytes + 28 - 4 * i;
        r[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
}

static void from_little_endian(number r, const uint8_t bytes[32]) {
    for (int i = 0; i < 8; i++) {
        const uint8_t *p = bytes + 4 * i;
        r[i] = (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
    }
}

/* ---- ECDSA over P-256 (FIPS 186-5), Jacobian coordinates, in Montgomery's form. ---- */

struct jacobian { number x, y, z; };

static void double_point(struct jacobian *r, const struct jacobian *a) {
    const struct field *f = &p256;
    number delta, gamma, beta, alpha, t;
    if (is_zero(a->z)) { *r = *a; return; }
    multiply(f, delta, a->z, a->z);
    multiply(f, gamma, a->y, a->y);
    multiply(f, beta, a->x, gamma);
    subtract(f, t, a->x, delta);
    add(f, alpha, a->x, delta);
    multiply(f, alpha, alpha, t);
    add(f, t, alpha, alpha);
    add(f, alpha, t, alpha);
    struct jacobian out;
    add(f, out.z, a->y, a->z);
    multiply(f, out.z, out.z, out.z);
    subtract(f, out.z, out.z, gamma);
    subtract(f, out.z, out.z, delta);
    add(f, beta, beta, beta);
    add(f, beta, beta, beta);
    multiply(f, out.x, alpha, alpha);
    subtract(f, out.x, out.x, beta);
    subtract(f, out.x, out.x, beta);
    subtract(f, t, beta, out.x);
    multiply(f, out.y, alpha, t);
    multiply(f, gamma, gamma, gamma);
    for (int i = 0; i < 3; i++) add(f, gamma, gamma, gamma);
    subtract(f, out.y, out.y, gamma);
    *r = out;
}

static void add_point(struct jacobian *r, const struct jacobian *a, const struct jacobian *b) {
    const struct field *f = &p256;
    if (is_zero(a->z)) { *r = *b; return; }
    if (is_zero(b->z)) { *r = *a; return; }
    number za, zb, ua, ub, sa, sb, h, hh, hhh, v;
    multiply(f, za, a->z, a->z);
    multiply(f, zb, b->z, b->z);
    multiply(f, ua, a->x, zb);
    multiply(f, ub, b->x, za);
    multiply(f, sa, a->y, zb);
    multiply(f, sa, sa, b->z);
    multiply(f, sb, b->y, za);
    multiply(f, sb, sb, a->z);
    subtract(f, h, ub, ua);
    subtract(f, sb, sb, sa);
    if (is_zero(h)) {
        if (is_zero(sb)) double_point(r, a);
        else memset(r, 0, sizeof *r);
        return;
    }
    multiply(f, hh, h, h);
    multiply(f, hhh, hh, h);
    multiply(f, v, ua, hh);
    struct jacobian out;
    multiply(f, out.x, sb, sb);
    subtract(f, out.x, out.x, hhh);
    subtract(f, out.x, out.x, v);
    subtract(f, out.x, out.x, v);
    subtract(f, v, v, out.x);
    multiply(f, out.y, sb, v);
    multiply(f, sa, sa, hhh);
    subtract(f, out.y, out.y, sa);
    multiply(f, out.z, a->z, b->z);
    multiply(f, out.z, out.z, h);
    *r = out;
}

static bool on_curve(const number x, const number y) {
    const struct field *f = &p256;
    number left, right, t;
    multiply(f, left, y, y);
    multiply(f, right, x, x);
    multiply(f, right, right, x);
    for (int i = 0; i < 3; i++) subtract(f, right, right, x);
    enter(f, t, curve_b);
    add(f, right, right, t);
    return compare(left, right) == 0;
}

bool crypto_es256(const uint8_t x[32], const uint8_t y[32], const uint8_t *message, size_t size, const uint8_t signature[64]) {
    const struct field *f = &p256, *o = &order256;
    number r, s, e, u1, u2, t;
    struct jacobian base, key, sum, point = {{0}, {0}, {0}};
    uint8_t digest[32];
    from_big_endian(r, signature);
    from_big_endian(s, signature + 32);
    if (is_zero(r) || is_zero(s) || compare(r, o->modulus) >= 0 || compare(s, o->modulus) >= 0) return false;
    from_big_endian(key.x, x);
    from_big_endian(key.y, y);
    if (compare(key.x, f->modulus) >= 0 || compare(key.y, f->modulus) >= 0) return false;
    enter(f, key.x, key.x);
    enter(f, key.y, key.y);
    memcpy(key.z, f->one, sizeof key.z);
    if (!on_curve(key.x, key.y)) return false;
    enter(f, base.x, base256_x);
    enter(f, base.y, base256_y);
    memcpy(base.z, f->one, sizeof base.z);

    crypto_sha256(message, size, digest);
    from_big_endian(e, digest);
    if (compare(e, o->modulus) >= 0) minus(e, e, o->modulus);
    enter(o, t, s);
    invert(o, t, t);
    /* One factor in Montgomery's form, one not: the product is not. */
    multiply(o, u1, e, t);
    multiply(o, u2, r, t);
    add_point(&sum, &base, &key);
    for (int i = 255; i >= 0; i--) {
        double_point(&point, &point);
        bool one = bit(u1, i), two = bit(u2, i);
        if (one && two) add_point(&point, &point, &sum);
        else if (one) add_point(&point, &point, &base);
        else if (two) add_point(&point, &point, &key);
    }
    if (is_zero(point.z)) return false;
    /* x/z² modulo p, then modulo n, is r. */
    invert(f, t, point.z);
    multiply(f, t, t, t);
    multiply(f, t, point.x, t);
    leave(f, t, t);
    if (compare(t, o->modulus) >= 0) minus(t, t, o->modulus);
    return compare(t, r) == 0;
}

/* ---- Ed25519 (RFC 8032), extended coordinates, in Montgomery's form. ---- */

struct extended { number x, y, z, t; };

static void add_extended(struct extended *r, const struct extended *p, const struct extended *q, const number twice_d) {
    const struct field *f = &p25519;
    number a, b, c, d, e, g, h, k;
    subtract(f, a, p->y, p->x);
    subtract(f, k, q->y, q->x);
    multiply(f, a, a, k);
    add(f, b, p->y, p->x);
    add(f, k, q->y, q->x);
    multiply(f, b, b, k);
    multiply(f, c, p->t, twice_d);
    multiply(f, c, c, q->t);
    multiply(f, d, p->z, q->z);
    add(f, d, d, d);
    subtract(f, e, b, a);
    subtract(f, k, d, c);
    add(f, g, d, c);
    add(f, h, b, a);
    multiply(f, r->x, e, k);
    multiply(f, r->y, g, h);
    multiply(f, r->t, e, h);
    multiply(f, r->z, k, g);
}

/* False: the bytes are no point, or not the shortest way to write it. */
static bool decode_point(struct extended *r, const uint8_t bytes[32]) {
    const struct field *f = &p25519;
    uint8_t copy[32];
    number y, u, v, v3, x, t, exponent;
    memcpy(copy, bytes, 32);
    bool odd = copy[31] >> 7;
    copy[31] &= 0x7f;
    from_little_endian(y, copy);
    if (compare(y, f->modulus) >= 0) return false;
    enter(f, y, y);
    multiply(f, u, y, y);
    enter(f, t, edwards_d);
    multiply(f, v, u, t);
    subtract(f, u, u, f->one);
    add(f, v, v, f->one);
    multiply(f, v3, v, v);
    multiply(f, v3, v3, v);
    multiply(f, t, v3, v3);
    multiply(f, t, t, v);
    multiply(f, t, t, u);
    /* (p − 5) / 8 = 2^252 − 3 */
    const number three = {3};
    memset(exponent, 0, sizeof exponent);
    exponent[7] = 1u << 28;
    minus(exponent, exponent, three);
    power(f, x, t, exponent);
    multiply(f, x, x, v3);
    multiply(f, x, x, u);
    multiply(f, t, x, x);
    multiply(f, t, t, v);
    if (compare(t, u) != 0) {
        number negative, zero = {0};
        subtract(f, negative, zero, u);
        if (compare(t, negative) != 0) return false;
        enter(f, t, root_of_minus_1);
        multiply(f, x, x, t);
    }
    leave(f, t, x);
    if (is_zero(t) && odd) return false;
    if ((t[0] & 1) != odd) { number zero = {0}; subtract(f, x, zero, x); }
    memcpy(r->x, x, sizeof x);
    memcpy(r->y, y, sizeof y);
    memcpy(r->z, f->one, sizeof r->z);
    multiply(f, r->t, x, y);
    return true;
}

static void encode_point(uint8_t bytes[32], const struct extended *p) {
    const struct field *f = &p25519;
    number z, x, y;
    invert(f, z, p->z);
    multiply(f, x, p->x, z);
    multiply(f, y, p->y, z);
    leave(f, x, x);
    leave(f, y, y);
    for (int i = 0; i < 32; i++) bytes[i] = (uint8_t)(y[i / 4] >> 8 * (i % 4));
    bytes[31] |= (uint8_t)((x[0] & 1) << 7);
}

bool crypto_ed25519(const uint8_t key[32], const uint8_t *message, size_t size, const uint8_t signature[64]) {
    const struct field *f = &p25519, *o = &order25519;
    struct extended a, base, sum, point;
    number s, k = {0}, zero = {0}, twice_d;
    uint8_t hash[64], encoded[32];
    from_little_endian(s, signature + 32);
    if (compare(s, o->modulus) >= 0 || !decode_point(&a, key)) return false;
    const struct part parts[3] = {{signature, 32}, {key, 32}, {message, size}};
    sha512(parts, hash);
    for (int i = 511; i >= 0; i--) {
        const number one = {1};
        add(o, k, k, k);
        if (hash[i / 8] >> (i % 8) & 1) add(o, k, k, one);
    }
    enter(f, twice_d, edwards_d);
    add(f, twice_d, twice_d, twice_d);
    enter(f, base.x, base25519_x);
    enter(f, base.y, base25519_y);
    memcpy(base.z, f->one, sizeof base.z);
    multiply(f, base.t, base.x, base.y);
    /* sB − kA, whose bytes must be those of R. */
    subtract(f, a.x, zero, a.x);
    subtract(f, a.t, zero, a.t);
    add_extended(&sum, &base, &a, twice_d);
    memset(&point, 0, sizeof point);
    memcpy(point.y, f->one, sizeof point.y);
    memcpy(point.z, f->one, sizeof point.z);
    for (int i = 255; i >= 0; i--) {
        struct extended next;
        add_extended(&next, &point, &point, twice_d);
        bool one = bit(s, i), two = bit(k, i);
        point = next;
        if (one && two) add_extended(&next, &point, &sum, twice_d);
        else if (one) add_extended(&next, &point, &base, twice_d);
        else if (two) add_extended(&next, &point, &a, twice_d);
        point = next;
    }
    encode_point(encoded, &point);
    return memcmp(encoded, signature, 32) == 0;
}
