#include "engine/alpn.h"

#include <stdio.h>

#include "engine/fail.h"
#include "engine/trace_emit.h"
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

bool hs__alpn_find(const hs_conn *c, hs_span name, hs_span *own) {
    return find((hs_span){c->config->alpn, c->config->alpn_n}, name, own);
}

hs_status hs__alpn_choose(hs_conn *c, hs_span offered) {
    hs_span own = {c->config->alpn, c->config->alpn_n};
    hs_span name;
    hs_span ignored;
    while (hs__protocol_name_next(&own, &name)) {
        if (find(offered, name, &ignored)) {
            c->alpn = name;
            hs__trace_alpn(c, offered, "the first of ours that the client offers");
            return HS_OK;
        }
    }
    return hs__fail(c, HS_E_NO_COMMON_PROTOCOL,
                    "ClientHello.extensions[application_layer_protocol_negotiation]",
                    "none of the protocols it lists is one of ours");
}

void hs__trace_alpn(hs_conn *c, hs_span offered, const char *why) {
    char name[256];
    (void)snprintf(name, sizeof(name), "%.*s", (int)c->alpn.n, (const char *)c->alpn.p);
    hs__trace_choose(c, "alpn", name, c->is_server, offered,
                     (hs_span){c->config->alpn, c->config->alpn_n}, why);
}
