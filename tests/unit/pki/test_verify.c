#include "handshake/pki.h"

#include <stdio.h>

#include "pki/certificate.h"
#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

static hs_trust *trust_in(hs_span anchor, const char *source) {
    hs_trust *t;
    assert_ok(hs_trust_new(provider(), &t));
    assert_ok(hs_trust_add(t, anchor, source, 0, NULL, NULL));
    return t;
}

static hs_verify_options options(const hs_span *chain, size_t n) {
    return (hs_verify_options){.size = sizeof(hs_verify_options),
                               .chain = chain,
                               .n_chain = n,
                               .name = "a.test",
                               .now = 1900000000};
}

static void a_good_chain_is_described_where_asked(void **state) {
    (void)state;
    hs_trust *t = trust_in(text(openssl_root), "--cacert root.pem");
    const hs_span chain[] = {der_of(openssl_good)};
    hs_verify_options o = options(chain, 1);
    hs_report *r;
    o.details = true;
    assert_ok(hs_verify(provider(), t, &o, &r));
    assert_string_equal(r->summary, "trusted, by way of CN=Root by OpenSSL,O=Elsewhere of "
                                    "--cacert root.pem");
    assert_string_equal(r->anchor_source, "--cacert root.pem");
    assert_int_equal(r->anchors, 1);
    assert_int_equal(r->paths_tried, 1);
    assert_int_equal(r->n_failed, 0);
    assert_int_equal(r->n_path, 2);
    assert_string_equal(r->path[0].subject, "CN=a.test");
    assert_string_equal(r->path[0].issuer, "CN=Root by OpenSSL,O=Elsewhere");
    assert_string_equal(r->path[0].names, "DNS:a.test");
    assert_string_equal(r->path[0].key, "ECDSA P-256");
    assert_string_equal(r->path[0].serial, "07");
    assert_int_equal(strlen(r->path[0].sha256), 64);
    assert_ptr_equal(r->path[0].der.p, chain[0].p);
    const hs__cert c = cert_of(chain[0]);
    assert_true(r->path[0].not_before == c.not_before && r->path[0].not_after == c.not_after);
    for (size_t i = 0; i < r->n_rows; i++) {
        assert_true(r->rows[i].ok);
        assert_true(r->rows[i].expected[0] != '\0' && r->rows[i].got[0] != '\0');
        assert_string_equal(r->rows[i].fix, "");
    }
    hs_report_free(r);
    hs_trust_unref(t);
}

static void texts_of_a_good_chain_cost_nothing_where_not_asked(void **state) {
    (void)state;
    hs_trust *t = trust_in(text(openssl_root), "root");
    const hs_span chain[] = {der_of(openssl_good)};
    const hs_verify_options o = options(chain, 1);
    hs_report *r;
    assert_ok(hs_verify(provider(), t, &o, &r));
    assert_string_equal(r->summary, "trusted");
    assert_true(r->n_rows > 15);
    for (size_t i = 0; i < r->n_rows; i++) {
        assert_true(r->rows[i].check[0] != '\0' && r->rows[i].rule != NULL);
    }
    assert_string_equal(r->path[0].subject, "");
    hs_report_free(r);
    hs_trust_unref(t);
    hs_report_free(NULL);
}

static void an_unreadable_leaf_says_where_it_breaks(void **state) {
    (void)state;
    hs_span good = der_of(openssl_good);
    const hs_span chain[] = {{good.p, good.n - 1}};
    const hs_verify_options o = options(chain, 1);
    hs_report *r;
    assert_status(hs_verify(provider(), NULL, &o, &r), HS_E_CERT_FORMAT);
    assert_int_equal(r->n_rows, 1);
    assert_string_equal(r->rows[0].check, "format");
    assert_string_equal(r->rows[0].got, "Certificate is longer than what is left");
    assert_string_equal(r->summary, "certificate does not follow its format: Certificate is "
                                    "longer than what is left");
    assert_int_equal(r->n_path, 0);
    hs_report_free(r);
}

static void what_cannot_be_read_in_the_pool_is_left_out(void **state) {
    (void)state;
    hs_trust *t = trust_in(text(openssl_root), "root");
    const hs_span chain[] = {der_of(openssl_good), text("junk"), {NULL, 0}};
    hs_verify_options o = options(chain, 3);
    hs_report *r;
    o.details = true;
    assert_ok(hs_verify(provider(), t, &o, &r));
    const hs_report_row *last = &r->rows[r->n_rows - 1];
    assert_string_equal(last->check, "pool");
    assert_true(last->ok);
    assert_string_equal(last->got, "2 of those sent cannot and were left out");
    hs_report_free(r);
    hs_trust_unref(t);
}

static void a_way_through_certificates_without_names_can_be_told(void **state) {
    (void)state;
    made *nameless = make(&(spec){.subject = "", .issuer_name = "CN=nobody"});
    const hs_span chain[] = {made_der(nameless)};
    hs_verify_options o = options(chain, 1);
    hs_report *r;
    o.now = NOW;
    assert_status(hs_verify(provider(), NULL, &o, &r), HS_E_UNKNOWN_ISSUER);
    assert_int_equal(r->n_dead_ends, 1);
    assert_string_equal(r->dead_ends[0].path, "(empty name)");
    assert_string_equal(r->dead_ends[0].why,
                        "nobody is there with the name of its issuer, CN=nobody");
    hs_report_free(r);
    made_free(nameless);
}

