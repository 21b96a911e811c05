#include "pki/csr.h"

#include "tests/unit/pki/openssl_requests.h"
#include "tests/unit/pki/pki_test.h"

static hs__csr csr_of(hs_span der) {
    hs__rd_root root;
    hs__csr csr;
    const hs_status st = hs__csr_read(der, NULL, &csr, &root);
    if (st) {
        fail_msg("%s %s", root.where, root.problem);
    }
    return csr;
}

static void a_request_of_openssl_is_read(void **state) {
    (void)state;
    const hs__csr csr = csr_of(der_of(request_rich));
    char subject[HS__NAME_TEXT];
    char names[100];
    hs__name_text(csr.subject, subject, sizeof(subject));
    assert_string_equal(subject, "O=X,CN=a.test");
    assert_int_equal(csr.key.numbers.type, HS__KEY_P256);
    hs__cert_names_text(&csr.wanted, names, sizeof(names));
    assert_string_equal(names, "DNS:a.test, IP:127.0.0.1");
    assert_int_equal(csr.wanted.key_usage, HS__KU_DIGITAL_SIGNATURE);
    assert_true(csr.wanted.is_ca);
}

static void attributes_are_walked_over(void **state) {
    (void)state;
    const hs__csr csr = csr_of(der_of(request_rich));
    hs_span rest = csr.attributes;
    hs_span oid;
    static const hs__oid expected[] = {HS__OID_UNSTRUCTURED_NAME, HS__OID_CHALLENGE_PASSWORD,
                                       HS__OID_EXTENSION_REQUEST};
    for (size_t i = 0; i < 3; i++) {
        assert_true(hs__csr_attribute_next(&rest, &oid));
        assert_int_equal(hs__oid_find(oid), expected[i]);
    }
    assert_false(hs__csr_attribute_next(&rest, &oid));
}

static void a_request_for_nothing_is_one(void **state) {
    (void)state;
    const hs__csr csr = csr_of(der_of(request_bare));
    assert_int_equal(csr.attributes.n, 0);
    assert_int_equal(csr.wanted.extensions.n, 0);
    assert_ok(hs__csr_verify(provider(), &csr));
}

static void the_signature_is_by_the_key_in_it(void **state) {
    (void)state;
    const hs_span der = der_of(request_rich);
    hs__csr csr = csr_of(der);
    assert_ok(hs__csr_verify(provider(), &csr));
    uint8_t changed[1024];
    assert_true(der.n < sizeof(changed));
    /* Each bit of what is signed counts; what does not parse any more is refused before. */
    for (size_t i = 0; i < csr.info.n; i++) {
        const size_t at = (size_t)(csr.info.p - der.p) + i;
        hs__csr other;
        hs__rd_root root;
        memcpy(changed, der.p, der.n);
        changed[at] ^= 1;
        if (hs__csr_read((hs_span){changed, der.n}, NULL, &other, &root) == HS_OK) {
            assert_true(hs__csr_verify(provider(), &other) != HS_OK);
        }
    }
}

static void every_cut_and_every_extra_byte_is_refused(void **state) {
    (void)state;
    const hs_span der = der_of(request_rich);
    hs__csr csr;
    hs__rd_root root;
    uint8_t longer[1024] = {0};
    for (size_t n = 0; n < der.n; n++) {
        assert_status(hs__csr_read((hs_span){der.p, n}, NULL, &csr, &root), HS_E_DECODE);
    }
    memcpy(longer, der.p, der.n);
    assert_status(hs__csr_read((hs_span){longer, der.n + 1}, NULL, &csr, &root), HS_E_DECODE);
}

static void sink_field(void *ctx, const hs__field *f) {
    size_t *next = ctx;
    assert_int_equal(f->off, *next);
    *next += f->bytes.n;
}

static void fields_cover_each_byte(void **state) {
    (void)state;
    const hs_span der = der_of(request_rich);
    hs__csr csr;
    hs__rd_root root;
    size_t next = 0;
    const hs__field_sink sink = {.field = sink_field, .ctx = &next};
    assert_ok(hs__csr_read(der, &sink, &csr, &root));
    assert_int_equal(next, der.n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_of_openssl_is_read),
        cmocka_unit_test(attributes_are_walked_over),
        cmocka_unit_test(a_request_for_nothing_is_one),
        cmocka_unit_test(the_signature_is_by_the_key_in_it),
        cmocka_unit_test(every_cut_and_every_extra_byte_is_refused),
        cmocka_unit_test(fields_cover_each_byte),
    };
    return RUN(tests);
}
