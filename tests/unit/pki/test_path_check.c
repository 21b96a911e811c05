#include "pki/path.h"

#include <stdio.h>

#include "pki/name_constraints.h"
#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

/* What is judged: a chain, an anchor, and the question. */
typedef struct {
    hs_span anchor, chain[4];
    size_t n;
    const char *name;
    hs_purpose purpose;
    int64_t now;
    unsigned flags;
} question;

static hs_report *ask(const question *q) {
    hs_trust *t;
    hs_report *r;
    assert_ok(hs_trust_new(provider(), &t));
    assert_ok(hs_trust_add(t, q->anchor, "test", q->flags, NULL, NULL));
    const hs_verify_options o = {.size = sizeof(o),
                                 .chain = q->chain,
                                 .n_chain = q->n,
                                 .purpose = q->purpose,
                                 .name = q->name,
                                 .now = q->now != 0 ? q->now : NOW};
    const hs_status st = hs_verify(provider(), t, &o, &r);
    assert_non_null(r);
    assert_int_equal(st, r->verdict);
    hs_trust_unref(t);
    return r;
}

/* The verdict, and the failed rows as "0 validity, 1 key_usage"; none other may fail. */
static void expect(const question *q, hs_status verdict, int alert, const char *failed,
                   const char *summary) {
    hs_report *r = ask(q);
    char got[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < r->n_rows; i++) {
        const hs_report_row *row = &r->rows[i];
        assert_int_equal(row->ok, row->status == HS_OK);
        if (!row->ok) {
            used += (size_t)snprintf(got + used, sizeof(got) - used, "%s%d %s",
                                     used > 0 ? ", " : "", row->depth, row->check);
            /* A person learns what was wanted, what was there, and what to do. */
            assert_true(row->expected[0] != '\0' && row->got[0] != '\0' && row->fix[0] != '\0');
            assert_non_null(row->subject);
            assert_int_equal(strncmp(row->rule, "rfc", 3) == 0 || row->rule[0] == '\0', 1);
        }
    }
    assert_string_equal(got, failed);
    assert_string_equal(hs_status_name(r->verdict), hs_status_name(verdict));
    assert_int_equal(hs_status_alert(r->verdict), alert);
    if (summary != NULL) {
        assert_string_equal(r->summary, summary);
    }
    hs_report_free(r);
}

/* ---- a world of three certificates, one of them with a fault ----------------------------- */

typedef struct {
    made *root, *mid, *leaf;
} trio;

static trio trio_new(spec root, spec mid, spec leaf) {
    trio t;
    root.is_ca = true;
    root.subject = "CN=root";
    t.root = make(&root);
    mid.is_ca = true;
    mid.subject = "CN=mid";
    mid.issuer = t.root;
    t.mid = make(&mid);
    leaf.issuer = t.mid;
    t.leaf = make(&leaf);
    return t;
}

static question about(const trio *t) {
    return (question){.anchor = made_der(t->root),
                      .chain = {made_der(t->leaf), made_der(t->mid)},
                      .n = 2,
                      .name = "a.test"};
}

static void trio_free(trio *t) {
    made_free(t->root);
    made_free(t->mid);
    made_free(t->leaf);
}

static void judge(spec root, spec mid, spec leaf, hs_status verdict, int alert, const char *failed,
                  const char *summary) {
    trio t = trio_new(root, mid, leaf);
    const question q = about(&t);
    expect(&q, verdict, alert, failed, summary);
    trio_free(&t);
}

static const spec plain = {0};

static void a_good_chain_has_no_failed_row(void **state) {
    (void)state;
    judge(plain, plain, plain, HS_OK, -1, "", "trusted");
}

static void validity(void **state) {
    (void)state;
    judge(plain, plain, (spec){.to = NOW - 3 * 86400 - 5}, HS_E_CERT_EXPIRED, 45, "0 validity",
          "certificate expired 3 days ago on 2027-01-12");
    judge(plain, plain, (spec){.from = NOW + 7200}, HS_E_CERT_NOT_YET_VALID, 45, "0 validity",
          "certificate is not valid before 2027-01-15 (in 2 hours)");
    judge(plain, (spec){.to = NOW - 1}, plain, HS_E_CERT_EXPIRED, 45, "1 validity",
          "CA certificate CN=mid expired 1 second ago on 2027-01-15");
    judge((spec){.to = NOW - 86400}, plain, plain, HS_E_CERT_EXPIRED, 45, "2 validity",
          "CA certificate CN=root expired 1 day ago on 2027-01-14");
    /* Both ends are inclusive (RFC 5280 4.1.2.5). */
    judge(plain, plain, (spec){.from = NOW, .to = NOW}, HS_OK, -1, "", NULL);
}

