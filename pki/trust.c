#include "pki/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/pem.h"
#include "pki/suffix.h"
#include "pki/text.h"
#include "proto/span.h"

enum { BUCKETS = 256, SOURCES_MAX = 16, SOURCE_TEXT = 128, SOURCES_TEXT = 1024 };

/* DER of what came with one call; never moves. */
typedef struct block {
    struct block *next;
    uint8_t der[];
} block;

typedef struct {
    char name[SOURCE_TEXT];
    size_t count;
} source;

struct hs_trust {
    atomic_uint refs;
    hs_provider *provider;
    block *blocks;
    hs__anchor *anchors;
    size_t n, room;
    size_t bucket[BUCKETS]; /* index of the first anchor, SIZE_MAX for none */
    source sources[SOURCES_MAX];
    size_t n_sources;
    char sources_text[SOURCES_TEXT];
    hs__crl *crls;
    size_t n_crls;
    hs__suffixes *suffixes;
};

/* ---- the object -------------------------------------------------------------------------- */

hs_status hs_trust_new(hs_provider *provider, hs_trust **out) {
    *out = NULL;
    if (provider == NULL) {
        return HS_E_MISUSE;
    }
    hs_trust *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        return HS_E_NOMEM;
    }
    atomic_init(&t->refs, 1);
    t->provider = hs_provider_ref(provider);
    for (size_t i = 0; i < BUCKETS; i++) {
        t->bucket[i] = SIZE_MAX;
    }
    *out = t;
    return HS_OK;
}

hs_trust *hs_trust_ref(hs_trust *t) {
    atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
    return t;
}

