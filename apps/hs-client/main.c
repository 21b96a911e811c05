#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/common/crls.h"
#include "apps/common/say.h"
#include "apps/hs-client/client.h"

/* ---- before the loop --------------------------------------------------------------------- */
/* A unix socket has no name of its own; it is on this machine. */
void client_set_host(client *c) {
    hs__address named;
    c->host = c->a.server_name ? c->a.server_name : *c->target.host ? c->target.host : "localhost";
    c->host_is_ip = !hs__address_connect(c->host, 443, &named) && named.is_ip;
}

static hs__exit read_target(client *c, const char *operand) {
    const char *wrong = hs__address_connect(operand, 443, &c->target);
    if (wrong)
        return hs__usage_error(&client_program, "'%s': %s", hs__safe(operand), wrong);
    c->address = c->target;
    wrong =
        c->a.connect_to ? hs__address_connect(c->a.connect_to, c->target.port, &c->address) : NULL;
    if (wrong)
        return hs__usage_error(&client_program, "--connect-to=%s: %s", hs__safe(c->a.connect_to),
                               wrong);
    client_set_host(c);
    return HS__EXIT_OK;
}

static hs__exit load_trust(client *c, hs__fault *fault) {
    hs__exit code = c->a.cacert.n > 0 ? hs__trust_files(&c->a.cacert, c->provider, &c->trust, fault)
                                      : hs__trust_default(c->provider, &c->trust, fault);
    return code ? code : hs__crls_add_all(c->trust, &c->a.crl, fault);
}

hs__exit client_configure(const client *c, const hs__offer *offer, unsigned wants_trace,
                          hs_config **out, hs__fault *fault) {
    hs_options o = {0};
    const char *why = "";
    hs__offer_fill(&c->a.offer, offer, &o);
    o.provider = c->provider;
    o.shares = c->shares;
    o.trust = c->trust;
    o.identity = c->identities.v;
    o.no_compat = c->a.no_compat;
    o.verify = c->a.insecure && !c->a.pin ? HS_VERIFY_REPORT_ONLY : HS_VERIFY_ENFORCE;
    o.revocation = client_revocation(c);
    o.ask = c->a.pin ? HS_ASK_VERIFY : 0;
    o.sessions_wanted = c->a.resume > 0 || c->a.session_in || c->a.session_out;
    o.trace_mask = hs__see_mask(c->see) | wants_trace;
    for (size_t i = 0; i < c->a.show.n; i++)
        if (strcmp(c->a.show.v[i], "keys") == 0)
            o.trace_mask |= HS_TRACE_MASK(HS_TR_DERIVE);
    if (o.trace_mask)
        o.trace = client_on_trace;
    hs_status st = hs_config_new(&o, out, &why);
    if (st == HS_E_CONFIG)
        return hs__fault_set(fault, HS__EXIT_USAGE, "%s", why);
    if (st)
        return hs__fail_status(fault, st, "the configuration");
    hs__break_set(&c->broken, *out);
    return HS__EXIT_OK;
}

static hs__exit prepare(client *c, hs__fault *fault) {
    const hs__see_setup see = {
        .options = &c->a.see, .common = &c->a.common, .tool = "hs-client", .keylog_env = true};
    hs__exit code = hs__offer_read(&c->a.offer, &c->offer, fault);
    /* A comparison is of one version that has it and one that has not. */
    if (!code && c->a.compare.n == 0)
        code = hs__offer_only_classic(&c->a.offer, &c->offer, fault);
    if (!code)
        code = hs__break_read(c->a.break_what, HS__LAB_CLIENT, &c->a.offer, &c->broken, fault);
    if (!code)
        code = hs__codes_read(&c->a.shares, &hs__groups, "--shares", &c->shares, fault);
    if (!code)
        code = hs__identities_load(&c->a.identity, c->a.offer.provider, &c->provider,
                                   &c->identities, fault);
    if (!code)
        code = hs__see_open(&see, &c->see, fault);
    return code ? code : load_trust(c, fault);
}

static void free_all(client *c) {
    hs_config_unref(c->config);
    hs__identities_free(&c->identities);
    hs_trust_unref(c->trust);
    hs__see_close(c->see);
    hs_provider_unref(c->provider);
    hs__offer_free(&c->offer);
    hs__break_free(&c->broken);
    free(c->shares);
    client_args_free(&c->a);
}

int main(int argc, char **argv) {
    static client c;
    hs__fault fault = {0};
    hs__exit code;
    signal(SIGPIPE, SIG_IGN);
    int first = client_args_read(argc, argv, &c.a, &code);
    if (first < 0) {
        client_args_free(&c.a);
        return (int)hs__say_end(code);
    }
    hs__say_setup(client_program.name, &c.a.common);
    c.words = argv + 1;
    code = read_target(&c, argv[first]);
    if (!code) {
        code = prepare(&c, &fault);
        if (!code)
            code = c.a.compare.n > 0 ? client_compare(&c, &fault)
                   : c.a.bench.n > 0 ? client_bench(&c, &fault)
                                     : client_rounds(&c, &fault);
        if (fault.code)
            hs__say_fault(&fault);
    }
    if (c.is_resolving)
        _exit((int)hs__say_end(code)); /* exit would wait for libuv's thread */
    free_all(&c);
    return (int)hs__say_end(code);
}
