/* Connections: their making and end, and what can be asked of them. */
#include <string.h>

#include "crypto/digest.h"
#include "crypto/hkdf.h"
#include "engine/dispatch.h"
#include "engine/fail.h"
#include "engine/kex.h"
#include "engine/key_schedule.h"
#include "engine/lab.h"
#include "engine/lasting12.h"
#include "engine/trace_emit.h"
#include "pki/hostname.h"

/* ---- buffers
 * --------------------------------------------------------------------------------------- */

void hs__buffer_free(hs_conn *c, hs__buffer *b) {
    hs__free(c->memory, b->p, b->cap);
    *b = (hs__buffer){NULL, 0, 0};
}

hs_status hs__buffer_room(hs_conn *c, hs__buffer *b, size_t n) {
    if (b->cap - b->n >= n) {
        return HS_OK;
    }
    size_t cap = b->n + n > 2 * b->cap ? b->n + n : 2 * b->cap;
    uint8_t *p = hs__alloc(c->memory, cap);
    if (p == NULL) {
        return HS_E_NOMEM;
    }
    size_t used = b->n;
    if (used > 0) {
        memcpy(p, b->p, used);
    }
    hs__buffer_free(c, b);
    *b = (hs__buffer){p, used, cap};
    return HS_OK;
}

hs_status hs__buffer_add(hs_conn *c, hs__buffer *b, hs_span bytes) {
    hs_status st = hs__buffer_room(c, b, bytes.n);
    if (st == HS_OK && bytes.n > 0) {
        memcpy(b->p + b->n, bytes.p, bytes.n);
        b->n += bytes.n;
    }
    return st;
}

/* ---- making
 * ------------------------------------------------------------------------------------------ */

static hs_conn *conn_new(hs_config *config, bool is_server, void *trace_ctx) {
    hs__memory *memory = &config->memory;
    hs_conn *c = hs__alloc(memory, sizeof(*c));
    hs__handshake *hs = hs__alloc(memory, sizeof(*hs));
    if (c == NULL || hs == NULL) {
        hs__free(memory, c, sizeof(*c));
        hs__free(memory, hs, sizeof(*hs));
        return NULL;
    }
    c->config = hs_config_ref(config);
    c->first = hs_config_ref(config);
    c->p = config->provider;
    c->memory = memory;
    c->is_server = is_server;
    c->table = is_server ? hs__hello_server : hs__hello_client;
    c->max_content = HS__RECORD_PLAIN_MAX;
    c->hs = hs;
    c->trace_ctx = trace_ctx;
    c->started_us = hs__trace_us(c);
    return c;
}

static hs_status keep_server_name(hs_conn *c, const char *name) {
    c->server_name_n = strlen(name);
    c->server_name = hs__alloc(c->memory, c->server_name_n + 1);
    if (c->server_name == NULL) {
        return HS_E_NOMEM;
    }
    memcpy(c->server_name, name, c->server_name_n);
    return HS_OK;
}

/* SNI carries DNS names only (RFC 6066 3), without a trailing dot. */
static hs_status set_names(hs_conn *c, const hs_client_options *o) {
    const char *verify = o->verify_name != NULL ? o->verify_name : o->server_name;
    hs_status st = HS_OK;
    if (verify != NULL) {
        const hs_span text = {(const uint8_t *)verify, strlen(verify) + 1};
        st = hs__buffer_add(c, &c->hs->verify_name, text);
    }
    if (st != HS_OK || o->server_name == NULL) {
        return st;
    }
    hs__host host;
    st = hs__host_read(o->server_name, &host);
    return st != HS_OK || host.is_ip ? st : keep_server_name(c, host.dns);
}

hs_status hs_client_new(hs_config *config, const hs_client_options *o, hs_conn **out) {
    *out = NULL;
    if (o->size != sizeof(*o)) {
        return HS_E_MISUSE;
    }
    hs_conn *c = conn_new(config, false, o->trace_ctx);
    if (c == NULL) {
        return HS_E_NOMEM;
    }
    hs_status st = set_names(c, o);
    if (st == HS_OK) {
        c->hs->session = o->session != NULL ? hs_session_ref(o->session) : NULL;
        st = hs__dispatch(c, HS__ON_GO, NULL);
    }
    if (st != HS_OK) {
        hs_conn_free(c);
        return st;
    }
    *out = c;
    return HS_OK;
}

hs_status hs_server_new(hs_config *config, const hs_server_options *o, hs_conn **out) {
    *out = NULL;
    if (o->size != sizeof(*o)) {
        return HS_E_MISUSE;
    }
    *out = conn_new(config, true, o->trace_ctx);
    return *out != NULL ? HS_OK : HS_E_NOMEM;
}

/* ---- end --------------------------------------------------------------------------------- */

