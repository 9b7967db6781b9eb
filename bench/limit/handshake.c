/* CPU time of the server's side of a DTLS 1.2 handshake with OpenSSL alone, set up as the relay sets it up: P-256 certificates on
 * both sides, X25519 preferred, AES-128-GCM, use_srtp, the peer's certificate compared by its SHA-256 hash, keys exported, the
 * objects made and freed. The client runs in between in the same thread; its time is left out.
 * handshake COUNT: prints "NANOSECONDS" for one handshake, the mean of COUNT. */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MTU 1200
#define KEYING_BYTES 56
#define TURNS_MAX 20

static unsigned char expected[EVP_MAX_MD_SIZE];
static unsigned int expected_length;

static void require(int done, const char *what)
{
    if (!done) {
        fprintf(stderr, "handshake: %s failed\n", what);
        exit(1);
    }
}

static long long thread_nanoseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int verify(int ok, X509_STORE_CTX *store)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    (void)ok;
    return certificate != NULL && X509_digest(certificate, EVP_sha256(), digest, &length) == 1
        && length == expected_length && memcmp(digest, expected, length) == 0;
}

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    require(certificate != NULL, "X509_new");
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"limit", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    require(X509_sign(certificate, key, EVP_sha256()) != 0, "X509_sign");
    return certificate;
}

static SSL_CTX *make_context(X509 **certificate)
{
    SSL_CTX *context = SSL_CTX_new(DTLS_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    require(context != NULL && key != NULL, "SSL_CTX_new");
    *certificate = make_certificate(key);
    SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(context, 1);
    require(SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256") == 1, "the cipher");
    require(SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1, "the groups");
    require(SSL_CTX_set_tlsext_use_srtp(context, "SRTP_AEAD_AES_128_GCM") == 0, "use_srtp");
    require(SSL_CTX_use_certificate(context, *certificate) == 1, "the certificate");
    require(SSL_CTX_use_PrivateKey(context, key) == 1, "the private key");
    EVP_PKEY_free(key);
    return context;
}

static SSL *make_association(SSL_CTX *context, int is_server)
{
    SSL *ssl = SSL_new(context);
    require(ssl != NULL, "SSL_new");
    BIO *in = BIO_new(BIO_s_mem());
    BIO *out = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in, -1);
    BIO_set_mem_eof_return(out, -1);
    SSL_set_bio(ssl, in, out);
    SSL_set_mtu(ssl, MTU);
    if (is_server)
        SSL_set_accept_state(ssl);
    else
        SSL_set_connect_state(ssl);
    return ssl;
}

/* Whatever one side wrote becomes what the other reads. */
static void deliver(SSL *from, SSL *to)
{
    char bytes[16384];
    int length;
    while ((length = BIO_read(SSL_get_wbio(from), bytes, sizeof bytes)) > 0)
        BIO_write(SSL_get_rbio(to), bytes, length);
}

static long long handshake(SSL_CTX *servers, SSL_CTX *clients)
{
    static const char label[] = "EXTRACTOR-dtls_srtp";
    unsigned char keys[KEYING_BYTES];
    SSL *client = make_association(clients, 0);
    long long start = thread_nanoseconds();
    SSL *server = make_association(servers, 1);
    long long spent = thread_nanoseconds() - start;
    int done = 0;
    for (int turn = 0; turn < TURNS_MAX && !(done && SSL_is_init_finished(client)); turn++) {
        SSL_do_handshake(client);
        deliver(client, server);
        start = thread_nanoseconds();
        done = SSL_do_handshake(server) == 1;
        if (done)
            require(SSL_export_keying_material(server, keys, sizeof keys, label, sizeof label - 1, NULL, 0, 0) == 1, "the export");
        spent += thread_nanoseconds() - start;
        deliver(server, client);
    }

    require(done, "the handshake");
    SSL_free(client);
    start = thread_nanoseconds();
    SSL_free(server);
    return spent + thread_nanoseconds() - start;
}

int main(int argc, char **argv)
{
    int count = argc == 2 ? atoi(argv[1]) : 0;
    require(count > 0 && count <= 1000000, "reading the arguments: handshake COUNT, which");
    X509 *server_certificate, *client_certificate;
    SSL_CTX *servers = make_context(&server_certificate);
    SSL_CTX *clients = make_context(&client_certificate);
    require(X509_digest(client_certificate, EVP_sha256(), expected, &expected_length) == 1, "the hash");
    SSL_CTX_set_verify(servers, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, verify);
    handshake(servers, clients);
    long long spent = 0;
    for (int i = 0; i < count; i++)
        spent += handshake(servers, clients);
    printf("%lld\n", spent / count);
    X509_free(server_certificate);
    X509_free(client_certificate);
    SSL_CTX_free(servers);
    SSL_CTX_free(clients);
    return 0;
}