static void name(void **state) {
    (void)state;
    const hs__general_name others[] = {dns("b.test"), dns("*.c.test")};
    judge(plain, plain, (spec){.names = others, .n_names = 2}, HS_E_NAME_MISMATCH, 46, "0 name",
          "want \"a.test\", certificate is for b.test, *.c.test");
    judge(plain, plain, (spec){.subject = "CN=a.test", .no_names = true}, HS_E_NAME_MISMATCH, 46,
          "0 name", "want \"a.test\", certificate is for no host name (its CN does not count)");
    trio t = trio_new(plain, plain, plain);
    question q = about(&t);
    q.name = NULL;
    expect(&q, HS_OK, -1, "", NULL);
    q.name = "no name at all";
    expect(&q, HS_E_NAME_MISMATCH, 46, "0 name", NULL);
    trio_free(&t);
}

static void issuer(void **state) {
    (void)state;
    trio t = trio_new(plain, plain, plain);
    made *other = make(&(spec){.is_ca = true, .subject = "CN=other"});
    question q = about(&t);
    q.anchor = made_der(other);
    expect(&q, HS_E_UNKNOWN_ISSUER, 48, "1 issuer",
           "issuer CN=root is not among the anchors of test (1)");
    q.n = 1;
    expect(&q, HS_E_UNKNOWN_ISSUER, 48, "0 issuer",
           "issuer CN=mid is not among the anchors of test (1)");
    made_free(other);
    trio_free(&t);
}

static void signature(void **state) {
    (void)state;
    trio t = trio_new(plain, plain, plain);
    const question q = about(&t);
    t.leaf->der[t.leaf->n - 1] ^= 1;
    expect(&q, HS_E_CERT_SIGNATURE, 42, "0 signature",
           "certificate does not verify with the key of its issuer CN=mid");
    t.leaf->der[t.leaf->n - 1] ^= 1;
    t.mid->der[t.mid->n - 1] ^= 1;
    expect(&q, HS_E_CERT_SIGNATURE, 42, "1 signature",
           "CA certificate CN=mid does not verify with the key of its issuer CN=root");
    trio_free(&t);
    /* Changed after it was signed: the name, here. */
    t = trio_new(plain, plain, plain);
    const question changed = about(&t);
    uint8_t *at = memmem(t.leaf->der, t.leaf->n, "a.test", 6);
    memcpy(at, "b.test", 6);
    expect(&changed, HS_E_CERT_SIGNATURE, 42, "0 signature, 0 name", NULL);
    trio_free(&t);
}

static void basic_constraints(void **state) {
    (void)state;
    judge(plain, (spec){.no_basic_constraints = true}, plain, HS_E_NOT_A_CA, 42,
          "1 basic_constraints", "CN=mid is not a certificate authority: no basicConstraints");
    judge((spec){.no_basic_constraints = true}, plain, plain, HS_E_NOT_A_CA, 42,
          "2 basic_constraints", NULL);
    trio t = trio_new(plain, plain, plain);
    question q = about(&t);
    q.chain[0] = made_der(t.mid); /* a CA where a leaf belongs */
    q.n = 1;
    q.name = NULL;
    expect(&q, HS_E_NOT_A_CA, 42, "0 basic_constraints, 0 key_usage", NULL);
    trio_free(&t);
}

static void path_length(void **state) {
    (void)state;
    judge((spec){.path_len = 1 + 0}, plain, plain, HS_E_PATH_LENGTH, 42, "2 path_length",
          "CA certificate CN=root allows 0 intermediates below it, there are 1");
    judge((spec){.path_len = 1 + 1}, plain, plain, HS_OK, -1, "", NULL);
    judge(plain, (spec){.path_len = 1 + 0}, plain, HS_OK, -1, "", NULL);
}

