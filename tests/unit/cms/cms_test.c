#include "tests/unit/cms/cms_test.h"

person person_new(hs__key_type type, const char *name) {
    const spec ca = {.subject = name, .is_ca = true}; /* all have the serial 01, so each its CA */
    person p = {.ca = make(&ca)};
    const bool is_rsa = type == HS__KEY_RSA;
    const spec leaf = {.subject = name,
                       .issuer = p.ca,
                       .key_type = type,
                       .rsa_bits = is_rsa ? 2048 : 0,
                       .key_usage = HS__KU_DIGITAL_SIGNATURE |
                                    (is_rsa ? HS__KU_KEY_ENCIPHERMENT : HS__KU_KEY_AGREEMENT)};
    p.leaf = make(&leaf);
    char pem[8192];
    size_t n = sizeof(pem);
    const hs_span none = {NULL, 0};
    assert_ok(provider()->key_write(provider(), p.leaf->key, none, pem, &n));
    assert_ok(hs_credential_new(provider(), made_der(p.leaf), (hs_span){(uint8_t *)pem, n}, none,
                                &p.credential));
    return p;
}

void person_free(person *p) {
    hs_credential_unref(p->credential);
    made_free(p->leaf);
    made_free(p->ca);
}

hs_status heap_put(void *ctx, hs_span more) {
    heap *h = ctx;
    if (more.n == 0) {
        return HS_OK;
    }
    if (h->room - h->n < more.n) {
        h->room = (h->n + more.n) * 2;
        h->p = realloc(h->p, h->room);
        assert_non_null(h->p);
    }
    memcpy(h->p + h->n, more.p, more.n);
    h->n += more.n;
    return HS_OK;
}

hs_status heap_get(void *ctx, uint8_t *buf, size_t room, size_t *n) {
    heap *h = ctx;
    *n = h->n - h->at;
    *n = *n < room ? *n : room;
    *n = h->step != 0 && h->step < *n ? h->step : *n;
    if (*n > 0) {
        memcpy(buf, h->p + h->at, *n);
    }
    h->at += *n;
    return HS_OK;
}

void heap_free(heap *h) {
    free(h->p);
    *h = (heap){NULL, 0, 0, 0, 0};
}

heap seal(const letter *l, hs__cms_sealed *told) {
    heap out = {NULL, 0, 0, 0, 0};
    hs_span certs[4];
    hs__cms_seal *s;
    for (size_t i = 0; i < l->n_to; i++) {
        certs[i] = made_der(l->to[i]->leaf);
    }
    const hs__cms_seal_options o = {.provider = provider(),
                                    .sender = l->from != NULL ? l->from->credential : NULL,
                                    .receivers = certs,
                                    .n_receivers = l->n_to,
                                    .now = NOW,
                                    .size = l->is_ber ? HS__CMS_SIZE_UNKNOWN : l->content.n,
                                    .pem = l->pem,
                                    .out = {heap_put, &out}};
    assert_ok(hs__cms_seal_new(&o, NULL, &s));
    assert_ok(hs__cms_seal_begin(s));
    /* In two pieces, and none of nothing. */
    const size_t half = l->content.n / 2;
    assert_ok(hs__cms_seal_write(s, (hs_span){l->content.p, half}));
    assert_ok(hs__cms_seal_write(s, (hs_span){l->content.p + half, l->content.n - half}));
    assert_ok(hs__cms_seal_end(s));
    if (told != NULL) {
        *told = *hs__cms_seal_told(s);
        told->receivers = NULL;
    }
    hs__cms_seal_free(s);
    return out;
}

hs_status unseal(heap *message, const person *who, bool allow_pkcs1, heap *content,
                 hs__cms_open **open) {
    const hs__cms_open_options options = {.provider = provider(),
                                          .receiver = who != NULL ? who->credential : NULL,
                                          .in = {heap_get, message},
                                          .allow_pkcs1 = allow_pkcs1};
    hs__cms_open *o;
    message->at = 0;
    content->n = 0;
    assert_ok(hs__cms_open_new(&options, &o));
    hs_status st = hs__cms_open_envelope(o);
    if (st == HS_OK) {
        st = hs__cms_open_key(o);
    }
    if (st == HS_OK) {
        st = hs__cms_open_content(o, (hs__cms_sink){heap_put, content});
    }
    if (st == HS_OK) {
        st = hs__cms_open_signature(o);
    }
    if (open != NULL) {
        *open = o;
    } else {
        hs__cms_open_free(o);
    }
    return st;
}
