#include "tests/unit/pki/pki_test.h"

#include "pki/pem.h"

bytes unhex(const char *hex) {
    bytes b = {0};
    b.n = hs__test_hex(hex, b.p, sizeof(b.p));
    return b;
}

hs_span of(const bytes *b) {
    return (hs_span){b->p, b->n};
}

hs_span text(const char *s) {
    return (hs_span){(const uint8_t *)s, strlen(s)};
}

/* What der_of decoded; static, so that no leak checker asks for it. */
static uint8_t kept[1 << 16];
static size_t n_kept;

hs_span der_of(const char *pem) {
    hs_span rest = text(pem);
    hs__pem_block block;
    size_t n;
    assert_ok(hs__pem_next(&rest, &block));
    assert_true(n_kept + block.base64.n < sizeof(kept));
    uint8_t *at = kept + n_kept;
    assert_ok(hs__pem_decode(&block, at, &n));
    n_kept += n;
    return (hs_span){at, n};
}

hs__cert cert_of(hs_span der) {
    hs__rd_root root;
    hs__cert cert;
    assert_ok(hs__certificate_read(der, NULL, &cert, &root));
    return cert;
}

static hs_provider *the_provider;

static void forget_provider(void) {
    hs_provider_unref(the_provider);
}

hs_provider *provider(void) {
    if (the_provider == NULL) {
        assert_ok(hs_provider_new(getenv("HS_TEST_PROVIDER"), &the_provider));
        (void)atexit(forget_provider);
    }
    return the_provider;
}

/* ---- certificates made here -------------------------------------------------------------- */

hs__general_name dns(const char *name) {
    return (hs__general_name){HS__NAME_DNS, text(name)};
}

hs__general_name email(const char *name) {
    return (hs__general_name){HS__NAME_EMAIL, text(name)};
}

hs__general_name uri(const char *name) {
    return (hs__general_name){HS__NAME_URI, text(name)};
}

hs__general_name ip(const bytes *b) {
    return (hs__general_name){HS__NAME_IP, of(b)};
}

static void make_key(made *m, const spec *s) {
    hs_provider *p = provider();
    const hs__key_type type = s->key_type != 0 ? s->key_type : HS__KEY_P256;
    if (s->same_key_as != NULL) {
        m->numbers = s->same_key_as->numbers;
    } else {
        /* HS__KEY_RSA is 0, so RSA is asked for by its length. */
        assert_ok(p->key_generate(p, s->rsa_bits != 0 ? HS__KEY_RSA : type, s->rsa_bits, &m->key));
        assert_ok(p->key_public(p, m->key, &m->numbers));
    }
    assert_ok(hs__spki_key_id(p, &m->numbers, m->key_id));
}

static uint32_t key_usage_of(const spec *s) {
    if (s->key_usage != 0) {
        return s->key_usage & ~(uint32_t)NO_KEY_USAGE;
    }
    return s->is_ca ? HS__KU_CERT_SIGN | HS__KU_CRL_SIGN : HS__KU_DIGITAL_SIGNATURE;
}

made *make(const spec *s) {
    static const hs__oid server = HS__OID_SERVER_AUTH;
    static const uint8_t one[] = {1};
    const hs__general_name a_test = dns("a.test");
    hs_provider *p = provider();
    made *m = calloc(1, sizeof(*m));
    uint8_t issuer_name[512];
    size_t issuer_name_n = sizeof(issuer_name);
    assert_non_null(m);
    make_key(m, s);
    const made *issuer = s->issuer != NULL ? s->issuer : s->same_key_as ? s->same_key_as : m;
    m->name_n = sizeof(m->name);
    assert_ok(hs__name_from_text(s->subject != NULL ? s->subject
                                 : s->is_ca         ? "CN=CA"
                                                    : "CN=leaf",
                                 m->name, &m->name_n));
    hs_span issuer_dn = {s->issuer != NULL ? s->issuer->name : m->name,
                         s->issuer != NULL ? s->issuer->name_n : m->name_n};
    if (s->issuer_name != NULL) {
        assert_ok(hs__name_from_text(s->issuer_name, issuer_name, &issuer_name_n));
        issuer_dn = (hs_span){issuer_name, issuer_name_n};
    }
    const bool has_default_names = !s->is_ca && s->names == NULL && !s->no_names;
    const bool has_default_purpose = !s->is_ca && s->purposes == NULL && s->n_purposes == 0;
    const hs__cert_template t = {
        .serial = s->serial.p != NULL ? s->serial : (hs_span){one, 1},
        .issuer = issuer_dn,
        .subject = {m->name, m->name_n},
        .not_before = s->from != 0 ? s->from : FROM,
        .not_after = s->to != 0 ? s->to : TO,
        .public_key = &m->numbers,
        .is_ca = s->is_ca && !s->no_basic_constraints,
        .is_leaf = !s->is_ca && !s->no_basic_constraints,
        .path_len = s->path_len - 1,
        .key_usage = key_usage_of(s),
        .purposes = has_default_purpose ? &server : s->purposes,
        .n_purposes = has_default_purpose   ? 1
                      : s->purposes != NULL ? s->n_purposes
                                            : 0,
        .names = has_default_names ? &a_test : s->names,
        .n_names = has_default_names ? 1 : s->n_names,
        .permitted = s->permitted,
        .excluded = s->excluded,
        .n_permitted = s->n_permitted,
        .n_excluded = s->n_excluded,
        .authority_key_id = {s->no_authority_key_id ? NULL : issuer->key_id,
                             s->no_authority_key_id ? 0 : HS__KEY_ID},
    };
    m->n = sizeof(m->der);
    assert_ok(hs__certificate_issue(p, &t, issuer->key, hs__sig_alg_for(issuer->numbers.type),
                                    m->der, &m->n));
    return m;
}

void made_free(made *m) {
    if (m != NULL && m->key != NULL) {
        provider()->key_free(provider(), m->key);
    }
    free(m);
}

hs_span made_der(const made *m) {
    return (hs_span){m->der, m->n};
}

void made_patch(made *m, const made *issuer, hs_span old, hs_span new) {
    hs_provider *p = provider();
    const hs__cert c = cert_of(made_der(m));
    uint8_t tbs[4096];
    uint8_t signature[HS__SIGNATURE_MAX];
    size_t signature_n = sizeof(signature);
    assert_int_equal(old.n, new.n);
    memcpy(tbs, c.tbs.p, c.tbs.n);
    uint8_t *at = memmem(tbs, c.tbs.n, old.p, old.n);
    assert_non_null(at);
    memcpy(at, new.p, new.n);
    const hs__sig_alg alg = hs__sig_alg_for(issuer->numbers.type);
    assert_ok(p->key_sign(p, issuer->key, alg, (hs_span){tbs, c.tbs.n}, signature, &signature_n));
    hs__der_out o = {.start = m->der, .p = m->der + sizeof(m->der)};
    const uint8_t *end = o.p;
    hs__der_put(&o, signature, signature_n);
    hs__der_put(&o, "", 1);
    hs__der_wrap(&o, HS__DER_BIT_STRING, end);
    hs__sigalg_write(&o, alg);
    hs__der_put(&o, tbs, c.tbs.n);
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    m->n = (size_t)(end - o.p);
    memmove(m->der, o.p, m->n);
}
