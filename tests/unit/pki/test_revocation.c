/* Revocation as hs_verify sees it, with lists and responses made by OpenSSL. */
#include "handshake/pki.h"

#include <stdio.h>

#include "pki/ocsp.h"
#include "tests/unit/pki/openssl_revocation.h"
#include "tests/unit/pki/pki_test.h"

#define SPAN(array) ((hs_span){(array), sizeof(array)})

enum { DAY = 86400 };

/* What is asked; `root`, `leaf` and NOW of the file where nothing else is said. */
typedef struct {
    const char *root, *leaf, *mid;
    const char *lists[3];
    hs_span staple, nonce;
    bool asked;
    hs_revocation mode;
    int64_t later; /* seconds after all was made */
} question;

static hs_trust *store(const question *q) {
    hs_trust *t;
    assert_ok(hs_trust_new(provider(), &t));
    assert_ok(hs_trust_add(t, text(q->root != NULL ? q->root : rev_root), "test", 0, NULL, NULL));
    for (size_t i = 0; i < 3 && q->lists[i] != NULL; i++) {
        assert_ok(hs_trust_add_crl(t, text(q->lists[i]), NULL, NULL));
    }
    return t;
}

static const hs_report_row *row_of(const hs_report *r, const char *check, int depth) {
    for (size_t i = 0; i < r->n_rows; i++) {
        if (strcmp(r->rows[i].check, check) == 0 && r->rows[i].depth == depth) {
            return &r->rows[i];
        }
    }
    return NULL;
}

/* The verdict; `words` stand in the text of the row at `depth` (NULL: there is no such row). */
static void expect(question q, int depth, hs_status verdict, const char *words) {
    hs_trust *t = store(&q);
    const hs_span chain[] = {der_of(q.leaf != NULL ? q.leaf : rev_good),
                             q.mid != NULL ? der_of(q.mid) : text("none")};
    const hs_verify_options o = {.size = sizeof(o),
                                 .chain = chain,
                                 .n_chain = 2,
                                 .name = "a.test",
                                 .now = REVOCATION_NOW + 60 + q.later,
                                 .details = true,
                                 .revocation = q.mode,
                                 .staple = q.staple,
                                 .ocsp_nonce = q.nonce,
                                 .asked_for_staple = q.asked};
    hs_report *r;
    const hs_status st = hs_verify(provider(), t, &o, &r);
    const hs_report_row *row = row_of(r, "revocation", depth);
    assert_string_equal(hs_status_name(st), hs_status_name(verdict));
    assert_int_equal(row != NULL, words != NULL);
    if (row != NULL && strstr(row->got, words) == NULL) {
        fail_msg("'%s' is not in '%s'", words, row->got);
    }
    hs_report_free(r);
    hs_trust_unref(t);
}

/* ---- modes ------------------------------------------------------------------------------- */

static void what_is_not_known_is_the_modes_business(void **state) {
    (void)state;
    expect((question){.mode = HS_REVOCATION_SOFT}, 0, HS_OK, NULL);
    expect((question){.mode = HS_REVOCATION_OFF}, 0, HS_OK, NULL);
    expect((question){.mode = HS_REVOCATION_LEAF}, 0, HS_E_REVOCATION_UNKNOWN, "nothing says so");
    expect((question){.mode = HS_REVOCATION_CHAIN}, 0, HS_E_REVOCATION_UNKNOWN, "nothing says so");
}

static void revoked_is_revoked_in_every_mode_but_off(void **state) {
    (void)state;
    question q = {.leaf = rev_revoked, .lists = {crl_plain}};
    const char *words = "revoked on 2026-01-01 (keyCompromise)";
    for (q.mode = HS_REVOCATION_SOFT; q.mode < HS_REVOCATION_OFF; q.mode++) {
        expect(q, 0, HS_E_CERT_REVOKED, words);
    }
    expect(q, 0, HS_OK, NULL);
}

