// OpenSSL's SHA1_ functions are deprecated, and they are what is fastest: a keyed state is copied by assignment.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "cipher.h"
#include <openssl/crypto.h>
#include <string.h>

enum { BLOCK = 16, HASH_BLOCK = 64, AUTHENTICATION_KEY_BYTES = 20, GCM_IV_BYTES = 12, GCM_TAG_BYTES = 16, CM_TAG_BYTES = 10 };

int profile_key_length(enum profile profile)
{
    return profile == AEAD_AES_256_GCM ? 32 : 16;
}

int profile_salt_length(enum profile profile)
{
    return profile == AES_CM_SHA1_80 ? 14 : 12;
}

// RFC 3711 section 4.3.3: AES in counter mode over zeros, from the salt with the label mixed in.
static bool derive(enum profile profile, const uint8_t *master, uint8_t label, uint8_t *output, int length)
{
    uint8_t iv[BLOCK] = { 0 };
    int key_length = profile_key_length(profile), written = 0;
    memcpy(iv, master + key_length, (size_t)profile_salt_length(profile));
    iv[7] ^= label;
    memset(output, 0, (size_t)length);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool done = context != NULL
        && EVP_EncryptInit_ex(context, key_length == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(), NULL, master, iv) == 1
        && EVP_EncryptUpdate(context, output, &written, output, length) == 1;
    EVP_CIPHER_CTX_free(context);
    return done;
}

static void absorb(SHA_CTX *state, const uint8_t *key, uint8_t pad)
{
    uint8_t block[HASH_BLOCK];
    memset(block, pad, sizeof block);
    for (int i = 0; i < AUTHENTICATION_KEY_BYTES; i++)
        block[i] ^= key[i];
    SHA1_Init(state);
    SHA1_Update(state, block, sizeof block);
}

bool cipher_init(struct cipher *cipher, enum profile profile, const uint8_t *master, bool encrypt)
{
    uint8_t key[KEY_MAX], authentication_key[AUTHENTICATION_KEY_BYTES];
    int key_length = profile_key_length(profile);
    cipher->is_gcm = profile != AES_CM_SHA1_80;
    cipher->tag_length = cipher->is_gcm ? GCM_TAG_BYTES : CM_TAG_BYTES;
    cipher->context = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *kind = !cipher->is_gcm ? EVP_aes_128_ctr() : key_length == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
    if (cipher->context == NULL || !derive(profile, master, 0, key, key_length)
        || !derive(profile, master, 1, authentication_key, AUTHENTICATION_KEY_BYTES)
        || !derive(profile, master, 2, cipher->salt, profile_salt_length(profile)))
        return false;
    absorb(&cipher->inner, authentication_key, 0x36);
    absorb(&cipher->outer, authentication_key, 0x5C);
    return EVP_CipherInit_ex(cipher->context, kind, NULL, key, NULL, encrypt || !cipher->is_gcm) == 1;
}

// RFC 3711 section 4.1.1, RFC 7714 section 8.1: the salt, with SSRC and index mixed in.
static bool start(struct cipher *cipher, uint32_t ssrc, uint64_t index)
{
    uint8_t iv[BLOCK] = { 0 };
    int at = cipher->is_gcm ? 2 : 4;
    memcpy(iv, cipher->salt, cipher->is_gcm ? GCM_IV_BYTES : SALT_MAX);
    uint32_t word;
    memcpy(&word, iv + at, sizeof word);
    word ^= __builtin_bswap32(ssrc);
    memcpy(iv + at, &word, sizeof word);
    uint64_t shifted = __builtin_bswap64(index << 16), mixed = 0;
    memcpy(&mixed, iv + at + 4, 6);
    mixed ^= shifted;
    memcpy(iv + at + 4, &mixed, 6);
    return EVP_CipherInit_ex(cipher->context, NULL, NULL, NULL, iv, -1) == 1;
}

// RFC 3711 section 4.2.1: over header, ciphertext and ROC.
static void authenticate(const struct cipher *cipher, const uint8_t *packet, int length, uint64_t index, uint8_t *digest)
{
    uint32_t roc = __builtin_bswap32((uint32_t)(index >> 16));
    SHA_CTX state = cipher->inner;
    SHA1_Update(&state, packet, (size_t)length);
    SHA1_Update(&state, &roc, sizeof roc);
    SHA1_Final(digest, &state);
    state = cipher->outer;
    SHA1_Update(&state, digest, SHA_DIGEST_LENGTH);
    SHA1_Final(digest, &state);
}

bool cipher_open(struct cipher *cipher, uint8_t *packet, int header, int length, uint32_t ssrc, uint64_t index)
{
    int written;
    uint8_t *body = packet + header, *tag = packet + length;
    if (cipher->is_gcm)
        return start(cipher, ssrc, index)
            && EVP_CIPHER_CTX_ctrl(cipher->context, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_BYTES, tag) == 1
            && EVP_CipherUpdate(cipher->context, NULL, &written, packet, header) == 1
            && EVP_CipherUpdate(cipher->context, body, &written, body, length - header) == 1
            && EVP_CipherFinal_ex(cipher->context, body, &written) == 1;
    uint8_t digest[SHA_DIGEST_LENGTH];
    authenticate(cipher, packet, length, index, digest);
    return CRYPTO_memcmp(digest, tag, CM_TAG_BYTES) == 0
        && start(cipher, ssrc, index)
        && EVP_CipherUpdate(cipher->context, body, &written, body, length - header) == 1;
}

bool cipher_seal(struct cipher *cipher, uint8_t *packet, int header, int length, uint32_t ssrc, uint64_t index)
{
    int written;
    uint8_t *body = packet + header, *tag = packet + length;
    if (cipher->is_gcm)
        return start(cipher, ssrc, index)
            && EVP_CipherUpdate(cipher->context, NULL, &written, packet, header) == 1
            && EVP_CipherUpdate(cipher->context, body, &written, body, length - header) == 1
            && EVP_CipherFinal_ex(cipher->context, body, &written) == 1
            && EVP_CIPHER_CTX_ctrl(cipher->context, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_BYTES, tag) == 1;
    uint8_t digest[SHA_DIGEST_LENGTH];
    if (!start(cipher, ssrc, index) || EVP_CipherUpdate(cipher->context, body, &written, body, length - header) != 1)
        return false;
    authenticate(cipher, packet, length, index, digest);
    memcpy(tag, digest, CM_TAG_BYTES);
    return true;
}