/* A self-issued certificate (here: a CA that changed its key) does not count. */
static void path_length_without_self_issued(void **state) {
    (void)state;
    made *root = make(&(spec){.is_ca = true, .subject = "CN=root", .path_len = 1 + 0});
    made *renewed = make(&(spec){.is_ca = true, .subject = "CN=root", .issuer = root});
    made *leaf = make(&(spec){.issuer = renewed});
    const question q = {.anchor = made_der(root),
                        .chain = {made_der(leaf), made_der(renewed)},
                        .n = 2,
                        .name = "a.test"};
    expect(&q, HS_OK, -1, "", NULL);
    made_free(root);
    made_free(renewed);
    made_free(leaf);
}

static void key_usage(void **state) {
    (void)state;
    judge(plain, plain, (spec){.key_usage = HS__KU_KEY_ENCIPHERMENT}, HS_E_KEY_USAGE, 43,
          "0 key_usage",
          "certificate may not be used for digitalSignature: its keyUsage is keyEncipherment");
    judge(plain, (spec){.key_usage = HS__KU_DIGITAL_SIGNATURE | HS__KU_CRL_SIGN}, plain,
          HS_E_KEY_USAGE, 43, "1 key_usage", NULL);
    judge((spec){.key_usage = HS__KU_CRL_SIGN}, plain, plain, HS_E_KEY_USAGE, 43, "2 key_usage",
          NULL);
    judge((spec){.key_usage = NO_KEY_USAGE}, (spec){.key_usage = NO_KEY_USAGE},
          (spec){.key_usage = NO_KEY_USAGE}, HS_OK, -1, "", NULL);
}

static void ext_key_usage(void **state) {
    (void)state;
    const hs__oid client[] = {HS__OID_CLIENT_AUTH};
    const hs__oid any[] = {HS__OID_CODE_SIGNING, HS__OID_ANY_EXT_KEY_USAGE};
    const spec client_only = {.purposes = client, .n_purposes = 1};
    judge(plain, plain, client_only, HS_E_EXT_KEY_USAGE, 43, "0 ext_key_usage",
          "certificate is not for a TLS server: its purposes are clientAuth");
    judge(plain, client_only, plain, HS_E_EXT_KEY_USAGE, 43, "1 ext_key_usage", NULL);
    judge(plain, plain, (spec){.purposes = any, .n_purposes = 2}, HS_OK, -1, "", NULL);
    trio t = trio_new(plain, plain, client_only);
    question q = about(&t);
    q.purpose = HS_PURPOSE_CLIENT;
    expect(&q, HS_OK, -1, "", NULL);
    trio_free(&t);
    t = trio_new(plain, plain, plain);
    q = about(&t);
    q.purpose = HS_PURPOSE_CLIENT;
    expect(&q, HS_E_EXT_KEY_USAGE, 43, "0 ext_key_usage",
           "certificate is not for a TLS client: its purposes are serverAuth");
    trio_free(&t);
}

static void name_constraints(void **state) {
    (void)state;
    const hs__general_name b = dns("b.test");
    const hs__general_name a = dns("a.test");
    const spec permits_b = {.permitted = &b, .n_permitted = 1};
    const spec excludes_a = {.excluded = &a, .n_excluded = 1};
    const spec permits_a = {.permitted = &a, .n_permitted = 1};
    judge(permits_b, plain, plain, HS_E_NAME_CONSTRAINTS, 42, "2 name_constraints",
          "CA certificate CN=root may not vouch for this: DNS:a.test is not permitted");
    judge(plain, excludes_a, plain, HS_E_NAME_CONSTRAINTS, 42, "1 name_constraints",
          "CA certificate CN=mid may not vouch for this: DNS:a.test is excluded");
    judge(permits_a, permits_a, plain, HS_OK, -1, "", NULL);
}

/* RFC 5280 6.1.3 (b): a self-issued intermediate is excepted, a leaf never is. */
static void name_constraints_and_self_issued(void **state) {
    (void)state;
    const hs__general_name bad = dns("b.test");
    made *root =
        make(&(spec){.is_ca = true, .subject = "CN=root", .excluded = &bad, .n_excluded = 1});
    made *renewed = make(
        &(spec){.is_ca = true, .subject = "CN=root", .issuer = root, .names = &bad, .n_names = 1});
    made *leaf = make(&(spec){.issuer = renewed});
    question q = {.anchor = made_der(root),
                  .chain = {made_der(leaf), made_der(renewed)},
                  .n = 2,
                  .name = "a.test"};
    expect(&q, HS_OK, -1, "", NULL);
    made *namesake =
        make(&(spec){.subject = "CN=root", .issuer = root, .names = &bad, .n_names = 1});
    q.chain[0] = made_der(namesake);
    q.n = 1;
    q.name = "b.test";
    expect(&q, HS_E_NAME_CONSTRAINTS, 42, "1 name_constraints", NULL);
    made_free(root);
    made_free(renewed);
    made_free(leaf);
    made_free(namesake);
}

