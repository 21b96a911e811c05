#include "tests/lib/stage12.h"

#include <stdlib.h>

static void must(bool ok) {
    if (!ok) {
        abort();
    }
}

hs_options hs__stage12_options(const hs__stage *s, bool server, unsigned how,
                               hs_credential *identity[2]) {
    static const uint16_t classic[] = {0x009c, 0}; /* TLS_RSA_WITH_AES_128_GCM_SHA256 */
    const bool has_auth = (how & HS__PEER12_AUTH) != 0;
    const bool has_cert = server || (has_auth && (how & HS__PEER12_NO_CERT) == 0);
    identity[0] = s->id.credential;
    identity[1] = NULL;
    return (hs_options){
        .provider = s->p,
        .min_version = HS__VERSION_TLS12,
        .max_version = HS__VERSION_TLS12,
        .suites = (how & HS__PEER12_RSA) != 0 ? classic : NULL,
        .classic = (how & HS__PEER12_RSA) != 0,
        .extended_main_secret = (how & HS__PEER12_NO_EMS) != 0 ? HS_EMS_OPTIONAL : HS_EMS_REQUIRED,
        .sessions_wanted = !server && (how & (HS__PEER12_RESUME | HS__PEER12_TICKET)) != 0,
        .trust = s->id.trust,
        .verify = (how & HS__PEER12_STATUS_COMES) != 0 ? HS_VERIFY_REPORT_ONLY : HS_VERIFY_ENFORCE,
        .identity = has_cert ? identity : NULL,
        .client_auth = !server || !has_auth              ? HS_CLIENT_AUTH_NONE
                       : (how & HS__PEER12_NO_CERT) != 0 ? HS_CLIENT_AUTH_WANT
                                                         : HS_CLIENT_AUTH_NEED};
}

static void open_end(hs_config *config, bool server, hs_session *session, hs__test_end *out) {
    const hs_client_options co = {
        .size = sizeof(co), .server_name = "localhost", .session = session};
    const hs_server_options so = {.size = sizeof(so)};
    *out = (hs__test_end){.conn = NULL};
    must((server ? hs_server_new(config, &so, &out->conn)
                 : hs_client_new(config, &co, &out->conn)) == HS_OK);
}

/* A full handshake, and then the one that resumes its session. */
static void open_second(const hs__stage *s, hs_config *config, bool server, unsigned how,
                        hs__stage12 *out) {
    hs__stage12 first;
    open_end(config, server, NULL, &first.end);
    hs__peer12_open(&first.peer, s, how & ~(unsigned)HS__PEER12_RESUME, &first.end, !server, NULL);
    hs__peer12_connect(&first.peer);
    must(server || first.end.session != NULL);
    open_end(config, server, first.end.session, &out->end);
    hs__peer12_open(&out->peer, s, how, &out->end, !server, &first.peer.session);
    hs__stage12_free(&first);
}

void hs__stage12_open_with(const hs__stage *s, const hs_options *o, bool server, unsigned how,
                           hs__stage12 *out) {
    hs_config *config = hs__stage_config(*o);
    if ((how & HS__PEER12_RESUME) != 0) {
        open_second(s, config, server, how, out);
    } else {
        open_end(config, server, NULL, &out->end);
        hs__peer12_open(&out->peer, s, how, &out->end, !server, NULL);
    }
    hs_config_unref(config);
}

void hs__stage12_open(const hs__stage *s, bool server, unsigned how, hs__stage12 *out) {
    const hs_session_store_options so = {.size = sizeof(so), .provider = s->p};
    hs_credential *identity[2];
    hs_options o = hs__stage12_options(s, server, how, identity);
    if (server && (how & (HS__PEER12_RESUME | HS__PEER12_TICKET)) != 0) {
        must(hs_session_store_new(&so, &o.sessions) == HS_OK);
    }
    hs__stage12_open_with(s, &o, server, how, out);
    hs_session_store_unref(o.sessions);
}

void hs__stage12_free(hs__stage12 *t) {
    hs__peer12_free(&t->peer);
    hs__test_end_free(&t->end);
}
