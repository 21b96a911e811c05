/* One message: shown, its leaves covering every byte, then opened with either of two keys. What it
 * gives is its content, as often as it is opened, and in whatever pieces it comes. */
#include "cms/show.h"

#include <string.h>

#include "cms_people.h"
#include "fuzz.h"
#include "tests/lib/fuzz_provider.h"

typedef struct {
    const uint8_t *p;
    size_t n, at, step;
} source;

static hs_status get(void *ctx, uint8_t *buf, size_t room, size_t *n) {
    source *s = ctx;
    MUST(room > 0);
    *n = s->n - s->at;
    *n = *n < room ? *n : room;
    *n = *n < s->step ? *n : s->step;
    if (*n > 0) {
        memcpy(buf, s->p + s->at, *n);
    }
    s->at += *n;
    return HS_OK;
}

/* A sum is enough to compare contents by. */
typedef struct {
    uint64_t n, sum;
} content;

static hs_status put(void *ctx, hs_span bytes) {
    content *c = ctx;
    for (size_t i = 0; i < bytes.n; i++) {
        c->sum = c->sum * 31 + bytes.p[i];
    }
    c->n += bytes.n;
    return HS_OK;
}

static hs_provider *provider(void) {
    static hs_provider *fuzz;
    if (fuzz == NULL) {
        hs_provider *inner;
        MUST(hs_provider_new(NULL, &inner) == HS_OK);
        MUST(hs__fuzz_provider_new(inner, &fuzz) == HS_OK);
        hs_provider_unref(inner);
    }
    return fuzz;
}

static hs_span text(const char *s) {
    return (hs_span){(const uint8_t *)s, strlen(s)};
}

static hs_credential *person(int which) {
    static hs_credential *people[2];
    const hs_span none = {NULL, 0};
    if (people[0] == NULL) {
        MUST(hs_credential_new(provider(), text(people_ec_cert), text(people_ec_key), none,
                               &people[0]) == HS_OK);
        MUST(hs_credential_new(provider(), text(people_rsa_cert), text(people_rsa_key), none,
                               &people[1]) == HS_OK);
    }
    return people[which];
}

static hs_status open_as(hs_credential *who, hs_span message, size_t step, content *c) {
    source in = {message.p, message.n, 0, step};
    hs__cms_open *o;
    const hs__cms_open_options options = {
        .provider = provider(), .receiver = who, .in = {get, &in}, .allow_pkcs1 = true};
    *c = (content){0, 0};
    MUST(hs__cms_open_new(&options, &o) == HS_OK);
    hs_status st = hs__cms_open_envelope(o);
    if (st == HS_OK) {
        st = hs__cms_open_key(o);
    }
    if (st == HS_OK) {
        st = hs__cms_open_content(o, (hs__cms_sink){put, c});
    }
    if (st == HS_OK) {
        const hs__cms_info *info = hs__cms_open_info(o);
        MUST(info->content_n == c->n && (info->is_pem || in.at == in.n));
        st = hs__cms_open_signature(o);
        MUST(st != HS_OK || (info->n_chain > 0 && info->is_signed));
    }
    MUST(hs__cms_open_signature(o) != HS_OK); /* final, whatever it was */
    hs__cms_open_free(o);
    return st;
}

static void on_leaf(void *ctx, const hs__cms_leaf *leaf) {
    uint64_t *next = ctx;
    MUST(leaf->off == *next && leaf->n > 0 && leaf->path[0] != '\0');
    *next += leaf->n;
}

static void show(hs_span message) {
    uint64_t next = 0;
    source in = {message.p, message.n, 0, message.n};
    char where[HS__PATH_MAX];
    char problem[HS__PROBLEM_MAX];
    hs__cms_info info;
    const hs__cms_show_options o = {{get, &in}, on_leaf, NULL, &next};
    if (hs__cms_show(provider(), &o, &info, where, problem) == HS_OK && !info.is_pem) {
        MUST(next == message.n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const hs_span message = {data, size};
    show(message);
    for (int i = 0; i < 2; i++) {
        content one;
        content two;
        const hs_status st = open_as(person(i), message, SIZE_MAX, &one);
        MUST(open_as(person(i), message, 1, &two) == st);
        MUST(st != HS_OK || (one.n == two.n && one.sum == two.sum));
    }
    return 0;
}