static void the_mode_for_the_chain_asks_about_cas_too(void **state) {
    (void)state;
    question q = {.leaf = rev_low, .mid = rev_mid, .lists = {crl_plain}};
    q.mode = HS_REVOCATION_SOFT;
    expect(q, 1, HS_OK, "the revocation list says so");
    q.mode = HS_REVOCATION_CHAIN; /* the leaf's own issuer gives no list */
    expect(q, 0, HS_E_REVOCATION_UNKNOWN, "nothing");
    /* Serial 7 of another issuer is on nobody's list here. */
    q.lists[0] = NULL;
    q.mode = HS_REVOCATION_CHAIN;
    expect(q, 1, HS_E_REVOCATION_UNKNOWN, "nothing");
}

/* ---- lists (RFC 5280 6.3.3) -------------------------------------------------------------- */

static void a_list_that_cannot_be_relied_on_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *list, *words;
    } cases[] = {
        {crl_expired, "out of date"},         {crl_future, "from the future"},
        {crl_unknown, "critical extension"},  {crl_delta, "only changes"},
        {crl_indirect, "covers only a part"}, {crl_reasons, "covers only a part"},
        {crl_unnumbered, "has no cRLNumber"}, {crl_forged, "not signed with the issuer's key"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const question q = {.lists = {cases[i].list}};
        expect(q, 0, HS_E_CRL, cases[i].words);
    }
}

static void a_list_is_good_until_its_next_update(void **state) {
    (void)state;
    expect((question){.lists = {crl_plain}, .later = 29 * DAY}, 0, HS_OK, "says so");
    expect((question){.lists = {crl_plain}, .later = 30 * DAY}, 0, HS_E_CRL, "out of date");
    /* Beside a stale one a fresh one counts, in any order. */
    expect((question){.lists = {crl_expired, crl_plain}}, 0, HS_OK, "says so");
    expect((question){.lists = {crl_plain, crl_expired}}, 0, HS_OK, "says so");
}

static void a_list_of_version_1_has_no_number(void **state) {
    (void)state;
    expect((question){.lists = {crl_version1}}, 0, HS_OK, "says so");
}

/* RFC 5280 6.3.3 (b) (2), (3): what a list is not about, it says nothing about. */
static void a_list_covers_what_it_says(void **state) {
    (void)state;
    static const struct {
        const char *leaf, *list;
        bool covers;
    } cases[] = {
        {rev_good, crl_users, true},   {rev_good, crl_cas, false},
        {rev_good, crl_place, true},   {rev_good, crl_elsewhere, false},
        {rev_revoked, crl_cas, false}, {rev_revoked, crl_place, false},
        {rev_good, crl_other, false}, /* a namesake's: its key identifier is another */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const question q = {
            .leaf = cases[i].leaf, .lists = {cases[i].list}, .mode = HS_REVOCATION_LEAF};
        expect(q, 0, cases[i].covers ? HS_OK : HS_E_REVOCATION_UNKNOWN,
               cases[i].covers ? "says so" : "nothing");
    }
}

/* RFC 5280 6.3.3 (f) */
static void an_issuer_without_the_right_to_sign_lists_gives_none(void **state) {
    (void)state;
    const question q = {.root = rev_silent, .leaf = rev_quiet, .lists = {crl_other}};
    expect(q, 0, HS_E_CRL, "keyUsage without cRLSign");
}

/* ---- OCSP (RFC 6960 3.2) ----------------------------------------------------------------- */

static void a_staple_says_good_or_revoked(void **state) {
    (void)state;
    question q = {.staple = SPAN(ocsp_good), .mode = HS_REVOCATION_LEAF};
    expect(q, 0, HS_OK, "the OCSP response says so");
    q.staple = SPAN(ocsp_by_key);
    expect(q, 0, HS_OK, "the OCSP response says so");
    q.staple = SPAN(ocsp_sha256);
    expect(q, 0, HS_OK, "the OCSP response says so");
    q = (question){.leaf = rev_revoked, .staple = SPAN(ocsp_revoked)};
    expect(q, 0, HS_E_CERT_REVOKED, "revoked on 2026-01-01 (keyCompromise), says the OCSP");
    q.mode = HS_REVOCATION_OFF;
    expect(q, 0, HS_OK, NULL);
}

