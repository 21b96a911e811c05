/* wolfssl12_peer.c - wolfSSL in TLS 1.2. See peer12.h. */
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "peer12.h"

static const peer12_options *options;
static WOLFSSL_CTX *ctx;
static WOLFSSL *ssl;
static WOLFSSL_SESSION *session;

static bool good(int code, const char *what) {
    if (code != WOLFSSL_SUCCESS) {
        (void)fprintf(stderr, "wolfSSL: %s: %d\n", what, code);
    }
    return code == WOLFSSL_SUCCESS;
}

static bool load_files(void) {
    const peer12_options *o = options;
    return (o->root == NULL ||
            good(wolfSSL_CTX_load_verify_locations(ctx, o->root, NULL), o->root)) &&
           (o->cert == NULL ||
            (good(wolfSSL_CTX_use_certificate_chain_file(ctx, o->cert), o->cert) &&
             good(wolfSSL_CTX_use_PrivateKey_file(ctx, o->key, WOLFSSL_FILETYPE_PEM), o->key)));
}

bool peer12_open(const peer12_options *o) {
    options = o;
    (void)wolfSSL_Init();
    ctx = wolfSSL_CTX_new(o->is_server ? wolfTLSv1_2_server_method() : wolfTLSv1_2_client_method());
    if (ctx == NULL || !load_files() ||
        (o->suite != NULL && !good(wolfSSL_CTX_set_cipher_list(ctx, o->suite), o->suite))) {
        return false;
    }
    wolfSSL_CTX_set_verify(ctx,
                           o->root == NULL
                               ? WOLFSSL_VERIFY_NONE
                               : WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                           NULL);
    if (o->no_ems != NULL) {
        (void)wolfSSL_CTX_DisableExtendedMasterSecret(ctx);
    }
    return !o->is_server || o->ticket != NULL ||
           good(wolfSSL_CTX_NoTicketTLSv12(ctx), "no tickets");
}

/* ---- a connection ------------------------------------------------------------------------ */

static const struct {
    const char *name, *theirs;
    word16 id;
} GROUPS[] = {{"x25519", "X25519", WOLFSSL_ECC_X25519},
              {"secp256r1", "SECP256R1", WOLFSSL_ECC_SECP256R1},
              {"secp384r1", "SECP384R1", WOLFSSL_ECC_SECP384R1},
              {"secp521r1", "SECP521R1", WOLFSSL_ECC_SECP521R1}};

static bool offer_groups(void) {
    char name[32];
    const char *rest = options->groups;
    bool ok = true;
    while (ok && peer12_next_name(&rest, name, sizeof(name))) {
        for (size_t i = 0; i < 4; i++) {
            if (strcmp(GROUPS[i].name, name) == 0) {
                ok = good(wolfSSL_UseSupportedCurve(ssl, GROUPS[i].id), name);
            }
        }
    }
    return ok;
}

static bool offer(void) {
    const char *name = options->name;
    bool ok = offer_groups();
    if (ok && name != NULL) {
        ok = good(wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, name, (word16)strlen(name)), "SNI") &&
             good(wolfSSL_check_domain_name(ssl, name), "name");
    }
    if (ok && options->ticket != NULL) {
        ok = good(wolfSSL_UseSessionTicket(ssl), "ticket");
    }
    return ok && (session == NULL || good(wolfSSL_set_session(ssl, session), "session"));
}

static void tell(peer12_facts *out) {
    char *alpn = NULL;
    word16 n = 0;
    (void)snprintf(out->suite, sizeof(out->suite), "%s", wolfSSL_get_cipher(ssl));
    const char *curve = wolfSSL_get_curve_name(ssl);
    for (size_t i = 0; curve != NULL && i < 4; i++) {
        if (strcasecmp(curve, GROUPS[i].theirs) == 0) {
            (void)snprintf(out->group, sizeof(out->group), "%s", GROUPS[i].name);
        }
    }
    if (wolfSSL_ALPN_GetProtocol(ssl, &alpn, &n) == WOLFSSL_SUCCESS) {
        (void)snprintf(out->alpn, sizeof(out->alpn), "%.*s", (int)n, alpn);
    }
    WOLFSSL_X509 *peer = wolfSSL_get_peer_certificate(ssl);
    if (peer != NULL) {
        char *subject = wolfSSL_X509_get_subjectCN(peer);
        (void)snprintf(out->peer, sizeof(out->peer), "CN=%s", subject != NULL ? subject : "");
        wolfSSL_X509_free(peer);
    }
    out->resumed = wolfSSL_session_reused(ssl) == 1;
}

bool peer12_handshake(int fd, peer12_facts *out) {
    ssl = wolfSSL_new(ctx);
    bool ok = ssl != NULL && good(wolfSSL_set_fd(ssl, fd), "socket");
    if (ok && options->alpn != NULL) {
        ok = good(wolfSSL_UseALPN(ssl, (char *)options->alpn, (unsigned)strlen(options->alpn),
                                  WOLFSSL_ALPN_FAILED_ON_MISMATCH),
                  "ALPN");
    }
    ok = ok && (options->is_server || offer());
    int code = !ok ? 0 : options->is_server ? wolfSSL_accept(ssl) : wolfSSL_connect(ssl);
    if (ok && code != WOLFSSL_SUCCESS) {
        ok = good(wolfSSL_get_error(ssl, code), "handshake");
    }
    if (ok) {
        tell(out);
    }
    return ok;
}

int peer12_read(void *p, size_t n) {
    int got = wolfSSL_read(ssl, p, (int)n);
    int error = got > 0 ? 0 : wolfSSL_get_error(ssl, got);
    if (error == WOLFSSL_ERROR_ZERO_RETURN) {
        return 0;
    }
    return got > 0 || good(error, "read") ? got : -1;
}

bool peer12_write(const void *p, size_t n) {
    int put = wolfSSL_write(ssl, p, (int)n);
    return put == (int)n || good(wolfSSL_get_error(ssl, put), "write");
}

/* Debian builds it without. */
bool peer12_renegotiate(void) {
    return good(0, "renegotiation");
}

void peer12_close(void) {
    if (ssl == NULL) {
        return;
    }
    (void)wolfSSL_shutdown(ssl);
    if (!options->is_server) {
        wolfSSL_SESSION_free(session);
        session = wolfSSL_get1_session(ssl);
    }
    wolfSSL_free(ssl);
    ssl = NULL;
}
