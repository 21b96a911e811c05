/* Messages by openssl cms, whole and damaged; how openssl opens ours, tests/interop/test_cms.py
 * shows. */
#include "cms/open.h"

#include "cms/show.h"

#include "pki/pem.h"
#include "tests/unit/cms/cms_test.h"
#include "tests/unit/cms/openssl_messages.h"

static const char content[] = "meet me at noon";
static hs_credential *rsa;
static hs_credential *ec;

static int meet(void **state) {
    const hs_span none = {NULL, 0};
    (void)state;
    assert_ok(
        hs_credential_new(provider(), text(openssl_rsa_cert), text(openssl_rsa_key), none, &rsa));
    assert_ok(
        hs_credential_new(provider(), text(openssl_ec_cert), text(openssl_ec_key), none, &ec));
    return 0;
}

static int part(void **state) {
    (void)state;
    hs_credential_unref(rsa);
    hs_credential_unref(ec);
    return 0;
}

static heap der_heap(const char *pem) {
    heap h = {NULL, 0, 0, 0, 0};
    hs_span rest = text(pem);
    hs__pem_block block;
    size_t n;
    uint8_t *der = malloc(rest.n);
    assert_non_null(der);
    assert_ok(hs__pem_next(&rest, &block));
    assert_ok(hs__pem_decode(&block, der, &n));
    assert_ok(heap_put(&h, (hs_span){der, n}));
    free(der);
    return h;
}

static hs_status open_with(heap *message, hs_credential *who, bool allow_pkcs1, heap *got) {
    const person p = {.credential = who};
    return unseal(message, &p, allow_pkcs1, got, NULL);
}

static void messages_of_openssl_are_opened(void **state) {
    (void)state;
    static const struct {
        const char *pem;
        bool is_for_rsa;
        hs_status status;
    } cases[] = {{openssl_oaep, true, HS_OK},
                 {openssl_ecdh, false, HS_OK},
                 {openssl_pkcs1, true, HS_OK},
                 {openssl_cbc, true, HS_OK},
                 {openssl_unsigned, false, HS_E_CMS_UNSIGNED}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        heap got = {NULL, 0, 0, 0, 0};
        heap m = {NULL, 0, 0, 0, 0};
        assert_ok(heap_put(&m, text(cases[i].pem)));
        assert_int_equal(open_with(&m, cases[i].is_for_rsa ? rsa : ec, true, &got),
                         cases[i].status);
        assert_int_equal(got.n, strlen(content));
        assert_memory_equal(got.p, content, got.n);
        assert_int_equal(open_with(&m, cases[i].is_for_rsa ? ec : rsa, true, &got),
                         HS_E_CMS_NOT_FOR_ME);
        heap_free(&got);
        heap_free(&m);
    }
}

static void pkcs1_is_opened_on_request_only(void **state) {
    (void)state;
    heap got = {NULL, 0, 0, 0, 0};
    heap m = der_heap(openssl_pkcs1);
    assert_status(open_with(&m, rsa, false, &got), HS_E_CMS_PKCS1);
    assert_int_equal(got.n, 0);
    heap_free(&got);
    heap_free(&m);
}

/* Where the wrapped key of the only recipient stands: the first OCTET STRING of 256 bytes. */
static size_t wrapped_at(const heap *m) {
    static const uint8_t header[] = {0x04, 0x82, 0x01, 0x00};
    for (size_t i = 0; i + sizeof(header) < m->n; i++) {
        if (memcmp(m->p + i, header, sizeof(header)) == 0) {
            return i + sizeof(header);
        }
    }
    fail_msg("no wrapped key");
    return 0;
}

/* RFC 3218: a wrapped key with bad padding fails as a bad tag does, and at the same step; else the
 * attacker learns from the difference. */
static void a_bad_key_of_pkcs1_looks_like_a_bad_tag(void **state) {
    (void)state;
    heap got = {NULL, 0, 0, 0, 0};
    heap m = der_heap(openssl_pkcs1);
    const size_t at = wrapped_at(&m);
    for (size_t i = 0; i < 256; i += 15) {
        m.p[at + i] ^= 1;
        assert_status(open_with(&m, rsa, true, &got), HS_E_CMS_DECRYPT);
        m.p[at + i] ^= 1;
    }
    m.p[m.n - 1] ^= 1; /* the tag */
    assert_status(open_with(&m, rsa, true, &got), HS_E_CMS_DECRYPT);
    heap_free(&got);
    heap_free(&m);
}