static void a_staple_that_cannot_be_relied_on_is_refused(void **state) {
    (void)state;
    static const uint8_t junk[] = {0x30, 0x03, 0x0a, 0x01, 0x00};
    static uint8_t forged[sizeof(ocsp_good)];
    const struct {
        const char *leaf;
        hs_span staple;
        int64_t later;
        const char *words;
    } cases[] = {
        {rev_revoked, SPAN(ocsp_good), 0, "not about this certificate"},
        {rev_responder, SPAN(ocsp_unknown), 0, "does not know this certificate"},
        {rev_good, SPAN(ocsp_good), 8 * DAY, "out of date"},
        {rev_good, SPAN(ocsp_good), -DAY, "from the future"},
        {rev_good, SPAN(ocsp_endless), 0, "until when it holds"},
        {rev_good, SPAN(ocsp_try_later), 0, "try later"},
        {rev_good, SPAN(junk), 0, "format"},
        {rev_good, SPAN(forged), 0, "does not verify"},
    };
    memcpy(forged, ocsp_good, sizeof(forged));
    /* The last byte of the signature; the certificate that OpenSSL adds follows it. */
    uint8_t *at = memmem(forged, sizeof(forged), "\xa0\x82\x01", 3);
    assert_non_null(at);
    at[-1] ^= 1;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const question q = {
            .leaf = cases[i].leaf, .staple = cases[i].staple, .later = cases[i].later};
        if (cases[i].leaf != rev_responder) { /* which is no server's */
            expect(q, 0, HS_E_OCSP, cases[i].words);
        }
    }
    /* The same serial number and issuer's name, but the issuer has another key. */
    expect((question){.root = rev_silent, .leaf = rev_quiet, .staple = SPAN(ocsp_good)}, 0,
           HS_E_OCSP, "not about this certificate");
    /* A bad staple is bad whatever a list says. */
    expect((question){.staple = SPAN(ocsp_endless), .lists = {crl_plain}}, 0, HS_E_OCSP, "until");
}

/* RFC 6960 4.2.2.2 */
static void a_responder_needs_the_issuers_word(void **state) {
    (void)state;
    expect((question){.staple = SPAN(ocsp_delegated)}, 0, HS_OK, "says so");
    expect((question){.staple = SPAN(ocsp_bare)}, 0, HS_E_OCSP, "certificate is not there");
    expect((question){.staple = SPAN(ocsp_unfit)}, 0, HS_E_OCSP, "no purpose OCSPSigning");
    /* Its issuer has the right name and another key. */
    expect((question){.staple = SPAN(ocsp_stranger)}, 0, HS_E_OCSP, "did not authorize");
    expect((question){.staple = SPAN(ocsp_fallen)}, 0, HS_OK, "says so");
    expect((question){.staple = SPAN(ocsp_fallen), .lists = {crl_plain}}, 0, HS_E_OCSP,
           "was revoked");
}

static void a_nonce_is_compared_where_there_is_one(void **state) {
    (void)state;
    static const uint8_t wrong[16] = {1};
    question q = {.staple = SPAN(ocsp_nonce)};
    expect(q, 0, HS_OK, "says so");
    q.nonce = SPAN(wrong);
    expect(q, 0, HS_E_OCSP, "does not repeat the nonce");
    q.staple = SPAN(ocsp_good);
    expect(q, 0, HS_E_OCSP, "does not repeat the nonce");
    hs__rd_root root;
    hs__ocsp response;
    assert_ok(hs__ocsp_read(SPAN(ocsp_nonce), NULL, &response, &root));
    q = (question){.staple = SPAN(ocsp_nonce), .nonce = response.nonce};
    expect(q, 0, HS_OK, "says so");
}

