#include "apps/tls/offer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "apps/common/say.h"
#include "apps/tls/facts.h"

/* ---- code points ------------------------------------------------------------------------- */
static hs__exit unknown(const hs__code_list *known, const char *what, const char *word,
                        hs__fault *fault) {
    char all[sizeof fault->hint - 20] = "";
    size_t at = 0;
    for (size_t i = 0; i < known->n_spoken && at < sizeof all; i++)
        at += (size_t)snprintf(all + at, sizeof all - at, "%s%s", at ? ", " : "",
                               known->rows[i].name);
    hs__fault_set(fault, HS__EXIT_USAGE, "%s: '%s' is not known", what, hs__safe(word));
    return hs__hint(fault, "known are %s", all);
}

static hs__exit code_read(const char *word, size_t n, const hs__code_list *known, const char *what,
                          uint16_t *out, hs__fault *fault) {
    char text[80];
    const hs__code *row = hs__code_by_name(known, word, n);
    if (row) {
        *out = row->code;
        return HS__EXIT_OK;
    }
    char *end;
    snprintf(text, sizeof text, "%.*s", (int)n, word);
    unsigned long number = strtoul(text, &end, 0);
    if (text[0] < '0' || text[0] > '9' || *end || number == 0 || number > 0xffff)
        return unknown(known, what, text, fault);
    *out = (uint16_t)number;
    return HS__EXIT_OK;
}

/* OpenSSL separates by colons, and no name has one. */
static size_t count(const hs__list *words) {
    size_t n = 0;
    for (size_t i = 0; i < words->n; i++)
        for (const char *p = words->v[i]; p; p = strchr(p, ':') ? strchr(p, ':') + 1 : NULL)
            n++;
    return n;
}

hs__exit hs__codes_read(const hs__list *words, const hs__code_list *known, const char *what,
                        uint16_t **out, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    size_t n = 0;
    *out = NULL;
    if (!words->v)
        return HS__EXIT_OK;
    uint16_t *list = calloc(count(words) + 1, sizeof *list);
    if (!list)
        return hs__fail_status(fault, HS_E_NOMEM, "%s", what);
    for (size_t i = 0; i < words->n && !code; i++)
        for (const char *p = words->v[i]; *p && !code;) {
            size_t length = strcspn(p, ":");
            if (length > 0)
                code = code_read(p, length, known, what, &list[n++], fault);
            p += length + (p[length] == ':');
        }
    *out = list;
    return code;
}

/* ---- the whole offer --------------------------------------------------------------------- */
const char *const hs__profile_values[] = {"default", "classic", NULL};
const char *const hs__ems_values[] = {"required", "optional", "off", NULL};

bool hs__versions_read(const char *text, uint16_t *min, uint16_t *max) {
    static const struct {
        const char *text;
        uint16_t min, max;
    } ROWS[] = {{"1.2", HS__VERSION_TLS12, HS__VERSION_TLS12},
                {"1.3", HS__VERSION_TLS13, HS__VERSION_TLS13},
                {"1.2-1.3", HS__VERSION_TLS12, HS__VERSION_TLS13}};
    static const char *const PREFIXES[] = {"TLSv", "TLS"};
    for (size_t i = 0; i < sizeof PREFIXES / sizeof *PREFIXES; i++)
        if (strncasecmp(text, PREFIXES[i], strlen(PREFIXES[i])) == 0) {
            text += strlen(PREFIXES[i]);
            break;
        }
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (strcmp(text, ROWS[i].text) == 0) {
            *min = ROWS[i].min;
            *max = ROWS[i].max;
            return true;
        }
    return false;
}

static hs__exit versions_check(const hs__offer_options *o, hs__offer *out, hs__fault *fault) {
    if (o->tls && !hs__versions_read(o->tls, &out->min_version, &out->max_version))
        return hs__fault_set(fault, HS__EXIT_USAGE, "--tls: '%s' is not 1.2, 1.3 or 1.2-1.3",
                             hs__safe(o->tls));
    if (o->profile == HS__OFFER_CLASSIC && out->min_version == HS__VERSION_TLS13)
        return hs__fault_set(fault, HS__EXIT_USAGE,
                             "--profile=classic is of TLS 1.2, --tls=%s leaves that out",
                             hs__safe(o->tls));
    return HS__EXIT_OK;
}

