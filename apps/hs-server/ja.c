#include "apps/hs-server/ja.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"

enum { MOST_COUNTED = 99, SHA256 = 32, JA4_HASH = 13 };

/* A list less its GREASE values. */
typedef struct {
    uint16_t *v;
    size_t n;
} numbers;

typedef struct {
    numbers suites, types, groups, schemes, versions;
} lists;

/* ---- lists ------------------------------------------------------------------------------- */
static bool make_room(numbers *all, size_t most) {
    *all = (numbers){.v = calloc(most + 1, sizeof *all->v)};
    return all->v != NULL;
}

static void add(numbers *all, uint16_t number) {
    if (!hs__is_grease16(number))
        all->v[all->n++] = number;
}

static bool read_list(hs_span list, numbers *out) {
    if (!make_room(out, hs__list16_count(list)))
        return false;
    for (size_t i = 0; i < hs__list16_count(list); i++)
        add(out, hs__list16_at(list, i));
    return true;
}

static bool read_types(hs_span block, numbers *out) {
    uint16_t type;
    hs_span body;
    if (!make_room(out, block.n / 4)) /* each has a type and a length */
        return false;
    while (hs__extension_next(&block, &type, &body))
        add(out, type);
    return true;
}

static bool lists_read(const hs__client_hello *hello, lists *out) {
    const hs__extensions *e = &hello->extensions;
    *out = (lists){0};
    return read_list(hello->cipher_suites, &out->suites) && read_types(e->block, &out->types) &&
           read_list(e->supported_groups, &out->groups) &&
           read_list(e->signature_algorithms, &out->schemes) &&
           read_list(e->supported_versions, &out->versions);
}

static void lists_free(lists *l) {
    numbers *all[] = {&l->suites, &l->types, &l->groups, &l->schemes, &l->versions};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]->v);
}

static void put_decimal(hs__strbuf *b, const numbers *all) {
    for (size_t i = 0; i < all->n; i++)
        hs__buf_fmt(b, "%s%u", i ? "-" : "", all->v[i]);
}

static void put_hex(hs__strbuf *b, const numbers *all) {
    for (size_t i = 0; i < all->n; i++)
        hs__buf_fmt(b, "%s%04x", i ? "," : "", all->v[i]);
}

/* ---- JA3 --------------------------------------------------------------------------------- */
static void make_ja3(const hs__client_hello *hello, const lists *l, fingerprints *out) {
    hs__strbuf *b = &out->ja3_full;
    const hs_span formats = hello->extensions.ec_point_formats;
    uint8_t hash[MD5_BYTES];
    hs__buf_fmt(b, "%u,", hello->legacy_version);
    put_decimal(b, &l->suites);
    hs__buf_add(b, ",");
    put_decimal(b, &l->types);
    hs__buf_add(b, ",");
    put_decimal(b, &l->groups);
    hs__buf_add(b, ",");
    for (size_t i = 0; i < formats.n; i++)
        hs__buf_fmt(b, "%s%u", i ? "-" : "", formats.p[i]);
    md5_of((hs_span){(const uint8_t *)hs__buf_str(b), b->n}, hash);
    for (size_t i = 0; i < MD5_BYTES; i++)
        snprintf(out->ja3 + 2 * i, 3, "%02x", hash[i]);
}

/* ---- JA4 --------------------------------------------------------------------------------- */
static const char *version_mark(const hs__client_hello *hello, const lists *l) {
    unsigned best = l->versions.n > 0 ? 0 : hello->legacy_version;
    for (size_t i = 0; i < l->versions.n; i++)
        best = l->versions.v[i] > best ? l->versions.v[i] : best;
    switch (best) {
    case HS__VERSION_TLS13:
        return "13";
    case HS__VERSION_TLS12:
        return "12";
    case HS__VERSION_TLS11:
        return "11";
    case HS__VERSION_TLS10:
        return "10";
    case HS__VERSION_SSL30:
        return "s3";
    default:
        return "00";
    }
}

static bool is_alphanumeric(uint8_t c) {
    return c < 0x80 && isalnum(c);
}

