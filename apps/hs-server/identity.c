#include <stdio.h>
#include <string.h>

#include "apps/common/crls.h"
#include "apps/common/default_ca.h"
#include "apps/common/say.h"
#include "apps/hs-server/server.h"
#include "apps/tls/staple.h"
#include "pki/credential.h"

/* A certificate for this machine's own names, from the default mini-ca. */
static hs__exit load_own(server *app, hs__local_role role, hs__identities *out, hs__fault *fault) {
    hs__local_identity local;
    hs_credential *credential;
    hs__exit code = hs__default_ca_identity(app->provider, role, &local, fault);
    if (!code && hs__break_is_stale(&app->broken))
        code = hs__break_make_stale(app->provider, &local, fault);
    if (code)
        return code;
    hs_status st = hs_credential_new(app->provider, hs__bytes_span(&local.chain),
                                     hs__bytes_span(&local.key), (hs_span){NULL, 0}, &credential);
    snprintf(app->root_path, sizeof app->root_path, "%s", local.root_path);
    if (local.made_ca)
        hs__say_progress("no CA yet: made a throw-away one, for localhost, .test and loopback "
                         "addresses; its root is %s",
                         hs__safe(local.root_path));
    hs__local_identity_free(&local);
    return st ? hs__fail_status(fault, st, "the certificate for localhost")
              : hs__identities_add(out, credential, fault);
}

/* ---- the classic profile ----------------------------------------------------------------- */
static size_t count_decrypting(hs_credential *const *identity, size_t *all) {
    size_t n = 0;
    for (*all = 0; identity[*all]; ++*all)
        n += hs__credential_can_decrypt(identity[*all]);
    return n;
}

/* With nothing to sign with, a client that offers TLS 1.3 would fail instead of taking 1.2. */
static bool only_decrypts(const server *app, hs_credential *const *identity) {
    size_t all, n = count_decrypting(identity, &all);
    return app->a.offer.profile == HS__OFFER_CLASSIC && n == all;
}

static void warn_of_classic(const server *app, hs_credential *const *identity) {
    size_t all;
    const char *leak = hs_provider_rsa_leak(app->provider);
    if (app->a.offer.profile != HS__OFFER_CLASSIC)
        return;
    if (leak)
        hs__say_warning("%s %s leaks RSA keys by timing: %s; other machines should not reach "
                        "this port",
                        hs_provider_name(app->provider), hs_provider_version(app->provider), leak);
    if (count_decrypting(identity, &all) == 0)
        hs__say_warning("--profile=classic: no certificate has an RSA key that may decrypt "
                        "(keyUsage keyEncipherment), so there is no key transport");
    else if (only_decrypts(app, identity))
        hs__say_progress("key transport only: ECDHE and TLS 1.3 need a second --cert with a key "
                         "that signs");
}

/* ---- the configuration ------------------------------------------------------------------- */
static void fill(const server *app, hs_credential *const *identity, hs_options *o) {
    hs__offer_fill(&app->a.offer, &app->offer, o);
    o->provider = app->provider;
    o->trust = app->trust;
    o->identity = identity;
    o->client_auth = (hs_client_auth)app->a.client_auth;
    o->verify = app->a.insecure ? HS_VERIFY_REPORT_ONLY : HS_VERIFY_ENFORCE;
    o->prefer = (hs_preference)app->a.prefer;
    o->hrr = (hs_hrr_policy)app->a.hrr;
    o->strict_sni = app->a.strict_sni;
    o->sessions = app->sessions;
    o->no_tickets = app->a.tickets == 0;
    if (only_decrypts(app, identity))
        o->max_version = HS__VERSION_TLS12;
    o->ask = app->service->wants_hello || app->a.fixtures ? HS_ASK_CONFIG : 0;
    o->trace_mask = hs__see_mask(app->see);
    o->trace = o->trace_mask ? hs__seen_event : NULL;
}

hs__exit identity_config(const server *app, hs_credential *const *identity, hs_config **out,
                         hs__fault *fault) {
    hs_options o = {0};
    const char *why = "";
    fill(app, identity, &o);
    hs_status st = hs_config_new(&o, out, &why);
    if (st == HS_E_CONFIG)
        return hs__fault_set(fault, HS__EXIT_USAGE, "%s", why);
    if (st)
        return hs__fail_status(fault, st, "the configuration");
    hs__break_set(&app->broken, *out);
    return HS__EXIT_OK;
}

static void swap(server *app, hs_config *config, server_fixtures *fixtures) {
    uv_mutex_lock(&app->lock);
    hs_config *old = app->config;
    server_fixtures *old_fixtures = app->fixtures;
    app->config = config;
    app->fixtures = fixtures;
    uv_mutex_unlock(&app->lock);
    hs_config_unref(old);
    fixtures_free(old_fixtures);
}

