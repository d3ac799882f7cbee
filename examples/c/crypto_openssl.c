/* crypto.h with OpenSSL 3. */
#include "crypto.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

void crypto_sha256(const uint8_t *message, size_t size, uint8_t digest[32]) { SHA256(message, size, digest); }

static bool verify(EVP_PKEY *key, const EVP_MD *hash, const uint8_t *message, size_t size, const uint8_t *signature, size_t length) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestVerifyInit(context, NULL, hash, NULL, key) == 1 &&
                EVP_DigestVerify(context, signature, length, message, size) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

/* OpenSSL takes a DER SEQUENCE of two INTEGERs. */
static size_t to_der(const uint8_t signature[64], uint8_t **der) {
    ECDSA_SIG *pair = ECDSA_SIG_new();
    ECDSA_SIG_set0(pair, BN_bin2bn(signature, 32, NULL), BN_bin2bn(signature + 32, 32, NULL));
    int length = i2d_ECDSA_SIG(pair, der);
    ECDSA_SIG_free(pair);
    return length > 0 ? (size_t)length : 0;
}

bool crypto_es256(const uint8_t x[32], const uint8_t y[32], const uint8_t *message, size_t size, const uint8_t signature[64]) {
    uint8_t point[65] = {4};
    memcpy(point + 1, x, 32);
    memcpy(point + 33, y, 32);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char[]){"P-256"}, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    /* Fails for a point that is not on the curve. */
    bool made = maker != NULL && EVP_PKEY_fromdata_init(maker) == 1 &&
                EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, parameters) == 1;
    EVP_PKEY_CTX_free(maker);
    uint8_t *der = NULL;
    size_t length = to_der(signature, &der);
    bool good = made && length > 0 && verify(key, EVP_sha256(), message, size, der, length);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    return good;
}

bool crypto_ed25519(const uint8_t key[32], const uint8_t *message, size_t size, const uint8_t signature[64]) {
    EVP_PKEY *public_key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, 32);
    bool good = public_key != NULL && verify(public_key, NULL, message, size, signature, 64);
    EVP_PKEY_free(public_key);
    return good;
}
