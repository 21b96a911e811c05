/* ClientHello as the server reads it: which configuration, which version (RFC 9846 4.3.1). */
#include "engine/server_hello.h"

#include <string.h>

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/hello.h"
#include "engine/record_limit.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "proto/codepoints.h"

static hs_status keep_server_name(hs_conn *c, const hs__extensions *e) {
    if (!hs__ext_has(e, HS__EXT_server_name) || e->server_name.n == 0) {
        return HS_OK;
    }
    c->server_name = hs__alloc(c->memory, e->server_name.n + 1);
    if (c->server_name == NULL) {
        return HS_E_NOMEM;
    }
    memcpy(c->server_name, e->server_name.p, e->server_name.n);
    c->server_name_n = e->server_name.n;
    return HS_OK;
}

hs_status hs__server_on_client_hello(hs_conn *c, const hs__message *m, hs__state *next) {
    hs_status st = hs__hello_keep(c, m->raw);
    *next = HS__WAIT_CONFIG;
    return st == HS_OK ? keep_server_name(c, &c->hs->hello.extensions) : st;
}

static void use_config(hs_conn *c, hs_config *config) {
    if (config != NULL && config != c->config) {
        hs_config_ref(config);
        hs_config_unref(c->config);
        c->config = config;
    }
}

/* ---- the version ------------------------------------------------------------------------- */

/* With supported_versions that list counts and nothing else; without it legacy_version does, and
 * there is no TLS 1.3 (E11). 0: none. */
static uint16_t best_common(const hs_config *f, const hs__client_hello *h) {
    const hs__extensions *e = &h->extensions;
    if (hs__ext_has(e, HS__EXT_supported_versions)) {
        for (uint16_t v = f->max_version; v >= f->min_version; v--) {
            if (hs__list16_has(e->supported_versions, v)) {
                return v;
            }
        }
        return 0;
    }
    const bool has_12 =
        f->min_version <= HS__VERSION_TLS12 && h->legacy_version >= HS__VERSION_TLS12;
    return has_12 ? HS__VERSION_TLS12 : 0;
}

static const char *what_we_speak(const hs_config *f) {
    return f->min_version != f->max_version      ? "TLS 1.3 and TLS 1.2"
           : f->max_version == HS__VERSION_TLS13 ? "TLS 1.3 only"
                                                 : "TLS 1.2 only";
}

static hs_status no_common_version(hs_conn *c) {
    const hs__client_hello *h = &c->hs->hello;
    const char *speaks = what_we_speak(c->config);
    if (hs__ext_has(&h->extensions, HS__EXT_supported_versions)) {
        return hs__fail(c, HS_E_VERSION, "ClientHello.extensions[supported_versions]",
                        "none of its %zu versions is ours: this server speaks %s",
                        hs__list16_count(h->extensions.supported_versions), speaks);
    }
    const char *name = hs__version_name(h->legacy_version);
    return hs__fail(c, HS_E_VERSION, "ClientHello.legacy_version",
                    "the client offers at most %s, this server speaks %s",
                    h->legacy_version >= HS__VERSION_TLS12 || name == NULL ? "TLS 1.2" : name,
                    speaks);
}

/* RFC 7507 3: the client says that it has tried a newer version before, and we would have taken
 * that. */
static hs_status check_fallback(hs_conn *c, uint16_t version) {
    return version < c->config->max_version &&
                   hs__list16_has(c->hs->hello.cipher_suites, HS__SUITE_TLS_FALLBACK_SCSV)
               ? hs__fail(c, HS_E_FALLBACK, "ClientHello.cipher_suites",
                          "TLS_FALLBACK_SCSV with %s, and this server speaks %s",
                          hs__version_name(version), hs__version_name(c->config->max_version))
               : HS_OK;
}

static hs_status choose_version(hs_conn *c) {
    const hs_config *f = c->config;
    const uint16_t version = best_common(f, &c->hs->hello);
    if (version == 0) {
        return no_common_version(c);
    }
    hs_status st = check_fallback(c, version);
    if (st != HS_OK) {
        return st;
    }
    c->version = version;
    c->table = version == HS__VERSION_TLS13 ? hs__server_13 : hs__server_12;
    if (f->min_version != f->max_version) {
        hs__trace_choose(c, "version", hs__version_name(version), true,
                         c->hs->hello.extensions.supported_versions, (hs_span){NULL, 0},
                         "the newest that both of us speak");
    }
    return HS_OK;
}

hs_status hs__server_on_config(hs_conn *c, const hs__message *m, hs__state *next) {
    use_config(c, m->u.config);
    hs_status st = choose_version(c);
    if (st == HS_OK) {
        st = c->version == HS__VERSION_TLS13 ? hs__server_choose_13(c, next)
                                             : hs__server_choose_12(c, next);
    }
    if (st != HS_OK) {
        return st;
    }
    hs__limit_records(c, &c->hs->hello.extensions);
    return hs__transcript_add(c, "CH", hs__buffer_span(&c->hs->raw_hello));
}
