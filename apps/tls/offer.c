#include "apps/tls/offer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apps/common/say.h"

/* ---- code points ------------------------------------------------------------------------- */
static hs__exit unknown(const hs__code_list *known, const char *what, const char *word,
                        hs__fault *fault) {
    char all[280] = "";
    size_t at = 0;
    for (size_t i = 0; i < known->n_spoken && at < sizeof all; i++) {
        const char *name = known->rows[i].name;
        if (strstr(name, "_WITH_") == NULL) /* a TLS 1.2 suite */
            at += (size_t)snprintf(all + at, sizeof all - at, "%s%s", at ? ", " : "", name);
    }
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
static hs__exit version_read(const char *text, hs__fault *fault) {
    static const char *const LATER[] = {"1.2", "1.2-1.3", "tls1.2", "TLSv1.2"};
    static const char *const NOW[] = {"1.3", "1.3-1.3", "tls1.3", "TLSv1.3"};
    for (size_t i = 0; text && i < sizeof NOW / sizeof *NOW; i++)
        if (strcmp(text, NOW[i]) == 0)
            return HS__EXIT_OK;
    for (size_t i = 0; text && i < sizeof LATER / sizeof *LATER; i++)
        if (strcmp(text, LATER[i]) == 0)
            return hs__fault_set(fault, HS__EXIT_USAGE,
                                 "--tls=%s: TLS 1.2 is not in this version; it speaks TLS 1.3 only",
                                 LATER[i]);
    return text ? hs__fault_set(fault, HS__EXIT_USAGE,
                                "--tls: '%s' is not a version; it speaks 1.3", hs__safe(text))
                : HS__EXIT_OK;
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
    hs__exit code = version_read(o->tls, fault);
    if (!code)
        code = alpn_check(&o->alpn, fault);
    if (!code)
        code = hs__codes_read(&o->suites, &hs__cipher_suites, "--suites", &out->suites, fault);
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
    out->suites = offer->suites;
    out->groups = offer->groups;
    out->schemes = offer->schemes;
    out->alpn = o->alpn.n > 0 ? o->alpn.v : NULL;
    out->record_size_limit = (uint16_t)o->record_limit;
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
