/* Names as hs_verify checks them: purposes with a mailbox, registries, e-mail constraints. */
#include "handshake/pki.h"

#include "tests/unit/pki/pki_test.h"

static const hs__oid email_purpose = HS__OID_EMAIL_PROTECTION;
static const hs__oid client_purpose = HS__OID_CLIENT_AUTH;

typedef struct {
    const char *suffixes;
    const made *root, *leaf;
    const char *name;
    hs_purpose purpose;
    uint32_t rules_off;
} question;

static hs_status judge(const question *q, char summary[200]) {
    hs_trust *t;
    hs_report *r;
    assert_ok(hs_trust_new(provider(), &t));
    assert_ok(hs_trust_add(t, made_der(q->root), "test", 0, NULL, NULL));
    if (q->suffixes != NULL) {
        assert_ok(hs_trust_set_suffixes(t, text(q->suffixes)));
    }
    const hs_span chain[] = {made_der(q->leaf)};
    const hs_verify_options o = {.size = sizeof(o),
                                 .chain = chain,
                                 .n_chain = 1,
                                 .purpose = q->purpose,
                                 .name = q->name,
                                 .rules_off = q->rules_off,
                                 .now = NOW};
    const hs_status st = hs_verify(provider(), t, &o, &r);
    if (summary != NULL) {
        memcpy(summary, r->summary, 200);
    }
    hs_report_free(r);
    hs_trust_unref(t);
    return st;
}

static void a_wildcard_of_a_registry_matches_nothing(void **state) {
    (void)state;
    const hs__general_name names[] = {dns("*.co.uk"), dns("*.a.co.uk")};
    made *root = make(&(spec){.is_ca = true});
    made *leaf = make(&(spec){.issuer = root, .names = names, .n_names = 2});
    question q = {.suffixes = "uk\nco.uk\n", .root = root, .leaf = leaf, .name = "b.co.uk"};
    assert_status(judge(&q, NULL), HS_E_NAME_MISMATCH);
    q.name = "b.a.co.uk";
    assert_ok(judge(&q, NULL));
    q.name = "b.co.uk";
    q.rules_off = HS_RULE_PUBLIC_SUFFIX;
    assert_ok(judge(&q, NULL));
    q.rules_off = 0;
    q.suffixes = NULL; /* nothing is known of it then */
    assert_ok(judge(&q, NULL));
    made_free(leaf);
    made_free(root);
}

static void mailboxes_are_for_everybody_but_servers(void **state) {
    (void)state;
    const hs__general_name names[] = {email("User@A.test"), dns("a.test")};
    made *root = make(&(spec){.is_ca = true});
    made *mail = make(&(spec){
        .issuer = root, .names = names, .n_names = 2, .purposes = &email_purpose, .n_purposes = 1});
    made *client = make(&(spec){.issuer = root,
                                .names = names,
                                .n_names = 2,
                                .purposes = &client_purpose,
                                .n_purposes = 1});
    const struct {
        const made *leaf;
        hs_purpose purpose;
        const char *name;
        hs_status verdict;
    } cases[] = {
        {mail, HS_PURPOSE_SIGNER, "User@a.TEST", HS_OK},
        {mail, HS_PURPOSE_SIGNER, "user@a.test", HS_E_NAME_MISMATCH}, /* RFC 5280 7.5 */
        {mail, HS_PURPOSE_SIGNER, "other@a.test", HS_E_NAME_MISMATCH},
        {mail, HS_PURPOSE_SIGNER, "User@b@a.test", HS_E_NAME_MISMATCH},
        {mail, HS_PURPOSE_SIGNER, NULL, HS_OK},
        {mail, HS_PURPOSE_RECEIVER, "User@a.test", HS_E_KEY_USAGE}, /* it may sign only */
        {client, HS_PURPOSE_SIGNER, "User@a.test", HS_E_EXT_KEY_USAGE},
        {client, HS_PURPOSE_CLIENT, "User@a.test", HS_OK},
        {client, HS_PURPOSE_CLIENT, "a.test", HS_OK},
        {mail, HS_PURPOSE_SERVER, "User@a.test", HS_E_NAME_MISMATCH},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const question q = {.root = root,
                            .leaf = cases[i].leaf,
                            .name = cases[i].name,
                            .purpose = cases[i].purpose};
        assert_string_equal(hs_status_name(judge(&q, NULL)), hs_status_name(cases[i].verdict));
    }
    char summary[200];
    const question q = {
        .root = root, .leaf = mail, .name = "x@a.test", .purpose = HS_PURPOSE_SIGNER};
    assert_status(judge(&q, summary), HS_E_NAME_MISMATCH);
    assert_string_equal(summary, "want \"x@a.test\", certificate is for User@A.test");
    made_free(mail);
    made_free(client);
    made_free(root);
}

static void a_key_that_may_receive_is_enough_for_a_receiver(void **state) {
    (void)state;
    const hs__general_name names[] = {email("user@a.test")};
    made *root = make(&(spec){.is_ca = true});
    made *leaf = make(&(spec){.issuer = root,
                              .names = names,
                              .n_names = 1,
                              .purposes = &email_purpose,
                              .n_purposes = 1,
                              .key_usage = HS__KU_KEY_AGREEMENT});
    question q = {
        .root = root, .leaf = leaf, .name = "user@a.test", .purpose = HS_PURPOSE_RECEIVER};
    assert_ok(judge(&q, NULL));
    q.purpose = HS_PURPOSE_SIGNER;
    assert_status(judge(&q, NULL), HS_E_KEY_USAGE);
    made_free(leaf);
    made_free(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wildcard_of_a_registry_matches_nothing),
        cmocka_unit_test(mailboxes_are_for_everybody_but_servers),
        cmocka_unit_test(a_key_that_may_receive_is_enough_for_a_receiver),
    };
    return RUN(tests);
}