static void many_certificates_are_no_harm(void **state) {
    (void)state;
    static hs_span chain[1000];
    hs_trust *t = trust_in(text(openssl_root), "root");
    chain[0] = der_of(openssl_good);
    for (size_t i = 1; i < 1000; i++) {
        chain[i] = chain[0];
    }
    const hs_verify_options o = options(chain, 1000);
    hs_report *r;
    assert_ok(hs_verify(provider(), t, &o, &r));
    hs_report_free(r);
    hs_trust_unref(t);
}

static void wrong_calls_are_refused(void **state) {
    (void)state;
    const hs_span chain[] = {der_of(openssl_good)};
    hs_verify_options o = options(chain, 0);
    hs_report *r;
    assert_status(hs_verify(provider(), NULL, &o, &r), HS_E_MISUSE);
    assert_null(r);
    o = options(NULL, 1);
    assert_status(hs_verify(provider(), NULL, &o, &r), HS_E_MISUSE);
    o = options(chain, 1);
    o.size = 8;
    assert_status(hs_verify(provider(), NULL, &o, &r), HS_E_MISUSE);
    o = options(chain, 1);
    o.purpose = (hs_purpose)(HS_PURPOSE_KEY_TRANSPORT + 1);
    assert_status(hs_verify(provider(), NULL, &o, &r), HS_E_MISUSE);
    o = options(chain, 1);
    o.n_policies = 1;
    assert_status(hs_verify(provider(), NULL, &o, &r), HS_E_MISUSE);
    assert_status(hs_verify(NULL, NULL, &o, &r), HS_E_MISUSE);
    assert_status(hs_verify(provider(), NULL, NULL, &r), HS_E_MISUSE);
}

/* Decision S6: no text of a report carries bytes of a peer that a terminal would obey. */
static void foreign_bytes_never_come_through(void **state) {
    (void)state;
    const hs__general_name names[] = {dns("\x1b]0;x\x07.test"), dns("</script>\n0.1 ok trust")};
    made *root = make(&(spec){.is_ca = true, .subject = "CN=\\1B]0\\;x\\07\\0A0.1 ok trust"});
    made *leaf = make(&(spec){.issuer = root,
                              .subject = "CN=\\1B]0\\;x\\07\\</script\\>\\0A0.1 ok trust",
                              .names = names,
                              .n_names = 2,
                              .to = NOW - 1});
    for (int known = 0; known < 2; known++) {
        hs_trust *t = known ? trust_in(made_der(root), "root") : NULL;
        const hs_span chain[] = {made_der(leaf)};
        const hs_verify_options o = options(chain, 1);
        hs_report *r;
        assert_int_not_equal(hs_verify(provider(), t, &o, &r), HS_OK);
        for (size_t i = 0; i < r->n_rows; i++) {
            const hs_report_row *row = &r->rows[i];
            const char *const texts[] = {row->subject, row->expected, row->got, row->fix};
            for (size_t k = 0; k < 4; k++) {
                assert_null(strpbrk(texts[k], "\x1b\x07\n\r"));
            }
        }
        assert_null(strpbrk(r->summary, "\x1b\x07\n\r"));
        assert_null(strpbrk(r->path[0].names, "\x1b\x07\n\r"));
        assert_string_equal(r->path[0].subject,
                            "CN=\\x1b]0\\;x\\x07\\</script\\>\\x0a0.1 ok trust");
        hs_report_free(r);
        hs_trust_unref(t);
    }
    made_free(leaf);
    made_free(root);
}

/* A changed byte anywhere in a leaf is never trusted. */
static void no_changed_byte_is_trusted(void **state) {
    (void)state;
    hs_trust *t = trust_in(text(openssl_root), "root");
    const hs_span good = der_of(openssl_good);
    uint8_t *copy = malloc(good.n);
    for (size_t i = 0; i < good.n; i++) {
        const hs_span chain[] = {{copy, good.n}};
        const hs_verify_options o = options(chain, 1);
        hs_report *r;
        memcpy(copy, good.p, good.n);
        copy[i] ^= (uint8_t)(1u << i % 8);
        if (hs_verify(provider(), t, &o, &r) == HS_OK) {
            fail_msg("trusted with byte %zu changed", i);
        }
        assert_true(r->n_failed > 0 && r->summary[0] != '\0');
        hs_report_free(r);
    }
    free(copy);
    hs_trust_unref(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_chain_is_described_where_asked),
        cmocka_unit_test(texts_of_a_good_chain_cost_nothing_where_not_asked),
        cmocka_unit_test(an_unreadable_leaf_says_where_it_breaks),
        cmocka_unit_test(what_cannot_be_read_in_the_pool_is_left_out),
        cmocka_unit_test(a_way_through_certificates_without_names_can_be_told),
        cmocka_unit_test(many_certificates_are_no_harm),
        cmocka_unit_test(wrong_calls_are_refused),
        cmocka_unit_test(foreign_bytes_never_come_through),
        cmocka_unit_test(no_changed_byte_is_trusted),
    };
    return RUN(tests);
}