static void a_bad_key_of_oaep_does_not_unwrap(void **state) {
    (void)state;
    heap got = {NULL, 0, 0, 0, 0};
    heap m = der_heap(openssl_oaep);
    m.p[wrapped_at(&m) + 100] ^= 1;
    assert_status(open_with(&m, rsa, true, &got), HS_E_CMS_KEY);
    heap_free(&got);
    heap_free(&m);
}

/* AES-CBC has no tag: what was signed is protected, by the signature, and never more comes out. */
static void no_bit_of_cbc_can_be_flipped_behind_the_key(void **state) {
    (void)state;
    heap got = {NULL, 0, 0, 0, 0};
    heap m = der_heap(openssl_cbc);
    for (size_t i = wrapped_at(&m) + 256; i < m.n; i++) {
        m.p[i] ^= 0x04;
        const hs_status st = open_with(&m, rsa, true, &got);
        if (st == HS_OK && (got.n != strlen(content) || memcmp(got.p, content, got.n) != 0)) {
            fail_msg("byte %zu gives other content", i);
        }
        m.p[i] ^= 0x04;
    }
    m.p[m.n - HS__AES_BLOCK - 1] ^= 0x80; /* the padding says more than a block */
    assert_status(open_with(&m, rsa, true, &got), HS_E_CMS_DECRYPT);
    heap_free(&got);
    heap_free(&m);
}

/* The place of these bytes in the message, behind `from`. */
static size_t find(const heap *m, size_t from, const char *hex) {
    const bytes b = unhex(hex);
    for (size_t i = from; i + b.n <= m->n; i++) {
        if (memcmp(m->p + i, b.p, b.n) == 0) {
            return i;
        }
    }
    fail_msg("%s is not there", hex);
    return 0;
}

/* Whoever can decrypt can also change what was signed, and encrypt it again: only the signature is
 * left then. Here it is looked at alone. */
static void each_part_of_a_signature_counts(void **state) {
    (void)state;
    heap got = {NULL, 0, 0, 0, 0};
    heap m = der_heap(openssl_signed_sha256);
    static const char data[] = "06 09 2a864886f70d010701";
    const size_t type = find(&m, 0, data) + 10;
    const size_t bytes_at = find(&m, type, "6d656574"); /* "meet" */
    const size_t attributes = find(&m, bytes_at, "06 09 2a864886f70d010903");
    const struct {
        size_t at;
        hs_status status;
    } cases[] = {
        {bytes_at, HS_E_CMS_DIGEST},
        {find(&m, attributes, "06 09 2a864886f70d010904") + 15, HS_E_CMS_DIGEST},
        {find(&m, attributes, "06 09 2a864886f70d010905") + 18, HS_E_BAD_SIGNATURE}, /* time */
        {type, HS_E_CMS_ATTRIBUTES},
        {find(&m, attributes, data) + 10, HS_E_CMS_ATTRIBUTES},
        {m.n - 1, HS_E_BAD_SIGNATURE},
        {m.n - 256, HS_E_BAD_SIGNATURE},
    };
    assert_ok(open_with(&m, rsa, false, &got));
    assert_memory_equal(got.p, content, strlen(content));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        m.p[cases[i].at] ^= 1;
        const hs_status st = open_with(&m, rsa, false, &got);
        if (st != cases[i].status) {
            fail_msg("case %zu: %s", i, hs_status_name(st));
        }
        m.p[cases[i].at] ^= 1;
    }
    heap_free(&got);
    heap_free(&m);
}

static void no_bit_of_what_is_signed_can_be_flipped(void **state) {
    (void)state;
    heap got = {NULL, 0, 0, 0, 0};
    heap m = der_heap(openssl_signed_sha256);
    const size_t attributes = find(&m, 0, "06 09 2a864886f70d010903") - 4;
    const size_t signature = m.n - 256;
    for (size_t i = attributes; i < m.n; i++) {
        const bool is_algorithm = i < signature && i >= signature - 19;
        m.p[i] ^= 0x02;
        const hs_status st = open_with(&m, rsa, false, &got);
        assert_true(st != HS_OK || is_algorithm);
        m.p[i] ^= 0x02;
    }
    heap_free(&got);
    heap_free(&m);
}