static void anchor_scope(void **state) {
    (void)state;
    const bytes loopback = unhex("7f 00 00 01");
    const hs__general_name names[] = {dns("a.test"), dns("a.example"), ip(&loopback)};
    trio t = trio_new(plain, plain, (spec){.names = names, .n_names = 3});
    question q = about(&t);
    q.flags = HS_TRUST_LOCAL_ONLY;
    expect(&q, HS_OK, -1, "", NULL);
    q.name = "127.0.0.1";
    expect(&q, HS_OK, -1, "", NULL);
    q.name = "a.example";
    expect(&q, HS_E_ANCHOR_SCOPE, 48, "2 anchor_scope",
           "the root of test is trusted for local names only, not for a.example");
    q.name = NULL;
    expect(&q, HS_E_ANCHOR_SCOPE, 48, "2 anchor_scope", NULL);
    q.flags = 0;
    expect(&q, HS_OK, -1, "", NULL);
    trio_free(&t);
}

/* The worst of several faults is the verdict; all of them are told. */
static void all_faults_are_reported(void **state) {
    (void)state;
    const hs__general_name other = dns("b.test");
    const hs__oid client[] = {HS__OID_CLIENT_AUTH};
    judge(plain, (spec){.to = NOW - 1},
          (spec){.to = NOW - 86400,
                 .names = &other,
                 .n_names = 1,
                 .purposes = client,
                 .n_purposes = 1,
                 .key_usage = HS__KU_KEY_AGREEMENT},
          HS_E_KEY_USAGE, 43, "0 validity, 0 key_usage, 0 ext_key_usage, 0 name, 1 validity", NULL);
}

/* A signature over an unknown critical extension, a wrong algorithm inside, ...: what our
 * writer does not write is patched in and signed again. */
static void what_is_patched_in(void **state) {
    (void)state;
    trio t = trio_new(plain, plain, plain);
    question q = about(&t);
    const bytes key_usage_id = unhex("06 03 55 1d 0f 01 01 ff");
    const bytes unknown_id = unhex("06 03 55 1d 70 01 01 ff");
    made_patch(t.leaf, t.mid, of(&key_usage_id), of(&unknown_id));
    q.chain[0] = made_der(t.leaf);
    expect(&q, HS_E_CRITICAL_EXTENSION, 43, "0 critical_extensions",
           "certificate has a critical extension that is not understood: 2.5.29.112");
    trio_free(&t);

    t = trio_new(plain, plain, plain);
    q = about(&t);
    const bytes sha256 = unhex("2a 86 48 ce 3d 04 03 02");
    const bytes sha384 = unhex("2a 86 48 ce 3d 04 03 03");
    made_patch(t.leaf, t.mid, of(&sha256), of(&sha384));
    q.chain[0] = made_der(t.leaf);
    expect(&q, HS_E_CERT_FORMAT, 42, "0 signature_algorithm", NULL);
    trio_free(&t);

    t = trio_new(plain, plain, plain);
    q = about(&t);
    const bytes one = unhex("a0 03 02 01 02 02 01 01");
    const bytes zero = unhex("a0 03 02 01 02 02 01 00");
    made_patch(t.leaf, t.mid, of(&one), of(&zero));
    q.chain[0] = made_der(t.leaf);
    expect(&q, HS_E_CERT_FORMAT, 42, "0 serial", "certificate has a bad serial number: 0");
    trio_free(&t);
}

/* ---- certificates of OpenSSL ------------------------------------------------------------- */

static void judge_openssl(const char *pem, hs_status verdict, int alert, const char *failed,
                          const char *summary) {
    const question q = {.anchor = text(openssl_root),
                        .chain = {der_of(pem)},
                        .n = 1,
                        .name = "a.test",
                        .now = 1900000000};
    expect(&q, verdict, alert, failed, summary);
}

