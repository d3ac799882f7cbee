/* What the verifier needs of cryptography: crypto_openssl.c on a computer, crypto_imported.c for WebAssembly. */
#ifndef CRYPTO_H
#define CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void crypto_sha256(const uint8_t *message, size_t size, uint8_t digest[32]);

/* ECDSA over P-256 with SHA-256; coordinates and the signature's two halves are big-endian. */
bool crypto_es256(const uint8_t x[32], const uint8_t y[32], const uint8_t *message, size_t size, const uint8_t signature[64]);

bool crypto_ed25519(const uint8_t key[32], const uint8_t *message, size_t size, const uint8_t signature[64]);

#endif