/* First and last character of the first name; where these are not letters or digits, of its hex. */
static void alpn_mark(const hs__client_hello *hello, char out[3]) {
    static const char HEX[] = "0123456789abcdef";
    hs_span list = hello->extensions.protocol_name_list, name = {0};
    out[0] = out[1] = '0';
    out[2] = 0;
    if (!hs__protocol_name_next(&list, &name) || name.n == 0)
        return;
    uint8_t first = name.p[0], last = name.p[name.n - 1];
    bool is_text = is_alphanumeric(first) && is_alphanumeric(last);
    out[0] = is_text ? (char)first : HEX[first >> 4];
    out[1] = is_text ? (char)last : HEX[last & 15];
}

static int by_value(const void *a, const void *b) {
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

static void sort(numbers *all) {
    qsort(all->v, all->n, sizeof *all->v, by_value);
}

/* The name and the protocols asked for stand in the first part already, and would make one program
 * look like several. */
static void leave_out_named(numbers *types) {
    size_t n = 0;
    for (size_t i = 0; i < types->n; i++)
        if (types->v[i] != HS__EXT_server_name &&
            types->v[i] != HS__EXT_application_layer_protocol_negotiation)
            types->v[n++] = types->v[i];
    types->n = n;
}

static hs_status hash_part(const hs_provider *provider, const char *text, char out[JA4_HASH]) {
    uint8_t hash[SHA256];
    hs_status st =
        hs__digest(provider, HS__SHA256, (hs_span){(const uint8_t *)text, strlen(text)}, hash);
    for (size_t i = 0; !st && i < JA4_HASH / 2; i++)
        snprintf(out + 2 * i, 3, "%02x", hash[i]);
    return st;
}

static unsigned counted(const numbers *all) {
    return all->n < MOST_COUNTED ? (unsigned)all->n : MOST_COUNTED;
}

static hs_status make_ja4(const hs_provider *provider, const hs__client_hello *hello, lists *l,
                          fingerprints *out) {
    char start[16], alpn[3], suites_hash[JA4_HASH] = "000000000000",
                             types_hash[JA4_HASH] = "000000000000";
    hs__strbuf suites = {0}, types = {0};
    hs_status st = HS_OK;
    alpn_mark(hello, alpn);
    snprintf(start, sizeof start, "t%s%c%02u%02u%s", version_mark(hello, l),
             hs__ext_has(&hello->extensions, HS__EXT_server_name) ? 'd' : 'i', counted(&l->suites),
             counted(&l->types), alpn);
    leave_out_named(&l->types);
    sort(&l->suites);
    sort(&l->types);
    put_hex(&suites, &l->suites);
    put_hex(&types, &l->types);
    hs__buf_add(&types, l->schemes.n > 0 ? "_" : "");
    put_hex(&types, &l->schemes);
    if (suites.failed || types.failed)
        st = HS_E_NOMEM;
    if (!st && l->suites.n > 0)
        st = hash_part(provider, hs__buf_str(&suites), suites_hash);
    if (!st && l->types.n > 0)
        st = hash_part(provider, hs__buf_str(&types), types_hash);
    snprintf(out->ja4, sizeof out->ja4, "%s_%s_%s", start, suites_hash, types_hash);
    hs__buf_fmt(&out->ja4_raw, "%s_%s_%s", start, hs__buf_str(&suites), hs__buf_str(&types));
    hs__buf_free(&suites);
    hs__buf_free(&types);
    return st;
}

/* ---- both -------------------------------------------------------------------------------- */
hs_status fingerprints_make(const hs_provider *provider, const hs__client_hello *hello,
                            fingerprints *out) {
    lists l;
    *out = (fingerprints){0};
    hs_status st = lists_read(hello, &l) ? HS_OK : HS_E_NOMEM;
    if (!st) {
        make_ja3(hello, &l, out);
        st = make_ja4(provider, hello, &l, out);
    }
    if (!st && (out->ja3_full.failed || out->ja4_raw.failed))
        st = HS_E_NOMEM;
    lists_free(&l);
    if (st)
        fingerprints_free(out);
    return st;
}

void fingerprints_free(fingerprints *f) {
    hs__buf_free(&f->ja3_full);
    hs__buf_free(&f->ja4_raw);
    *f = (fingerprints){0};
}
