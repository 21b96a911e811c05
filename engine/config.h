/* config.h - a sealed hs_options: checked, copied, complete, shared. */
#ifndef HS_ENGINE_CONFIG_H
#define HS_ENGINE_CONFIG_H

#include "crypto/provider.h"
#include "engine/memory.h"
#include "handshake/conn.h"

/* A list of code points; ids[n] == 0 too. */
typedef struct {
    const uint16_t *ids;
    size_t n;
} hs__ids;

enum { HS__MAX_SHARES = 4 }; /* key shares of one ClientHello */

/* Replaces what a writer would write, for known answers of other libraries (E13): returns the
 * whole message, or an empty span to let the engine write its own. */
typedef hs_span (*hs__vector_fn)(void *ctx, uint8_t msg_type);

struct hs_config {
    atomic_uint refs;
    hs__memory memory;
    hs_provider *provider;
    hs_trust *trust;
    hs_credential **identity; /* NULL-terminated */
    size_t n_identity;
    uint16_t min_version, max_version; /* of which `suites` has some */
    hs__ids suites, groups, shares;
    uint8_t *schemes; /* SignatureSchemeList items, big-endian, as they go on the wire */
    size_t schemes_n;
    uint8_t *groups_wire;
    uint8_t *suites_wire;
    uint8_t *alpn; /* ProtocolNameList items as on the wire */
    size_t alpn_n;
    hs_client_auth client_auth;
    hs_verify_mode verify;
    hs_revocation revocation;
    hs_preference prefer;
    hs_hrr_policy hrr;
    hs_extended_main_secret ems;
    bool strict_sni, no_compat, classic;
    uint16_t record_size_limit;
    bool sessions_wanted;       /* client */
    hs_session_store *sessions; /* server; NULL: none */
    bool no_tickets;            /* server */
    uint8_t session_context[32];
    unsigned ask;
    hs_limits limits;
    uint64_t (*now_ms)(void *ctx);
    uint64_t (*mono_us)(void *ctx);
    void *clock_ctx;
    void (*trace)(void *trace_ctx, const hs_trace *event);
    unsigned trace_mask;
    hs__vector_fn vector;
    void *vector_ctx;
    const struct hs__lab *lab; /* what breaks on purpose (lab.h); NULL: nothing */
    size_t arena_n;
    uint8_t arena[]; /* everything above that is a copy */
};

bool hs__ids_has(hs__ids list, uint16_t id);

/* For tests only; before the config is shared. */
void hs__config_set_vector(hs_config *config, hs__vector_fn fn, void *ctx);

#endif