/* ---- must-staple (RFC 7633) -------------------------------------------------------------- */

static void a_promised_staple_must_come_where_it_was_asked_for(void **state) {
    (void)state;
    question q = {.leaf = rev_staple};
    expect(q, 0, HS_OK, NULL);
    q.asked = true;
    expect(q, 0, HS_E_STAPLE_MISSING, NULL);
    q.mode = HS_REVOCATION_OFF;
    expect(q, 0, HS_OK, NULL);
    q = (question){.asked = true};
    expect(q, 0, HS_OK, NULL);
}

/* ---- what we write ourselves, and paths around what was revoked --------------------------- */

static const uint8_t serial_five[] = {5};

/* A list of the CA's with serial 5 on it, or without entries, into the store. */
static void put_list(hs_trust *t, const made *ca, bool has_five) {
    const hs__crl_entry entry = {SPAN(serial_five), FROM, HS__REASON_SUPERSEDED};
    const hs__crl_template list = {.issuer = {ca->name, ca->name_n},
                                   .authority_key_id = {ca->key_id, HS__KEY_ID},
                                   .this_update = NOW - DAY,
                                   .next_update = NOW + DAY,
                                   .number = 1,
                                   .entries = &entry,
                                   .n_entries = has_five ? 1 : 0};
    uint8_t der[2048];
    size_t n = sizeof(der);
    assert_ok(hs__crl_issue(provider(), &list, ca->key, hs__sig_alg_for(HS__KEY_P256), der, &n));
    assert_ok(hs_trust_add_crl(t, (hs_span){der, n}, NULL, NULL));
}

static hs_trust *store_of(const made *root) {
    hs_trust *t;
    assert_ok(hs_trust_new(provider(), &t));
    assert_ok(hs_trust_add(t, made_der(root), "test", 0, NULL, NULL));
    return t;
}

static hs_report *judge(const hs_trust *t, const hs_span *chain, size_t n, hs_span staple) {
    const hs_verify_options o = {.size = sizeof(o),
                                 .chain = chain,
                                 .n_chain = n,
                                 .name = "a.test",
                                 .now = NOW,
                                 .details = true,
                                 .revocation = HS_REVOCATION_LEAF,
                                 .staple = staple};
    hs_report *r;
    const hs_status st = hs_verify(provider(), t, &o, &r);
    assert_int_equal(st, r->verdict);
    return r;
}

static void what_we_write_is_believed(void **state) {
    (void)state;
    made *root = make(&(spec){.is_ca = true});
    made *leaf = make(&(spec){.issuer = root, .serial = SPAN(serial_five)});
    const hs__cert root_cert = cert_of(made_der(root));
    const hs_span chain[] = {made_der(leaf)};
    const hs_span none = {NULL, 0};
    for (int revoked = 0; revoked < 2; revoked++) {
        const hs_status verdict = revoked ? HS_E_CERT_REVOKED : HS_OK;
        hs_trust *t = store_of(root);
        put_list(t, root, revoked);
        hs_report *r = judge(t, chain, 1, none);
        assert_int_equal(r->verdict, verdict);
        hs_report_free(r);
        hs_trust_unref(t);
        const hs__ocsp_template answer = {.issuer = root_cert.subject,
                                          .issuer_key = &root_cert.key,
                                          .serial = SPAN(serial_five),
                                          .verdict = revoked ? HS__OCSP_REVOKED : HS__OCSP_GOOD,
                                          .revoked_at = FROM,
                                          .reason = HS__REASON_SUPERSEDED,
                                          .produced = NOW,
                                          .this_update = NOW,
                                          .next_update = NOW + DAY};
        uint8_t der[2048];
        size_t n = sizeof(der);
        assert_ok(
            hs__ocsp_issue(provider(), &answer, root->key, hs__sig_alg_for(HS__KEY_P256), der, &n));
        t = store_of(root);
        r = judge(t, chain, 1, (hs_span){der, n});
        assert_int_equal(r->verdict, verdict);
        hs_report_free(r);
        hs_trust_unref(t);
    }
    made_free(leaf);
    made_free(root);
}