static void sha1_is_refused(void **state) {
    (void)state;
    heap got = {NULL, 0, 0, 0, 0};
    heap m = der_heap(openssl_signed_sha1);
    assert_status(open_with(&m, rsa, false, &got), HS_E_WEAK_SIGNATURE);
    heap_free(&got);
    heap_free(&m);
}

/* The signer's certificate may be left out of the message, by those who have it. */
static void certificates_may_come_from_elsewhere(void **state) {
    (void)state;
    for (unsigned has_it = 0; has_it < 2; has_it++) {
        heap got = {NULL, 0, 0, 0, 0};
        heap m = der_heap(openssl_signed_bare);
        size_t n;
        const hs_span more[] = {hs_credential_chain(rsa, &n)[0],
                                hs_credential_chain(has_it ? ec : rsa, &n)[0]};
        hs__cms_open *o;
        const hs__cms_open_options options = {.provider = provider(),
                                              .in = {heap_get, &m},
                                              .certificates = more,
                                              .n_certificates = 2};
        assert_ok(hs__cms_open_new(&options, &o));
        assert_ok(hs__cms_open_envelope(o));
        assert_ok(hs__cms_open_key(o));
        assert_ok(hs__cms_open_content(o, (hs__cms_sink){heap_put, &got}));
        assert_int_equal(hs__cms_open_signature(o), has_it ? HS_OK : HS_E_CMS_NO_SIGNER);
        assert_int_equal(hs__cms_open_info(o)->n_chain, has_it);
        hs__cms_open_free(o);
        heap_free(&got);
        heap_free(&m);
    }
}

static void on_leaf(void *ctx, const hs__cms_leaf *leaf) {
    uint64_t *next = ctx;
    assert_int_equal(leaf->off, *next);
    *next += leaf->n;
}

static void what_is_signed_only_is_shown_whole(void **state) {
    (void)state;
    uint64_t next = 0;
    heap m = der_heap(openssl_signed_sha256);
    hs__cms_info info;
    const hs__cms_show_options o = {{heap_get, &m}, on_leaf, NULL, &next};
    assert_ok(hs__cms_show(provider(), &o, &info, NULL, NULL));
    assert_int_equal(next, m.n);
    assert_int_equal(info.kind, HS__CMS_SIGNED);
    assert_int_equal(info.n_certificates, 1);
    heap_free(&m);
}

static void cut_anywhere_it_is_refused(void **state) {
    (void)state;
    static const char *const all[] = {openssl_oaep, openssl_ecdh, openssl_cbc};
    for (size_t i = 0; i < 3; i++) {
        heap got = {NULL, 0, 0, 0, 0};
        heap m = der_heap(all[i]);
        const size_t whole = m.n;
        /* The private operation on each cut would take its time; all lie behind the header. */
        for (m.n = 0; m.n < whole; m.n += m.n < 40 || m.n > whole - 40 ? 1 : 13) {
            assert_status(open_with(&m, i == 1 ? ec : rsa, true, &got), HS_E_CMS_TRUNCATED);
        }
        heap_free(&got);
        heap_free(&m);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_openssl_are_opened),
        cmocka_unit_test(pkcs1_is_opened_on_request_only),
        cmocka_unit_test(a_bad_key_of_pkcs1_looks_like_a_bad_tag),
        cmocka_unit_test(a_bad_key_of_oaep_does_not_unwrap),
        cmocka_unit_test(no_bit_of_cbc_can_be_flipped_behind_the_key),
        cmocka_unit_test(each_part_of_a_signature_counts),
        cmocka_unit_test(no_bit_of_what_is_signed_can_be_flipped),
        cmocka_unit_test(sha1_is_refused),
        cmocka_unit_test(certificates_may_come_from_elsewhere),
        cmocka_unit_test(what_is_signed_only_is_shown_whole),
        cmocka_unit_test(cut_anywhere_it_is_refused),
    };
    return cmocka_run_group_tests(tests, meet, part);
}
