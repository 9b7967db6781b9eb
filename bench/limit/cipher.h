// SRTP's cryptography for single packets (RFC 3711, RFC 7714) by OpenSSL: contexts made once, a new IV for each packet.
#pragma once
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdint.h>

enum profile { AES_CM_SHA1_80, AEAD_AES_128_GCM, AEAD_AES_256_GCM };

enum { KEY_MAX = 32, SALT_MAX = 14, RTP_HEADER_BYTES = 12 };

struct cipher {
    EVP_CIPHER_CTX *context;
    bool is_gcm;
    int tag_length;
    uint8_t salt[SALT_MAX];
    SHA_CTX inner, outer;          // AES-CM: HMAC-SHA1 with the key hashed in
};

int profile_key_length(enum profile profile);
int profile_salt_length(enum profile profile);

// Derives the session keys from a master key followed by its salt. False if OpenSSL refuses.
bool cipher_init(struct cipher *cipher, enum profile profile, const uint8_t *master, bool encrypt);

// Both work in place on a packet whose header is 'header' bytes long; length is that of the packet without its tag, which
// stands or is put behind it. The index is 65,536 * ROC + sequence number. False: not authentic.
bool cipher_open(struct cipher *cipher, uint8_t *packet, int header, int length, uint32_t ssrc, uint64_t index);
bool cipher_seal(struct cipher *cipher, uint8_t *packet, int header, int length, uint32_t ssrc, uint64_t index);
