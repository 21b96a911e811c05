#include "tests/lib/stage12.h"

#include <stdlib.h>

static void must(bool ok) {
    if (!ok) {
        abort();
    }
}

hs_options hs__stage12_options(const hs__stage *s, bool server, unsigned how,
                               hs_credential *identity[2]) {
    static const uint16_t classic[] = {0x009c, 0};
    const bool has_auth = (how & HS__PEER12_AUTH) != 0;
    const bool has_cert = server || (has_auth && (how & HS__PEER12_NO_CERT) == 0);
    identity[0] = s->id.credential;
    identity[1] = NULL;
    return (hs_options){.provider = s->p,
                        .min_version = HS__VERSION_TLS12,
                        .max_version = HS__VERSION_TLS12,
                        .suites = (how & HS__PEER12_RSA) != 0 ? classic : NULL,
                        .trust = s->id.trust,
                        .identity = has_cert ? identity : NULL,
                        .client_auth = !server || !has_auth              ? HS_CLIENT_AUTH_NONE
                                       : (how & HS__PEER12_NO_CERT) != 0 ? HS_CLIENT_AUTH_WANT
                                                                         : HS_CLIENT_AUTH_NEED};
}

void hs__stage12_open_with(const hs__stage *s, const hs_options *o, bool server, unsigned how,
                           hs__stage12 *out) {
    const hs_client_options co = {.size = sizeof(co), .server_name = "localhost"};
    const hs_server_options so = {.size = sizeof(so)};
    hs_config *config = hs__stage_config(*o);
    *out = (hs__stage12){.end = {.conn = NULL}};
    must((server ? hs_server_new(config, &so, &out->end.conn)
                 : hs_client_new(config, &co, &out->end.conn)) == HS_OK);
    hs_config_unref(config);
    hs__peer12_open(&out->peer, s, how, &out->end, !server, NULL);
}

void hs__stage12_open(const hs__stage *s, bool server, unsigned how, hs__stage12 *out) {
    hs_credential *identity[2];
    const hs_options o = hs__stage12_options(s, server, how, identity);
    hs__stage12_open_with(s, &o, server, how, out);
}

void hs__stage12_free(hs__stage12 *t) {
    hs__peer12_free(&t->peer);
    hs__test_end_free(&t->end);
}
