/* OpenSSL's libssl. */
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/wire.h"

struct bench_pair {
    SSL *client, *server;
};

static SSL_CTX *client_ctx, *server_ctx;
static BIO_METHOD *method;
static SSL_SESSION *session; /* to resume: of the first handshake */
static bool resumes;

static X509 *certificate(const uint8_t *der, size_t n) {
    return d2i_X509(NULL, &der, (long)n);
}

static EVP_PKEY *private_key(const char *pem, size_t n) {
    BIO *bio = BIO_new_mem_buf(pem, (int)n);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return key;
}

static const struct {
    uint16_t id;
    const char *name;
} SUITES[] = {{0x1301, "TLS_AES_128_GCM_SHA256"},       {0x1302, "TLS_AES_256_GCM_SHA384"},
              {0x1303, "TLS_CHACHA20_POLY1305_SHA256"}, {0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256"},
              {0xc02f, "ECDHE-RSA-AES128-GCM-SHA256"},  {0x009c, "AES128-GCM-SHA256"}};

static const char *suite_name(uint16_t suite) {
    size_t i = 0;
    while (SUITES[i].id != suite) {
        i++;
    }
    return SUITES[i].name;
}

static SSL_CTX *context(const SSL_METHOD *method_of_end, const bench_setup *setup) {
    SSL_CTX *ctx = SSL_CTX_new(method_of_end);
    const int version = bench_is_12(setup) ? TLS1_2_VERSION : TLS1_3_VERSION;
    SSL_CTX_set_min_proto_version(ctx, version);
    SSL_CTX_set_max_proto_version(ctx, version);
    if (bench_is_12(setup)) {
        SSL_CTX_set_cipher_list(ctx, suite_name(setup->suite));
        SSL_CTX_set_options(ctx, setup->resumes ? 0 : SSL_OP_NO_TICKET);
    } else {
        SSL_CTX_set_ciphersuites(ctx, suite_name(setup->suite));
        SSL_CTX_set_num_tickets(ctx, 0);
    }
    /* TLS 1.2: an ECDSA certificate needs its curve here, too. */
    SSL_CTX_set1_groups_list(ctx, bench_is_12(setup) ? "X25519:P-256" : "X25519");
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    return ctx;
}

static bool open_libssl(const bench_setup *setup) {
    const hs__test_identity *id = setup->identity;
    resumes = setup->resumes;
    client_ctx = context(TLS_client_method(), setup);
    server_ctx = context(TLS_server_method(), setup);
    X509 *root = certificate(id->root, id->root_n);
    X509 *leaf = certificate(id->leaf, id->leaf_n);
    EVP_PKEY *key = private_key(id->key_pem, id->key_pem_n);
    SSL_CTX_set_verify(client_ctx, SSL_VERIFY_PEER, NULL);
    bool ok = X509_STORE_add_cert(SSL_CTX_get_cert_store(client_ctx), root) == 1 &&
              SSL_CTX_use_certificate(server_ctx, leaf) == 1 &&
              SSL_CTX_use_PrivateKey(server_ctx, key) == 1;
    X509_free(root);
    X509_free(leaf);
    EVP_PKEY_free(key);
    return ok;
}

static void close_libssl(void) {
    SSL_SESSION_free(session);
    session = NULL;
    SSL_CTX_free(client_ctx);
    SSL_CTX_free(server_ctx);
    BIO_meth_free(method);
    method = NULL;
}

/* ---- a BIO over the wire ----------------------------------------------------------------- */

static int wire_write(BIO *bio, const char *p, int n) {
    return (int)bench_wire_put(BIO_get_data(bio) != NULL, p, (size_t)n);
}

static int wire_read(BIO *bio, char *p, int n) {
    size_t got = bench_wire_get(BIO_get_data(bio) != NULL, p, (size_t)n);
    BIO_clear_retry_flags(bio);
    if (got == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    return (int)got;
}

static long wire_ctrl(BIO *bio, int cmd, long num, void *ptr) {
    (void)bio;
    (void)num;
    (void)ptr;
    return cmd == BIO_CTRL_FLUSH ? 1 : 0;
}

/* Its data is not NULL for the client's end. */
static BIO *wire_bio(bool is_client) {
    if (method == NULL) {
        method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "wire");
        BIO_meth_set_write(method, wire_write);
        BIO_meth_set_read(method, wire_read);
        BIO_meth_set_ctrl(method, wire_ctrl);
    }
    BIO *bio = BIO_new(method);
    BIO_set_data(bio, is_client ? method : NULL);
    BIO_set_init(bio, 1);
    return bio;
}

static bench_pair *pair_new(void) {
    bench_pair *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        abort();
    }
    p->client = SSL_new(client_ctx);
    p->server = SSL_new(server_ctx);
    BIO *client = wire_bio(true);
    BIO *server = wire_bio(false);
    SSL_set_bio(p->client, client, client);
    SSL_set_bio(p->server, server, server);
    SSL_set_connect_state(p->client);
    SSL_set_accept_state(p->server);
    SSL_set_tlsext_host_name(p->client, "localhost");
    SSL_set1_host(p->client, "localhost");
    if (session != NULL) {
        SSL_set_session(p->client, session);
    }
    return p;
}

static bool is_as_wanted(const bench_pair *p) {
    bool is_resumed = SSL_session_reused(p->client) == 1;
    bool ok = SSL_get_verify_result(p->client) == X509_V_OK && is_resumed == (session != NULL);
    if (resumes && session == NULL) {
        session = SSL_get1_session(p->client);
    }
    return ok;
}

static bool connect_pair(bench_pair *p) {
    for (int i = 0; i < 10; i++) {
        int c = SSL_do_handshake(p->client);
        int s = SSL_do_handshake(p->server);
        if (c == 1 && s == 1) {
            return is_as_wanted(p);
        }
    }
    return false;
}

static size_t receive(bench_pair *p, const uint8_t *expected, size_t got) {
    static uint8_t room[16384];
    int n = SSL_read(p->server, room, sizeof(room));
    return n > 0 && memcmp(room, expected + got, (size_t)n) == 0 ? (size_t)n : 0;
}

static size_t send_bytes(bench_pair *p, const uint8_t *data, size_t n, size_t record) {
    enum { BATCH = 64 * 1024 }; /* as much as we let wait */
    size_t got = 0;
    size_t sent = 0;
    while (sent < n) {
        size_t part = n - sent < record ? n - sent : record;
        if (SSL_write(p->client, data + sent, (int)part) != (int)part) {
            abort();
        }
        sent += part;
        if (sent - got >= BATCH || sent == n) {
            size_t more = receive(p, data, got);
            while (more > 0) {
                got += more;
                more = got < sent ? receive(p, data, got) : 0;
            }
        }
    }
    return got;
}

static void pair_free(bench_pair *p) {
    /* Without a goodbye libssl would make the session one that is not resumed. */
    SSL_set_shutdown(p->client, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(p->client);
    SSL_free(p->server);
    free(p);
}

const bench_peer bench_libssl = {"OpenSSL libssl", open_libssl, close_libssl, pair_new,
                                 connect_pair,     send_bytes,  pair_free};
