/* mbedtls12_peer.c - mbedTLS's own TLS, 2.28 and 3.6, in TLS 1.2. See peer12.h. */
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cache.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "peer12.h"

static const peer12_options *options;
static mbedtls_ssl_config config;
static mbedtls_ssl_context ssl;
static mbedtls_ssl_session session;
static mbedtls_x509_crt root, own;
static mbedtls_pk_context key;
static mbedtls_ssl_cache_context cache;
static mbedtls_ssl_ticket_context tickets;
static int suites[2], connection;
static char alpn_names[4][32];
static const char *alpn[5];
static bool has_session;
static bool chain_seen, session_found; /* in this handshake: what tells a full from a resumed one */

static bool good(int code, const char *what) {
    if (code != 0) {
        (void)fprintf(stderr, "mbedTLS: %s: -0x%04x\n", what, (unsigned)-code);
    }
    return code == 0;
}

static int rng(void *ctx, unsigned char *out, size_t n) {
    (void)ctx;
    return getrandom(out, n, 0) == (ssize_t)n ? 0 : -1;
}

static int to_socket(void *ctx, const unsigned char *p, size_t n) {
    ssize_t put = send(*(int *)ctx, p, n, 0);
    return put > 0 ? (int)put : MBEDTLS_ERR_SSL_CONN_EOF;
}

static int from_socket(void *ctx, unsigned char *p, size_t n) {
    ssize_t got = recv(*(int *)ctx, p, n, 0);
    return got >= 0 ? (int)got : MBEDTLS_ERR_SSL_CONN_EOF;
}

static int see_chain(void *ctx, mbedtls_x509_crt *crt, int depth, uint32_t *flags) {
    (void)ctx;
    (void)crt;
    (void)depth;
    (void)flags;
    chain_seen = true;
    return 0;
}

/* ---- sessions of the server -------------------------------------------------------------- */

#if MBEDTLS_VERSION_MAJOR >= 3
static int find_id(void *ctx, const unsigned char *id, size_t n, mbedtls_ssl_session *out) {
    int missing = mbedtls_ssl_cache_get(ctx, id, n, out);
    session_found |= missing == 0;
    return missing;
}
#else
static int find_id(void *ctx, mbedtls_ssl_session *out) {
    int missing = mbedtls_ssl_cache_get(ctx, out);
    session_found |= missing == 0;
    return missing;
}
#endif

static int open_ticket(void *ctx, mbedtls_ssl_session *out, unsigned char *p, size_t n) {
    int bad = mbedtls_ssl_ticket_parse(ctx, out, p, n);
    session_found |= bad == 0;
    return bad;
}

static bool keep_sessions(void) {
    if (options->ticket == NULL) {
        mbedtls_ssl_cache_init(&cache);
        mbedtls_ssl_conf_session_cache(&config, &cache, find_id, mbedtls_ssl_cache_set);
        return true;
    }
    mbedtls_ssl_ticket_init(&tickets);
    mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write, open_ticket, &tickets);
    return good(mbedtls_ssl_ticket_setup(&tickets, rng, NULL, MBEDTLS_CIPHER_AES_256_GCM, 3600),
                "tickets");
}

/* ---- configuration ----------------------------------------------------------------------- */

static bool set_suite(void) {
    char name[80];
    if (options->suite == NULL) {
        return true;
    }
    (void)snprintf(name, sizeof(name), "%s", options->suite);
    for (char *p = name; *p != '\0'; p++) {
        *p = *p == '_' ? '-' : *p;
    }
    suites[0] = mbedtls_ssl_get_ciphersuite_id(name);
    mbedtls_ssl_conf_ciphersuites(&config, suites);
    return good(suites[0] != 0 ? 0 : -1, name);
}

static const struct {
    const char *name;
    uint16_t tls;
    mbedtls_ecp_group_id id;
} GROUPS[] = {{"x25519", 29, MBEDTLS_ECP_DP_CURVE25519},
              {"secp256r1", 23, MBEDTLS_ECP_DP_SECP256R1},
              {"secp384r1", 24, MBEDTLS_ECP_DP_SECP384R1},
              {"secp521r1", 25, MBEDTLS_ECP_DP_SECP521R1}};

static void set_groups(void) {
#if MBEDTLS_VERSION_MAJOR >= 3
    static uint16_t list[5];
#else
    static mbedtls_ecp_group_id list[5]; /* ends with 0, MBEDTLS_ECP_DP_NONE */
#endif
    char name[32];
    const char *rest = options->groups;
    for (size_t n = 0; n < 4 && peer12_next_name(&rest, name, sizeof(name)); n++) {
        for (size_t i = 0; i < 4; i++) {
            if (strcmp(GROUPS[i].name, name) == 0) {
#if MBEDTLS_VERSION_MAJOR >= 3
                list[n] = GROUPS[i].tls;
#else
                list[n] = GROUPS[i].id;
#endif
            }
        }
    }
    if (options->groups != NULL) {
#if MBEDTLS_VERSION_MAJOR >= 3
        mbedtls_ssl_conf_groups(&config, list);
#else
        mbedtls_ssl_conf_curves(&config, list);
#endif
    }
}

static bool set_alpn(void) {
    const char *rest = options->alpn;
    for (size_t n = 0; n < 4 && peer12_next_name(&rest, alpn_names[n], sizeof(alpn_names[n]));
         n++) {
        alpn[n] = alpn_names[n];
    }
    return options->alpn == NULL || good(mbedtls_ssl_conf_alpn_protocols(&config, alpn), "ALPN");
}