/* Takes over `fixtures`. */
static hs__exit configure(server *app, const hs__identities *identities, server_fixtures *fixtures,
                          hs__fault *fault) {
    hs_credential *const first[] = {identities->v[0], NULL};
    hs_credential *const *identity = fixtures ? first : identities->v;
    hs_config *config;
    hs__exit code = fixtures ? fixtures_configure(fixtures, app, identities, fault) : HS__EXIT_OK;
    if (!code)
        code = identity_config(app, identity, &config, fault);
    if (code) {
        fixtures_free(fixtures);
        return code;
    }
    swap(app, config, fixtures);
    warn_of_classic(app, identity);
    return HS__EXIT_OK;
}

/* One for the life of the process, so that sessions outlive a reload. */
static hs__exit open_sessions(server *app, hs__fault *fault) {
    const hs_session_store_options o = {.size = sizeof o,
                                        .provider = app->provider,
                                        .session_life_s = (uint32_t)(app->a.ticket_life_ms / 1000)};
    if (app->a.no_resume || app->sessions)
        return HS__EXIT_OK;
    hs_status st = hs_session_store_new(&o, &app->sessions);
    return st ? hs__fail_status(fault, st, "sessions") : HS__EXIT_OK;
}

/* The provider stays that of the start: a connection's configuration may change, its crypto
 * library may not. */
static hs__exit load_files(server *app, hs__identities *out, server_fixtures **fixtures,
                           hs__fault *fault) {
    const char *name = app->provider ? hs_provider_name(app->provider) : app->a.offer.provider;
    hs_provider *provider;
    hs__exit code = app->a.fixtures
                        ? fixtures_load(app->a.fixtures, name, fixtures, &provider, out, fault)
                        : hs__identities_load(&app->a.identity, name, &provider, out, fault);
    if (code)
        return code;
    if (app->provider)
        hs_provider_unref(provider);
    else
        app->provider = provider;
    return HS__EXIT_OK;
}

/* Anew each time: a new list may revoke somebody. */
static hs__exit load_trust(server *app, hs__fault *fault) {
    hs_trust *trust;
    if (app->a.cacert.n == 0)
        return HS__EXIT_OK;
    hs__exit code = hs__trust_files(&app->a.cacert, app->provider, &trust, fault);
    if (code)
        return code;
    code = hs__crls_add_all(trust, &app->a.crl, fault);
    if (code) {
        hs_trust_unref(trust);
        return code;
    }
    hs_trust_unref(app->trust);
    app->trust = trust;
    return HS__EXIT_OK;
}

hs__exit identity_load(server *app, hs__fault *fault) {
    hs__identities identities;
    server_fixtures *fixtures = NULL;
    hs__exit code = load_files(app, &identities, &fixtures, fault);
    if (!code)
        code = hs__staples_load(&app->a.identity, app->provider, &identities, fault);
    if (!code)
        code = load_trust(app, fault);
    bool is_own = !code && identities.n == 0;
    if (is_own)
        code = load_own(app, HS__LOCAL_SIGNS, &identities, fault);
    if (!code && is_own && app->a.offer.profile == HS__OFFER_CLASSIC)
        code = load_own(app, HS__LOCAL_DECRYPTS, &identities, fault);
    if (!code)
        code = open_sessions(app, fault);
    if (!code)
        code = configure(app, &identities, fixtures, fault);
    else
        fixtures_free(fixtures);
    hs__identities_free(&identities);
    return code;
}

void identity_reload(server *app) {
    hs__fault fault = {0};
    if (identity_load(app, &fault)) {
        hs__say_error("reload: %s", fault.text);
        log_event(app, "reload", json_pack("{s:b, s:s}", "ok", 0, "error", fault.text),
                  "reload failed, going on with the certificates that are loaded");
        return;
    }
    log_event(app, "reload", json_pack("{s:b}", "ok", 1), "certificates are loaded anew");
}

hs_config *identity_current(server *app) {
    uv_mutex_lock(&app->lock);
    hs_config *config = hs_config_ref(app->config);
    uv_mutex_unlock(&app->lock);
    return config;
}

hs_config *identity_for_name(server *app, const char *name) {
    uv_mutex_lock(&app->lock);
    hs_config *found = app->fixtures && name ? fixtures_find(app->fixtures, name) : NULL;
    hs_config *config = found ? hs_config_ref(found) : NULL;
    uv_mutex_unlock(&app->lock);
    return config;
}