/* The intermediate that came first was revoked; another one with its key was not. */
static void a_way_around_a_revoked_ca_is_found(void **state) {
    (void)state;
    made *root = make(&(spec){.is_ca = true, .subject = "CN=root"});
    made *bad = make(
        &(spec){.is_ca = true, .subject = "CN=mid", .issuer = root, .serial = SPAN(serial_five)});
    made *good =
        make(&(spec){.is_ca = true, .subject = "CN=mid", .issuer = root, .same_key_as = bad});
    made *leaf = make(&(spec){.issuer = bad, .serial = SPAN(serial_five)});
    hs_trust *t = store_of(root);
    put_list(t, root, true);
    put_list(t, bad, false); /* the leaf's own issuer has nothing against it */
    const hs_span chain[] = {made_der(leaf), made_der(bad), made_der(good)};
    hs_report *r = judge(t, chain, 3, (hs_span){NULL, 0});
    assert_ok(r->verdict);
    assert_ptr_equal(r->path[1].der.p, good->der);
    assert_int_equal(r->n_dead_ends, 1);
    assert_non_null(strstr(r->dead_ends[0].why, "CN=mid was revoked on 2023-11-14 (superseded)"));
    hs_report_free(r);
    r = judge(t, chain, 2, (hs_span){NULL, 0});
    assert_status(r->verdict, HS_E_CERT_REVOKED);
    hs_report_free(r);
    hs_trust_unref(t);
    made_free(leaf);
    made_free(good);
    made_free(bad);
    made_free(root);
}

/* ---- the store --------------------------------------------------------------------------- */

static void lists_that_cannot_be_read_are_counted(void **state) {
    (void)state;
    static char both[8192];
    hs_trust *t;
    size_t added;
    size_t skipped;
    assert_ok(hs_trust_new(provider(), &t));
    (void)snprintf(both, sizeof(both), "%s%s%s", crl_plain,
                   "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n", rev_root);
    assert_ok(hs_trust_add_crl(t, text(both), &added, &skipped));
    assert_int_equal(added, 1);
    assert_int_equal(skipped, 1);
    assert_status(hs_trust_add_crl(t, text(rev_root), NULL, NULL), HS_E_NO_CERTIFICATE);
    assert_status(hs_trust_add_crl(t, text("x"), &added, &skipped), HS_E_NO_CERTIFICATE);
    assert_int_equal(skipped, 1);
    assert_status(hs_trust_add_crl(NULL, text(crl_plain), NULL, NULL), HS_E_MISUSE);
    hs_trust_unref(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_known_is_the_modes_business),
        cmocka_unit_test(revoked_is_revoked_in_every_mode_but_off),
        cmocka_unit_test(the_mode_for_the_chain_asks_about_cas_too),
        cmocka_unit_test(a_list_that_cannot_be_relied_on_is_refused),
        cmocka_unit_test(a_list_is_good_until_its_next_update),
        cmocka_unit_test(a_list_of_version_1_has_no_number),
        cmocka_unit_test(a_list_covers_what_it_says),
        cmocka_unit_test(an_issuer_without_the_right_to_sign_lists_gives_none),
        cmocka_unit_test(a_staple_says_good_or_revoked),
        cmocka_unit_test(a_staple_that_cannot_be_relied_on_is_refused),
        cmocka_unit_test(a_responder_needs_the_issuers_word),
        cmocka_unit_test(a_nonce_is_compared_where_there_is_one),
        cmocka_unit_test(a_promised_staple_must_come_where_it_was_asked_for),
        cmocka_unit_test(what_we_write_is_believed),
        cmocka_unit_test(a_way_around_a_revoked_ca_is_found),
        cmocka_unit_test(lists_that_cannot_be_read_are_counted),
    };
    return RUN(tests);
}