static bool load_files(void) {
    if (options->root != NULL &&
        !good(mbedtls_x509_crt_parse_file(&root, options->root), options->root)) {
        return false;
    }
    if (options->cert == NULL) {
        return true;
    }
#if MBEDTLS_VERSION_MAJOR >= 3
    int bad = mbedtls_pk_parse_keyfile(&key, options->key, NULL, rng, NULL);
#else
    int bad = mbedtls_pk_parse_keyfile(&key, options->key, NULL);
#endif
    return good(bad, options->key) &&
           good(mbedtls_x509_crt_parse_file(&own, options->cert), options->cert) &&
           good(mbedtls_ssl_conf_own_cert(&config, &own, &key), "own certificate");
}

/* Only what TLS 1.2 has: this file is for it. */
static void set_version(void) {
#if MBEDTLS_VERSION_MAJOR >= 3
    (void)psa_crypto_init();
    mbedtls_ssl_conf_min_tls_version(&config, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_max_tls_version(&config, MBEDTLS_SSL_VERSION_TLS1_2);
#else
    mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_max_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
}

bool peer12_open(const peer12_options *o) {
    options = o;
    mbedtls_x509_crt_init(&root);
    mbedtls_x509_crt_init(&own);
    mbedtls_pk_init(&key);
    mbedtls_ssl_session_init(&session);
    mbedtls_ssl_config_init(&config);
    int bad = mbedtls_ssl_config_defaults(
        &config, o->is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
        MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_rng(&config, rng, NULL);
    set_version();
    set_groups();
    if (!good(bad, "defaults") || !set_suite() || !set_alpn() || !load_files()) {
        return false;
    }
    mbedtls_ssl_conf_ca_chain(&config, &root, NULL);
    mbedtls_ssl_conf_authmode(&config, o->root != NULL ? MBEDTLS_SSL_VERIFY_REQUIRED
                                                       : MBEDTLS_SSL_VERIFY_NONE);
    mbedtls_ssl_conf_verify(&config, see_chain, NULL);
    if (o->no_ems != NULL) {
        mbedtls_ssl_conf_extended_master_secret(&config, MBEDTLS_SSL_EXTENDED_MS_DISABLED);
    }
    if (o->renegotiate != NULL) {
        mbedtls_ssl_conf_renegotiation(&config, MBEDTLS_SSL_RENEGOTIATION_ENABLED);
        mbedtls_ssl_conf_renegotiation_enforced(&config, MBEDTLS_SSL_RENEGOTIATION_NOT_ENFORCED);
    }
    if (o->is_server) {
        return keep_sessions();
    }
    mbedtls_ssl_conf_session_tickets(&config, o->ticket != NULL
                                                  ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                                  : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    return true;
}

/* ---- a connection ------------------------------------------------------------------------ */

static void tell(peer12_facts *out) {
    (void)snprintf(out->suite, sizeof(out->suite), "%s", mbedtls_ssl_get_ciphersuite(&ssl));
    for (char *p = out->suite; *p != '\0'; p++) {
        *p = *p == '-' ? '_' : *p;
    }
    const char *name = mbedtls_ssl_get_alpn_protocol(&ssl);
    (void)snprintf(out->alpn, sizeof(out->alpn), "%s", name != NULL ? name : "");
    const mbedtls_x509_crt *peer = mbedtls_ssl_get_peer_cert(&ssl);
    if (peer != NULL) {
        (void)mbedtls_x509_dn_gets(out->peer, sizeof(out->peer), &peer->subject);
    }
    out->resumed = options->is_server ? session_found : !chain_seen;
}

bool peer12_handshake(int fd, peer12_facts *out) {
    connection = fd;
    chain_seen = session_found = false;
    mbedtls_ssl_init(&ssl);
    bool ok = good(mbedtls_ssl_setup(&ssl, &config), "setup");
    mbedtls_ssl_set_bio(&ssl, &connection, to_socket, from_socket, NULL);
    if (ok && options->name != NULL) {
        ok = good(mbedtls_ssl_set_hostname(&ssl, options->name), "name");
    }
    if (ok && has_session) {
        ok = good(mbedtls_ssl_set_session(&ssl, &session), "session");
    }
    ok = ok && good(mbedtls_ssl_handshake(&ssl), "handshake");
    if (ok) {
        tell(out);
    }
    if (ok && !options->is_server) {
        mbedtls_ssl_session_free(&session);
        mbedtls_ssl_session_init(&session);
        has_session = mbedtls_ssl_get_session(&ssl, &session) == 0;
    }
    return ok;
}

int peer12_read(void *p, size_t n) {
    int got = mbedtls_ssl_read(&ssl, p, n);
    while (got == MBEDTLS_ERR_SSL_WANT_READ) { /* an alert of level warning was read */
        got = mbedtls_ssl_read(&ssl, p, n);
    }
    if (got == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
        return 0;
    }
    (void)good(got < 0 ? got : 0, "read");
    return got > 0 ? got : -1;
}

bool peer12_write(const void *p, size_t n) {
    const unsigned char *at = p;
    while (n > 0) {
        int put = mbedtls_ssl_write(&ssl, at, n);
        if (put <= 0) {
            return good(put, "write") && put > 0;
        }
        at += put;
        n -= (size_t)put;
    }
    return true;
}

/* A server has only sent its HelloRequest; a client waits for a ServerHello that does not come, and
 * reads what comes instead: the refusal, or data. */
bool peer12_renegotiate(void) {
    int code = mbedtls_ssl_renegotiate(&ssl);
    return good(code == MBEDTLS_ERR_SSL_WAITING_SERVER_HELLO_RENEGO ? 0 : code, "renegotiation");
}

void peer12_close(void) {
    (void)mbedtls_ssl_close_notify(&ssl);
    mbedtls_ssl_free(&ssl);
}