void hs__handshake_free(hs_conn *c) {
    hs__handshake *hs = c->hs;
    if (hs == NULL) {
        return;
    }
    hs__kex_free_shares(c);
    hs_session_unref(hs->session);
    c->p->hash_end(c->p, &hs->transcript.hash);
    c->p->public_free(c->p, hs->peer_key);
    hs__buffer *const buffers[] = {
        &hs->raw_hello, &hs->cookie,    &hs->schemes_wanted, &hs->flight,
        &hs->to_sign,   &hs->signature, &hs->verify_name,    &hs->transcript.messages};
    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
        hs__buffer_free(c, buffers[i]);
    }
    if (c->version == HS__VERSION_TLS12) {
        hs__buffer_free(c, &hs->v12.params);
        hs__buffer_free(c, &hs->v12.ticket);
        hs__buffer_free(c, &hs->v12.staple);
    }
    hs__free(c->memory, hs, sizeof(*hs));
    c->hs = NULL;
}

void hs_conn_free(hs_conn *c) {
    if (c == NULL || c->in_trace) {
        return;
    }
    hs__trace_closed(c);
    hs__handshake_free(c);
    hs__peer_free(c);
    hs__direction_end(c, &c->in);
    hs__direction_end(c, &c->out);
    hs__lasting12_free(c);
    hs__lab_end(c);
    hs_session_unref(c->session);
    hs__tx_end(c->memory, &c->tx);
    hs__spare_give(c->memory, c->rx.cut, c->rx.cut_cap);
    hs__free(c->memory, c->rx.message, c->rx.message_cap);
    hs__free(c->memory, c->server_name, c->server_name_n + 1);
    hs__free(c->memory, c->kept, sizeof(*c->kept));
    hs_config *config = c->config;
    hs_config *first = c->first;
    hs__free(c->memory, c, sizeof(*c));
    hs_config_unref(config);
    hs_config_unref(first);
}

/* ---- asking ------------------------------------------------------------------------------ */

void hs_conn_info(const hs_conn *c, hs_info *out) {
    *out = (hs_info){.state = hs__state_name(c->state),
                     .is_server = c->is_server,
                     .is_connected = c->state == HS__CONNECTED,
                     .hrr = c->hrr,
                     .resumed = c->resumed,
                     .extended_main_secret = c->ems || c->version == HS__VERSION_TLS13,
                     .version = c->version,
                     .suite = c->suite != NULL ? c->suite->id : 0,
                     .group = c->group,
                     .scheme = c->peer_scheme,
                     .own_scheme = c->own_scheme,
                     .alpn = c->alpn,
                     .server_name = c->server_name,
                     .peer_authenticated = c->peer_authenticated,
                     .verdict = c->verdict,
                     .bytes_tx = c->out.bytes,
                     .bytes_rx = c->in.bytes,
                     .records_tx = c->out.records,
                     .records_rx = c->in.records,
                     .app_tx = c->out.app_bytes,
                     .app_rx = c->in.app_bytes,
                     .key_updates_tx = c->out.generation,
                     .key_updates_rx = c->in.generation};
}

const hs_span *hs_peer_chain(const hs_conn *c, size_t *n) {
    *n = c->peer != NULL ? c->peer->n : 0;
    return c->peer != NULL ? c->peer->chain : NULL;
}

const hs_report *hs_peer_report(const hs_conn *c) {
    return c->peer != NULL ? c->peer->report : NULL;
}

hs_config *hs_conn_config(const hs_conn *c) {
    return c->config;
}

/* RFC 9846 7.5: HKDF-Expand-Label(Derive-Secret(exporter_secret, label, ""), "exporter",
 * Hash(context), n). */
hs_status hs_export(const hs_conn *c, const char *label, hs_span context, uint8_t *out, size_t n) {
    if (c->in_trace) {
        return HS_E_MISUSE;
    }
    if (c->state != HS__CONNECTED) {
        return HS_E_NOT_YET;
    }
    if (c->version == HS__VERSION_TLS12) {
        return hs__export12(c, label, context, out, n);
    }
    const hs__hash_id hash = c->suite->hash;
    const size_t len = hs__hash_len(hash);
    uint8_t digest[HS__DIGEST];
    uint8_t secret[HS__DIGEST];
    hs_status st = hs__digest(c->p, hash, (hs_span){NULL, 0}, digest);
    if (st == HS_OK) {
        st = hs__hkdf_expand_label(c->p, hash, (hs_span){c->exporter_secret, len}, label,
                                   (hs_span){digest, len}, secret, len);
    }
    if (st == HS_OK) {
        st = hs__digest(c->p, hash, context, digest);
    }
    if (st == HS_OK) {
        st = hs__hkdf_expand_label(c->p, hash, (hs_span){secret, len}, "exporter",
                                   (hs_span){digest, len}, out, n);
    }
    hs__wipe(secret, sizeof(secret));
    return st;
}
