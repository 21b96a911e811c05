/* mbedTLS's own TLS: 1.3 where the library has it (3.6), else 1.2 with ECDHE (2.28). */
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

#include "bench/bench.h"
#include "bench/wire.h"

struct bench_pair {
    mbedtls_ssl_context client, server;
};

static mbedtls_ssl_config client_config, server_config;
static mbedtls_x509_crt root, leaf;
static mbedtls_pk_context key;
static int suites[2];
static mbedtls_ssl_ticket_context tickets;
static mbedtls_ssl_session session; /* to resume: of the first handshake */
static bool resumes, has_session, is_resumed;

static int rng(void *ctx, unsigned char *out, size_t n) {
    (void)ctx;
    return getrandom(out, n, 0) == (ssize_t)n ? 0 : -1;
}

/* The context of an end is its role. */
static const bool is_client = true, is_server = false;

static int send_wire(void *ctx, const unsigned char *p, size_t n) {
    size_t put = bench_wire_put(*(const bool *)ctx, p, n);
    return put > 0 ? (int)put : MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int receive_wire(void *ctx, unsigned char *p, size_t n) {
    size_t got = bench_wire_get(*(const bool *)ctx, p, n);
    return got > 0 ? (int)got : MBEDTLS_ERR_SSL_WANT_READ;
}

static int parse_key(const hs__test_identity *id) {
    const unsigned char *pem = (const unsigned char *)id->key_pem;
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_pk_parse_key(&key, pem, id->key_pem_n + 1, NULL, 0, rng, NULL);
#else
    return mbedtls_pk_parse_key(&key, pem, id->key_pem_n + 1, NULL, 0);
#endif
}

static int open_ticket(void *ctx, mbedtls_ssl_session *out, unsigned char *p, size_t n) {
    int bad = mbedtls_ssl_ticket_parse(ctx, out, p, n);
    is_resumed = bad == 0;
    return bad;
}

/* The TLS 1.2 suite with the same AEAD, for a library without 1.3. */
static int suite_of(uint16_t suite, bool is_rsa) {
    if (suite >> 8 != 0x13) {
        return suite;
    }
#if MBEDTLS_VERSION_MAJOR >= 3
    (void)is_rsa;
    return suite;
#else
    static const int of[3][2] = {{0xc02b, 0xc02f}, {0xc02c, 0xc030}, {0xcca9, 0xcca8}};
    return of[suite - 0x1301][is_rsa ? 1 : 0];
#endif
}

static int configure(mbedtls_ssl_config *c, int endpoint, bool is_12) {
    mbedtls_ssl_config_init(c);
    int bad = mbedtls_ssl_config_defaults(c, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM,
                                          MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_rng(c, rng, NULL);
    mbedtls_ssl_conf_ciphersuites(c, suites);
#if MBEDTLS_VERSION_MAJOR >= 3
    /* TLS 1.2: an ECDSA certificate needs its curve here, too. */
    static const uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
                                      MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, 0};
    mbedtls_ssl_conf_groups(c, groups);
    mbedtls_ssl_conf_min_tls_version(c, is_12 ? MBEDTLS_SSL_VERSION_TLS1_2
                                              : MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_max_tls_version(c, is_12 ? MBEDTLS_SSL_VERSION_TLS1_2
                                              : MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_tls13_key_exchange_modes(c, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
#else
    (void)is_12;
    static const mbedtls_ecp_group_id groups[] = {MBEDTLS_ECP_DP_CURVE25519,
                                                  MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_NONE};
    mbedtls_ssl_conf_curves(c, groups);
#endif
    return bad;
}

static int open_sessions(void) {
    mbedtls_ssl_ticket_init(&tickets);
    mbedtls_ssl_session_init(&session);
    has_session = false;
    mbedtls_ssl_conf_session_tickets(&client_config, resumes
                                                         ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                                         : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    if (!resumes) {
        return 0;
    }
    mbedtls_ssl_conf_session_tickets_cb(&server_config, mbedtls_ssl_ticket_write, open_ticket,
                                        &tickets);
    return mbedtls_ssl_ticket_setup(&tickets, rng, NULL, MBEDTLS_CIPHER_AES_256_GCM, 3600);
}

static bool open_mbedtls(const bench_setup *setup) {
    const hs__test_identity *id = setup->identity;
#if MBEDTLS_VERSION_MAJOR >= 3
    if (psa_crypto_init() != PSA_SUCCESS) {
        return false;
    }
#endif
    mbedtls_x509_crt_init(&root);
    mbedtls_x509_crt_init(&leaf);
    mbedtls_pk_init(&key);
    int bad = mbedtls_x509_crt_parse_der(&root, id->root, id->root_n) |
              mbedtls_x509_crt_parse_der(&leaf, id->leaf, id->leaf_n) | parse_key(id);
    suites[0] = suite_of(setup->suite, mbedtls_pk_get_type(&key) == MBEDTLS_PK_RSA);
    resumes = setup->resumes;
    bad |= configure(&client_config, MBEDTLS_SSL_IS_CLIENT, bench_is_12(setup)) |
           configure(&server_config, MBEDTLS_SSL_IS_SERVER, bench_is_12(setup)) | open_sessions();
    mbedtls_ssl_conf_ca_chain(&client_config, &root, NULL);
    mbedtls_ssl_conf_authmode(&client_config, MBEDTLS_SSL_VERIFY_REQUIRED);
    bad |= mbedtls_ssl_conf_own_cert(&server_config, &leaf, &key);
    return bad == 0;
}

static void close_mbedtls(void) {
    mbedtls_ssl_session_free(&session);
    mbedtls_ssl_ticket_free(&tickets);
    mbedtls_ssl_config_free(&client_config);
    mbedtls_ssl_config_free(&server_config);
    mbedtls_x509_crt_free(&root);
    mbedtls_x509_crt_free(&leaf);
    mbedtls_pk_free(&key);
}

static bench_pair *pair_new(void) {
    bench_pair *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        abort();
    }
    mbedtls_ssl_init(&p->client);
    mbedtls_ssl_init(&p->server);
    if (mbedtls_ssl_setup(&p->client, &client_config) != 0 ||
        mbedtls_ssl_setup(&p->server, &server_config) != 0 ||
        mbedtls_ssl_set_hostname(&p->client, "localhost") != 0 ||
        (has_session && mbedtls_ssl_set_session(&p->client, &session) != 0)) {
        abort();
    }
    mbedtls_ssl_set_bio(&p->client, (void *)&is_client, send_wire, receive_wire, NULL);
    mbedtls_ssl_set_bio(&p->server, (void *)&is_server, send_wire, receive_wire, NULL);
    return p;
}

static bool is_as_wanted(const bench_pair *p) {
    bool ok = mbedtls_ssl_get_verify_result(&p->client) == 0 && is_resumed == has_session;
    if (resumes && !has_session) {
        has_session = mbedtls_ssl_get_session(&p->client, &session) == 0;
    }
    return ok;
}

static bool connect_pair(bench_pair *p) {
    is_resumed = false;
    for (int i = 0; i < 20; i++) {
        int c = mbedtls_ssl_handshake(&p->client);
        int s = mbedtls_ssl_handshake(&p->server);
        if (c == 0 && s == 0) {
            return is_as_wanted(p);
        }
    }
    return false;
}

static size_t send_bytes(bench_pair *p, const uint8_t *data, size_t n, size_t record) {
    enum { BATCH = 64 * 1024 };
    static uint8_t room[16384];
    size_t got = 0;
    size_t sent = 0;
    while (sent < n) {
        size_t part = n - sent < record ? n - sent : record;
        int w = mbedtls_ssl_write(&p->client, data + sent, part);
        if (w <= 0) {
            abort();
        }
        sent += (size_t)w;
        bool drains = sent - got >= BATCH || sent == n;
        while (drains && got < sent) {
            int r = mbedtls_ssl_read(&p->server, room, sizeof(room));
            if (r <= 0 || memcmp(room, data + got, (size_t)r) != 0) {
                return got;
            }
            got += (size_t)r;
        }
    }
    return got;
}

static void pair_free(bench_pair *p) {
    mbedtls_ssl_free(&p->client);
    mbedtls_ssl_free(&p->server);
    free(p);
}

#if MBEDTLS_VERSION_MAJOR >= 3
#define NAME "mbedTLS ssl (TLS 1.3)"
#else
#define NAME "mbedTLS ssl (TLS 1.2)"
#endif

const bench_peer bench_mbedtls = {NAME,         open_mbedtls, close_mbedtls, pair_new,
                                  connect_pair, send_bytes,   pair_free};