static hs__exit suites_check(const hs__offer_options *o, const hs__offer *out, hs__fault *fault) {
    for (const uint16_t *id = out->suites; id && *id; id++)
        if (hs__suite_kx(*id) == HS__KX_RSA && o->profile != HS__OFFER_CLASSIC)
            return hs__fault_set(fault, HS__EXIT_USAGE,
                                 "--suites: %s has no forward secrecy and needs --profile=classic",
                                 hs__suite_text(*id));
    return HS__EXIT_OK;
}

hs__exit hs__offer_only_classic(const hs__offer_options *o, hs__offer *offer, hs__fault *fault) {
    size_t n = 0;
    if (o->profile != HS__OFFER_CLASSIC || offer->suites)
        return HS__EXIT_OK;
    offer->suites = calloc(hs__cipher_suites.n_spoken + 1, sizeof *offer->suites);
    if (!offer->suites)
        return hs__fail_status(fault, HS_E_NOMEM, "--profile");
    for (size_t i = 0; i < hs__cipher_suites.n_spoken; i++)
        if (hs__suite_kx(hs__cipher_suites.rows[i].code) == HS__KX_RSA)
            offer->suites[n++] = hs__cipher_suites.rows[i].code;
    return HS__EXIT_OK;
}

/* RFC 7301 3.1: ProtocolName is 1 to 255 bytes. */
static hs__exit alpn_check(const hs__list *alpn, hs__fault *fault) {
    for (size_t i = 0; i < alpn->n; i++)
        if (strlen(alpn->v[i]) > 255)
            return hs__fault_set(fault, HS__EXIT_USAGE,
                                 "--alpn: a protocol name has at most 255 bytes");
    return HS__EXIT_OK;
}

hs__exit hs__offer_read(const hs__offer_options *o, hs__offer *out, hs__fault *fault) {
    *out = (hs__offer){0};
    hs__exit code = versions_check(o, out, fault);
    if (!code)
        code = alpn_check(&o->alpn, fault);
    if (!code)
        code = hs__codes_read(&o->suites, &hs__cipher_suites, "--suites", &out->suites, fault);
    if (!code)
        code = suites_check(o, out, fault);
    if (!code)
        code = hs__codes_read(&o->groups, &hs__groups, "--groups", &out->groups, fault);
    if (!code)
        code = hs__codes_read(&o->schemes, &hs__schemes, "--sigalgs", &out->schemes, fault);
    if (code)
        hs__offer_free(out);
    return code;
}

void hs__offer_free(hs__offer *offer) {
    free(offer->suites);
    free(offer->groups);
    free(offer->schemes);
    *offer = (hs__offer){0};
}

void hs__offer_fill(const hs__offer_options *o, const hs__offer *offer, hs_options *out) {
    out->size = sizeof *out;
    out->min_version = offer->min_version;
    out->max_version = offer->max_version;
    out->classic = o->profile == HS__OFFER_CLASSIC;
    out->suites = offer->suites;
    out->groups = offer->groups;
    out->schemes = offer->schemes;
    out->alpn = o->alpn.n > 0 ? o->alpn.v : NULL;
    out->record_size_limit = (uint16_t)o->record_limit;
    out->extended_main_secret = (hs_extended_main_secret)o->extended_main_secret;
    out->now_ms = hs__clock_now_ms;
    out->mono_us = hs__clock_mono_us;
}

/* ---- clocks ------------------------------------------------------------------------------ */
static uint64_t microseconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t hs__clock_now_ms(void *ctx) {
    (void)ctx;
    return microseconds(CLOCK_REALTIME) / 1000;
}

uint64_t hs__clock_mono_us(void *ctx) {
    (void)ctx;
    return microseconds(CLOCK_MONOTONIC);
}
