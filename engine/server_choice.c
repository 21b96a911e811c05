#include "engine/server_choice.h"

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

hs_status hs__check_chosen_suite(hs_conn *c, uint16_t id, uint16_t version) {
    if (hs__list16_has(c->hs->hello.cipher_suites, id) && hs__suite_for(id, version) != NULL) {
        return HS_OK;
    }
    const char *name = hs__cipher_suite_name(id);
    return hs__fail(c, HS_E_ILLEGAL_VALUE, "ServerHello.cipher_suite",
                    "%s (0x%04x) was not offered for %s", name != NULL ? name : "an unknown suite",
                    id, hs__version_name(version));
}

hs_status hs__check_unasked(hs_conn *c, const char *where, const hs__extensions *e) {
    uint16_t type;
    if (!hs__ext_unasked(&e->types, &c->hs->hello.extensions.types, &type)) {
        return HS_OK;
    }
    const char *name = hs__extension_name(type);
    return hs__fail(c, HS_E_UNSOLICITED_EXTENSION, where, "%s(%u) was not in our ClientHello",
                    name != NULL ? name : "unknown", type);
}

void hs__trace_server_choices(hs_conn *c, uint16_t version, uint16_t suite) {
    const hs__client_hello *h = &c->hs->hello;
    const hs_span none = {NULL, 0};
    hs__trace_choose(c, "version", hs__version_name(version), false,
                     h->extensions.supported_versions, none, "the server chose from our list");
    hs__trace_choose(c, "suite", hs__cipher_suite_name(suite), false, h->cipher_suites, none,
                     "the server chose from our list");
}

/* The version decides which of the two handlers goes on (RFC 9846 4.3.1). */
hs_status hs__client_on_server_hello(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__server_hello *sh = &m->u.server_hello;
    const hs_config *f = c->config;
    if (hs__ext_has(&sh->extensions, HS__EXT_supported_versions)) {
        return hs__client_on_server_hello13(c, m, next);
    }
    if (sh->legacy_version == HS__VERSION_TLS12 && f->min_version <= HS__VERSION_TLS12) {
        return hs__client_on_server_hello12(c, m, next);
    }
    const char *name = hs__version_name(sh->legacy_version);
    return hs__fail(c, HS_E_VERSION, "ServerHello.legacy_version",
                    "the server chose %s (0x%04x), we offered %s",
                    name != NULL ? name : "an unknown version", sh->legacy_version,
                    f->min_version == f->max_version ? hs__version_name(f->max_version)
                                                     : "TLS 1.3 and TLS 1.2");
}