static void certificates_of_openssl(void **state) {
    (void)state;
    judge_openssl(openssl_good, HS_OK, -1, "", NULL);
    judge_openssl(openssl_rich, HS_OK, -1, "", NULL);
    judge_openssl(openssl_p521, HS_OK, -1, "", NULL);
    judge_openssl(openssl_rsa_pss, HS_OK, -1, "", NULL);
    judge_openssl(openssl_sha1, HS_E_WEAK_SIGNATURE, 42, "0 signature_algorithm",
                  "certificate is signed with the broken ECDSA with SHA-1");
    judge_openssl(openssl_v1, HS_E_CERT_VERSION, 43, "0 version, 0 name",
                  "certificate is of version 1");
    judge_openssl(openssl_unknown, HS_E_CRITICAL_EXTENSION, 43, "0 critical_extensions", NULL);
    judge_openssl(openssl_policy, HS_E_CERT_POLICY, 42, "0 policies", NULL);
    judge_openssl(openssl_serial_zero, HS_E_CERT_FORMAT, 42, "0 serial", NULL);
    judge_openssl(openssl_serial_negative, HS_E_CERT_FORMAT, 42, "0 serial", NULL);
    judge_openssl(openssl_rsa1024, HS_E_WEAK_KEY, 42, "0 public_key",
                  "certificate has a key that is not good enough: RSA 1024");
    judge_openssl(openssl_ed448, HS_E_UNSUPPORTED_KEY, 43, "0 public_key", NULL);
    judge_openssl(openssl_k256, HS_E_UNSUPPORTED_KEY, 43, "0 public_key", NULL);
    if (hs__provider_has_key_type(provider(), HS__KEY_ED25519)) {
        judge_openssl(openssl_ed25519, HS_OK, -1, "", NULL);
    } else {
        judge_openssl(openssl_ed25519, HS_E_UNSUPPORTED_KEY, 43, "0 public_key", NULL);
    }
    /* Signed with RSA-PSS SHA-384, by a root that is signed so, too. */
    question q = {.anchor = text(openssl_pss_root),
                  .chain = {der_of(openssl_signed_pss)},
                  .n = 1,
                  .name = "a.test",
                  .now = 1900000000};
    expect(&q, HS_OK, -1, "", NULL);
    /* As `openssl req -x509` makes it: cA TRUE, and itself the anchor. */
    q.anchor = text(openssl_self_signed);
    q.chain[0] = der_of(openssl_self_signed);
    q.name = "localhost";
    expect(&q, HS_OK, -1, "", NULL);
}

/* Each check of the table was seen to fail: here, or in the test of the file it stands in. */
static void the_table_is_covered(void **state) {
    (void)state;
    static const char *const seen[] = {
        "version",
        "serial",
        "signature_algorithm",
        "issuer",
        "signature",
        "validity",
        "public_key",
        "basic_constraints", /* of the leaf */
        "basic_constraints",
        "path_length",
        "depth",
        "key_usage",
        "ext_key_usage", /* of the leaf */
        "ext_key_usage",
        "critical_extensions",
        "name_constraints",
        "policies",
        "anchor_scope",
        "profile",
        "revocation",
        "staple",
        "name",
    };
    assert_int_equal(hs__n_checks, sizeof(seen) / sizeof(seen[0]));
    for (size_t i = 0; i < hs__n_checks; i++) {
        assert_string_equal(hs__checks[i].name, seen[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_chain_has_no_failed_row),
        cmocka_unit_test(validity),
        cmocka_unit_test(name),
        cmocka_unit_test(issuer),
        cmocka_unit_test(signature),
        cmocka_unit_test(basic_constraints),
        cmocka_unit_test(path_length),
        cmocka_unit_test(path_length_without_self_issued),
        cmocka_unit_test(key_usage),
        cmocka_unit_test(ext_key_usage),
        cmocka_unit_test(name_constraints),
        cmocka_unit_test(name_constraints_and_self_issued),
        cmocka_unit_test(anchor_scope),
        cmocka_unit_test(all_faults_are_reported),
        cmocka_unit_test(what_is_patched_in),
        cmocka_unit_test(certificates_of_openssl),
        cmocka_unit_test(the_table_is_covered),
    };
    return RUN(tests);
}
