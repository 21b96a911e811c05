#include "engine/alpn.h"

#include <stdio.h>

#include "engine/fail.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"
#include "proto/extensions.h"
#include "proto/span.h"

static bool find(hs_span list, hs_span name, hs_span *found) {
    while (hs__protocol_name_next(&list, found)) {
        if (hs__span_equal(*found, name)) {
            return true;
        }
    }
    return false;
}

static void trace_alpn(hs_conn *c, hs_span offered, const char *why) {
    char name[256];
    (void)snprintf(name, sizeof(name), "%.*s", (int)c->alpn.n, (const char *)c->alpn.p);
    hs__trace_choose(c, "alpn", name, c->is_server, offered,
                     (hs_span){c->config->alpn, c->config->alpn_n}, why);
}

hs_status hs__alpn_read(hs_conn *c, const char *message, const hs__extensions *e) {
    if (!hs__ext_has(e, HS__EXT_application_layer_protocol_negotiation)) {
        return HS_OK;
    }
    const hs_span own = {c->config->alpn, c->config->alpn_n};
    hs_span list = e->protocol_name_list;
    hs_span name = {NULL, 0};
    if (!hs__protocol_name_next(&list, &name) || !find(own, name, &c->alpn)) {
        char where[HS__PATH_MAX];
        (void)snprintf(where, sizeof(where),
                       "%s.extensions[application_layer_protocol_negotiation]", message);
        return hs__fail(c, HS_E_ILLEGAL_VALUE, where,
                        "the server chose a protocol that we did not offer");
    }
    trace_alpn(c, c->hs->hello.extensions.protocol_name_list, "the server chose from our list");
    return HS_OK;
}

hs_status hs__alpn_choose(hs_conn *c, const hs__extensions *e) {
    hs_span own = {c->config->alpn, c->config->alpn_n};
    if (own.n == 0 || !hs__ext_has(e, HS__EXT_application_layer_protocol_negotiation)) {
        return HS_OK;
    }
    const hs_span offered = e->protocol_name_list;
    hs_span name;
    hs_span ignored;
    while (hs__protocol_name_next(&own, &name)) {
        if (find(offered, name, &ignored)) {
            c->alpn = name;
            trace_alpn(c, offered, "the first of ours that the client offers");
            return HS_OK;
        }
    }
    return hs__fail(c, HS_E_NO_COMMON_PROTOCOL,
                    "ClientHello.extensions[application_layer_protocol_negotiation]",
                    "none of the protocols it lists is one of ours");
}

void hs__alpn_answer(const hs_conn *c, uint8_t room[HS__ALPN_ROOM], hs__extensions *e) {
    if (c->alpn.n == 0) {
        return;
    }
    hs__wr w;
    hs__wr_init(&w, room, HS__ALPN_ROOM);
    hs__protocol_name_write(&w, c->alpn);
    hs__ext_set(e, HS__EXT_application_layer_protocol_negotiation);
    e->protocol_name_list = (hs_span){room, w.n};
}
