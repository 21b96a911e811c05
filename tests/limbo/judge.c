/* One case through the public interface, as a program would use it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/limbo/limbo.h"

static const char suffix_file[] = "/usr/share/publicsuffix/public_suffix_list.dat";
enum { SUFFIXES_MAX = 4 << 20 };

static void load_suffixes(limbo_world *w) {
    FILE *f = fopen(suffix_file, "rb");
    if (f == NULL) {
        printf("%s is not there: wildcards are judged without it\n", suffix_file);
        return;
    }
    w->suffixes = malloc(SUFFIXES_MAX);
    w->n_suffixes = w->suffixes != NULL ? fread(w->suffixes, 1, SUFFIXES_MAX, f) : 0;
    (void)fclose(f);
}

bool limbo_world_open(limbo_world *w, const char *provider, bool is_rfc5280) {
    w->is_rfc5280 = is_rfc5280;
    w->now = (int64_t)time(NULL);
    load_suffixes(w);
    const hs_status st = hs_provider_new(provider, &w->provider);
    if (st) {
        (void)fprintf(stderr, "no provider: %s\n", hs_status_text(st));
    }
    return st == HS_OK;
}

void limbo_world_close(limbo_world *w) {
    hs_provider_unref(w->provider);
    free(w->suffixes);
}

static hs_span pem_of(const json_t *list, size_t i) {
    const json_t *pem = json_array_get(list, i);
    return (hs_span){(const uint8_t *)json_string_value(pem), json_string_length(pem)};
}

/* Anchors, lists and suffixes. What cannot be read of them is an anchor less, or a list that
 * somebody wanted to be heeded: the case fails. */
static bool fill(const limbo_world *w, const limbo_case *c, hs_trust *t, limbo_verdict *v) {
    const hs_span suffixes = {(const uint8_t *)w->suffixes, w->n_suffixes};
    hs_status st = suffixes.n > 0 ? hs_trust_set_suffixes(t, suffixes) : HS_OK;
    for (size_t i = 0; i < json_array_size(c->anchors) && st == HS_OK; i++) {
        st = hs_trust_add(t, pem_of(c->anchors, i), "limbo", HS_TRUST_WEB_PKI, NULL, NULL);
        st = st == HS_E_NO_CERTIFICATE ? HS_OK : st;
    }
    for (size_t i = 0; i < json_array_size(c->crls) && st == HS_OK; i++) {
        st = hs_trust_add_crl(t, pem_of(c->crls, i), NULL, NULL);
    }
    (void)snprintf(v->why, sizeof(v->why), "%s", hs_status_text(st));
    return st == HS_OK;
}

static void judge_name(const limbo_world *w, const limbo_case *c, const hs_trust *t,
                       const char *name, limbo_verdict *v) {
    hs_report *r = NULL;
    const hs_verify_options o = {
        .size = sizeof(o),
        .chain = c->chain,
        .n_chain = c->n_chain,
        .purpose = c->purpose,
        .name = name,
        .now = c->now != INT64_MIN ? c->now : w->now,
        .profile = HS_PROFILE_WEB_PKI,
        .max_intermediates = c->has_depth ? &c->depth : NULL,
        .rules_on = w->is_rfc5280 ? HS_RULE_CONSTRAINTS_CRITICAL : 0,
        .rules_off = w->is_rfc5280 ? HS_RULE_LEAF_PURPOSE | HS_RULE_LEAF_NOT_CA : 0,
    };
    v->is_accepted = hs_verify(w->provider, t, &o, &r) == HS_OK;
    (void)snprintf(v->why, sizeof(v->why), "%s", r != NULL ? r->summary : "no report");
    hs_report_free(r);
}

void limbo_judge(const limbo_world *w, const limbo_case *c, limbo_verdict *v) {
    hs_trust *t = NULL;
    v->is_accepted = false;
    (void)snprintf(v->why, sizeof(v->why), "out of memory");
    if (hs_trust_new(w->provider, &t) == HS_OK && fill(w, c, t, v)) {
        judge_name(w, c, t, c->name, v);
        for (size_t i = 0; i < json_array_size(c->names) && v->is_accepted; i++) {
            const json_t *one = json_array_get(c->names, i);
            judge_name(w, c, t, json_string_value(json_object_get(one, "value")), v);
        }
    }
    hs_trust_unref(t);
}
