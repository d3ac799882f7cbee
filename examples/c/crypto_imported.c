/* crypto.h with what the bench offers a WebAssembly module (docs/wasm-abi.md), as a device's ROM or accelerator would. */
#include "crypto.h"
#include "gauntlet.h"

#include <string.h>

#define ESP256 (-9)
#define ED25519 (-19)

void crypto_sha256(const uint8_t *message, size_t size, uint8_t digest[32]) { gauntlet_sha256(message, size, digest); }

bool crypto_es256(const uint8_t x[32], const uint8_t y[32], const uint8_t *message, size_t size, const uint8_t signature[64]) {
    uint8_t point[65] = {4};
    memcpy(point + 1, x, 32);
    memcpy(point + 33, y, 32);
    return gauntlet_verify(ESP256, point, sizeof point, message, size, signature, 64) == 1;
}

bool crypto_ed25519(const uint8_t key[32], const uint8_t *message, size_t size, const uint8_t signature[64]) {
    return gauntlet_verify(ED25519, key, 32, message, size, signature, 64) == 1;
}