void hs_trust_unref(hs_trust *t) {
    if (t == NULL || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (size_t i = 0; i < t->n; i++) {
        hs__public_key *key = atomic_load(&t->anchors[i].key);
        if (key != NULL) {
            t->provider->public_free(t->provider, key);
        }
    }
    while (t->blocks != NULL) {
        block *next = t->blocks->next;
        free(t->blocks);
        t->blocks = next;
    }
    free(t->anchors);
    free(t->crls);
    hs__suffixes_free(t->suffixes);
    hs_provider_unref(t->provider);
    free(t);
}

size_t hs_trust_count(const hs_trust *t) {
    return t->n;
}

const char *hs_trust_sources(const hs_trust *t) {
    return t->sources_text;
}

const char *hs__trust_source(const hs_trust *t, const hs__anchor *anchor) {
    return t->sources[anchor->source].name;
}

const hs_provider *hs__trust_provider(const hs_trust *t) {
    return t->provider;
}

const hs__crl *hs__trust_crls(const hs_trust *t, size_t *n) {
    *n = t->n_crls;
    return t->crls;
}

bool hs__trust_is_suffix(const hs_trust *t, hs_span name) {
    return t->suffixes != NULL && hs__suffixes_has(t->suffixes, name);
}

hs_status hs_trust_set_suffixes(hs_trust *t, hs_span list) {
    hs__suffixes *new = NULL;
    if (t == NULL || (list.p == NULL && list.n > 0)) {
        return HS_E_MISUSE;
    }
    const hs_status st = hs__suffixes_new(list, &new);
    if (st == HS_OK) {
        hs__suffixes_free(t->suffixes);
        t->suffixes = new;
    }
    return st;
}

/* ---- finding ----------------------------------------------------------------------------- */

static hs__anchor *at(const hs_trust *t, size_t i) {
    return i == SIZE_MAX ? NULL : &t->anchors[i];
}

hs__anchor *hs__trust_find(const hs_trust *t, hs_span subject, const hs__anchor *after) {
    const uint32_t hash = after != NULL ? after->name_hash : hs__name_hash(subject);
    hs__anchor *a = after != NULL ? at(t, after->next) : at(t, t->bucket[hash % BUCKETS]);
    while (a != NULL && (a->name_hash != hash || !hs__name_equal(a->cert.subject, subject))) {
        a = at(t, a->next);
    }
    return a;
}

hs__anchor *hs__trust_find_certificate(const hs_trust *t, const hs__cert *cert) {
    hs__anchor *a = hs__trust_find(t, cert->subject, NULL);
    while (a != NULL && !hs__span_equal(a->cert.der, cert->der)) {
        a = hs__trust_find(t, cert->subject, a);
    }
    return a;
}

hs_status hs__anchor_key(const hs_trust *t, hs__anchor *a, const hs__public_key **out) {
    hs__public_key *key = atomic_load_explicit(&a->key, memory_order_acquire);
    *out = key;
    if (key != NULL) {
        return HS_OK;
    }
    if (!a->cert.key.is_known) {
        return HS_E_UNSUPPORTED_KEY;
    }
    hs_status st = t->provider->public_new(t->provider, &a->cert.key.numbers, &key);
    if (st) {
        return st;
    }
    hs__public_key *other = NULL;
    if (!atomic_compare_exchange_strong(&a->key, &other, key)) {
        t->provider->public_free(t->provider, key); /* another thread was faster */
        key = other;
    }
    *out = key;
    return HS_OK;
}

/* ---- adding ------------------------------------------------------------------------------ */

/* The index of a source by name, made if it is new; when there are too many, the last one
 * stands for all that follow. */
static size_t source_index(hs_trust *t, const char *name) {
    for (size_t i = 0; i < t->n_sources; i++) {
        if (strncmp(t->sources[i].name, name, SOURCE_TEXT - 1) == 0) {
            return i;
        }
    }
    if (t->n_sources == SOURCES_MAX) {
        return SOURCES_MAX - 1;
    }
    (void)snprintf(t->sources[t->n_sources].name, SOURCE_TEXT, "%s", name);
    return t->n_sources++;
}

static void name_sources(hs_trust *t) {
    hs__text text;
    hs__text_init(&text, t->sources_text, sizeof(t->sources_text));
    for (size_t i = 0; i < t->n_sources; i++) {
        hs__text_f(&text, "%s%s (%zu)", i > 0 ? ", " : "", t->sources[i].name, t->sources[i].count);
    }
}

static hs_status make_room(hs_trust *t) {
    if (t->n < t->room) {
        return HS_OK;
    }
    const size_t room = t->room > 0 ? 2 * t->room : 4;
    hs__anchor *moved = realloc(t->anchors, room * sizeof(*moved));
    if (moved == NULL) {
        return HS_E_NOMEM;
    }
    t->anchors = moved;
    t->room = room;
    return HS_OK;
}

/* The same certificate with the same flags is there already. */
static bool is_known(const hs_trust *t, const hs__cert *cert, unsigned flags) {
    for (hs__anchor *a = hs__trust_find(t, cert->subject, NULL); a != NULL;
         a = hs__trust_find(t, cert->subject, a)) {
        if (a->flags == flags && hs__span_equal(a->cert.der, cert->der)) {
            return true;
        }
    }
    return false;
}

/* Adds one certificate whose bytes stay where they are. */
static hs_status add_anchor(hs_trust *t, const hs__cert *cert, unsigned flags, size_t source_i) {
    const hs_status st = make_room(t);
    if (st) {
        return st;
    }
    hs__anchor *a = &t->anchors[t->n];
    *a = (hs__anchor){.cert = *cert,
                      .name_hash = hs__name_hash(cert->subject),
                      .flags = flags,
                      .source = source_i};
    atomic_init(&a->key, NULL);
    size_t *first = &t->bucket[a->name_hash % BUCKETS];
    a->next = *first;
    *first = t->n++;
    t->sources[source_i].count++;
    return HS_OK;
}

/* One call that adds something: certificates, or lists. */
typedef struct adding adding;
struct adding {
    hs_trust *trust;
    const char *label; /* of the PEM blocks that count */
    hs_status (*add)(adding *a, hs_span der);
    unsigned flags;
    size_t source;
    size_t found, added, skipped;
};

static hs_status add_certificate(adding *a, hs_span der) {
    hs__rd_root root;
    hs__cert cert;
    if (hs__certificate_read(der, NULL, &cert, &root) != HS_OK) {
        a->skipped++;
        return HS_OK;
    }
    a->found++;
    if (is_known(a->trust, &cert, a->flags)) {
        return HS_OK;
    }
    a->added++;
    return add_anchor(a->trust, &cert, a->flags, a->source);
}

static hs_status add_crl(adding *a, hs_span der) {
    hs_trust *t = a->trust;
    hs__rd_root root;
    hs__crl crl;
    if (hs__crl_read(der, NULL, &crl, &root) != HS_OK) {
        a->skipped++;
        return HS_OK;
    }
    hs__crl *moved = realloc(t->crls, (t->n_crls + 1) * sizeof(*moved));
    if (moved == NULL) {
        return HS_E_NOMEM;
    }
    t->crls = moved;
    t->crls[t->n_crls++] = crl;
    a->found++;
    a->added++;
    return HS_OK;
}

static hs_status add_pem(adding *a, hs_span text, uint8_t *room) {
    for (;;) {
        hs__pem_block found;
        size_t n = 0;
        hs_status st = hs__pem_next(&text, &found);
        if (st == HS_E_NO_CERTIFICATE) {
            return HS_OK;
        }
        if (st == HS_OK && !hs__pem_is(&found, a->label)) {
            continue;
        }
        if (st == HS_OK) {
            st = hs__pem_decode(&found, room, &n);
        }
        if (st) {
            a->skipped++;
            continue;
        }
        st = a->add(a, (hs_span){room, n});
        if (st) {
            return st;
        }
        room += n;
    }
}

static hs_status add_bytes(adding *a, hs_span pem_or_der) {
    /* Decoded PEM is never longer than its text. */
    block *b = malloc(sizeof(*b) + pem_or_der.n + 1);
    if (b == NULL) {
        return HS_E_NOMEM;
    }
    b->next = a->trust->blocks;
    a->trust->blocks = b;
    if (hs__pem_looks_like(pem_or_der)) {
        return add_pem(a, pem_or_der, b->der);
    }
    if (pem_or_der.n > 0) {
        memcpy(b->der, pem_or_der.p, pem_or_der.n);
    }
    return a->add(a, (hs_span){b->der, pem_or_der.n});
}

static hs_status tell(const adding *a, hs_status st, size_t *added, size_t *skipped) {
    if (added != NULL) {
        *added = a->added;
    }
    if (skipped != NULL) {
        *skipped = a->skipped;
    }
    return st == HS_OK && a->found == 0 ? HS_E_NO_CERTIFICATE : st;
}

static bool is_misuse(const hs_trust *t, hs_span bytes, const char *source_name) {
    return t == NULL || source_name == NULL || (bytes.p == NULL && bytes.n > 0);
}

hs_status hs_trust_add(hs_trust *t, hs_span pem_or_der, const char *source_name, unsigned flags,
                       size_t *added, size_t *skipped) {
    if (is_misuse(t, pem_or_der, source_name)) {
        return HS_E_MISUSE;
    }
    adding a = {.trust = t,
                .label = "CERTIFICATE",
                .add = add_certificate,
                .flags = flags,
                .source = source_index(t, source_name)};
    const hs_status st = add_bytes(&a, pem_or_der);
    name_sources(t);
    return tell(&a, st, added, skipped);
}

hs_status hs_trust_add_crl(hs_trust *t, hs_span pem_or_der, size_t *added, size_t *skipped) {
    if (is_misuse(t, pem_or_der, "")) {
        return HS_E_MISUSE;
    }
    adding a = {.trust = t, .label = "X509 CRL", .add = add_crl};
    return tell(&a, add_bytes(&a, pem_or_der), added, skipped);
}

hs_status hs__trust_digest(const hs_trust *t, uint8_t out[32]) {
    const hs_provider *p = t->provider;
    hs__hash h = {.room = {0}};
    hs_status st = p->hash_start(p, &h, HS__SHA256);
    for (size_t i = 0; st == HS_OK && i < t->n; i++) {
        const hs__anchor *a = &t->anchors[i];
        const uint8_t flags = (uint8_t)a->flags;
        st = p->hash_update(p, &h, &flags, sizeof(flags));
        st = st == HS_OK ? p->hash_update(p, &h, a->cert.der.p, a->cert.der.n) : st;
    }
    /* Whom a new list revokes must not resume a session from before it. */
    for (size_t i = 0; st == HS_OK && i < t->n_crls; i++) {
        st = p->hash_update(p, &h, t->crls[i].tbs.p, t->crls[i].tbs.n);
    }
    st = st == HS_OK ? p->hash_snapshot(p, &h, out) : st;
    p->hash_end(p, &h);
    return st;
}
