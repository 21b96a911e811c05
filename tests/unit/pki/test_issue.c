#include "pki/issue.h"

#include <stdio.h>
#include <unistd.h>

#include "pki/pem.h"
#include "pki/time.h"
#include "tests/unit/pki/pki_test.h"

static void all_that_goes_in_comes_out(void **state) {
    (void)state;
    const bytes address = unhex("7f 00 00 01");
    const bytes net = unhex("7f 00 00 00 ff 00 00 00");
    const bytes serial = unhex("80 01 02");
    const hs__oid purposes[] = {HS__OID_SERVER_AUTH, HS__OID_CLIENT_AUTH};
    const hs__general_name names[] = {dns("*.a.test"), ip(&address), email("a@a.test"),
                                      uri("https://a.test/")};
    const hs__general_name permitted[] = {dns("test"), ip(&net)};
    const hs__general_name excluded[] = {dns("b.test")};
    char out[256];
    made *root = make(&(spec){.is_ca = true,
                              .subject = "CN=root,O=x",
                              .path_len = 3,
                              .permitted = permitted,
                              .n_permitted = 2,
                              .excluded = excluded,
                              .n_excluded = 1});
    hs__cert c = cert_of(made_der(root));
    assert_true(c.is_ca);
    assert_int_equal(c.path_len, 2);
    assert_int_equal(c.key_usage, HS__KU_CERT_SIGN | HS__KU_CRL_SIGN);
    assert_int_equal(c.critical,
                     HS__EXT_BASIC_CONSTRAINTS | HS__EXT_KEY_USAGE | HS__EXT_NAME_CONSTRAINTS);
    assert_true(hs__cert_is_self_issued(&c));
    made *leaf = make(&(spec){.issuer = root,
                              .subject = "",
                              .names = names,
                              .n_names = 4,
                              .purposes = purposes,
                              .n_purposes = 2,
                              .serial = of(&serial),
                              .to = HS__TIME_MAX});
    c = cert_of(made_der(leaf));
    assert_int_equal(c.version, 3);
    assert_int_equal(c.serial.n, 4); /* 00 80 01 02 */
    assert_true(c.not_before == FROM && c.not_after == HS__TIME_MAX);
    assert_true(hs__name_equal(c.issuer, (hs_span){root->name, root->name_n}));
    hs__cert_names_text(&c, out, sizeof(out));
    assert_string_equal(out, "DNS:*.a.test, IP:127.0.0.1, email:a@a.test, URI:https://a.test/");
    /* RFC 5280 4.2.1.6: critical, as the subject is empty. */
    assert_true((c.critical & HS__EXT_SUBJECT_ALT_NAME) != 0);
    assert_true(hs__cert_has_purpose(&c, HS__OID_CLIENT_AUTH));
    assert_memory_equal(c.authority_key_id.p, root->key_id, HS__KEY_ID);
    assert_memory_equal(c.subject_key_id.p, leaf->key_id, HS__KEY_ID);
    made_free(leaf);
    made_free(root);
}

static void what_cannot_be_written_is_refused(void **state) {
    (void)state;
    hs_provider *p = provider();
    made *root = make(&(spec){.is_ca = true});
    static const uint8_t serial[21] = {1};
    static const uint8_t zero[2] = {0, 0};
    static const uint8_t high[20] = {0x80};
    const hs_span name = {root->name, root->name_n};
    const hs__cert_template good = {.serial = {serial, 20},
                                    .issuer = name,
                                    .subject = name,
                                    .not_before = FROM,
                                    .not_after = TO,
                                    .public_key = &root->numbers,
                                    .path_len = -1};
    hs__cert_template bad[9];
    for (size_t i = 0; i < 9; i++) {
        bad[i] = good;
    }
    bad[0].serial = (hs_span){serial, 21};
    bad[1].serial = (hs_span){zero, 2};
    bad[2].serial = (hs_span){NULL, 0};
    bad[3].serial = (hs_span){high, 20}; /* would need 21 bytes */
    bad[4].not_after = FROM - 1;
    bad[5].not_after = HS__TIME_MAX + 1;
    bad[6].public_key = NULL;
    bad[7].issuer = (hs_span){NULL, 0};
    bad[8].is_ca = bad[8].is_leaf = true;
    const hs__sig_alg alg = hs__sig_alg_for(HS__KEY_P256);
    uint8_t out[4096];
    size_t n = sizeof(out);
    assert_ok(hs__certificate_issue(p, &good, root->key, alg, out, &n));
    assert_true(n <= hs__certificate_room(&good));
    for (size_t i = 0; i < 9; i++) {
        n = sizeof(out);
        assert_status(hs__certificate_issue(p, &bad[i], root->key, alg, out, &n), HS_E_MISUSE);
    }
    n = 100;
    assert_status(hs__certificate_issue(p, &good, root->key, alg, out, &n), HS_E_NO_SPACE);
    n = sizeof(out);
    assert_int_not_equal(
        hs__certificate_issue(p, &good, root->key, hs__sig_alg_for(HS__KEY_RSA), out, &n), HS_OK);
    made_free(root);
}

static void room_is_enough_for_many_names(void **state) {
    (void)state;
    hs__general_name names[500];
    hs_provider *p = provider();
    made *root = make(&(spec){.is_ca = true});
    static const uint8_t serial[1] = {1};
    for (size_t i = 0; i < 500; i++) {
        names[i] = dns("a-name-of-some-length.example.test");
    }
    const hs__cert_template t = {.serial = {serial, 1},
                                 .issuer = {root->name, root->name_n},
                                 .subject = {root->name, root->name_n},
                                 .not_after = TO,
                                 .public_key = &root->numbers,
                                 .names = names,
                                 .n_names = 500};
    size_t n = hs__certificate_room(&t);
    uint8_t *out = malloc(n);
    assert_ok(hs__certificate_issue(p, &t, root->key, hs__sig_alg_for(HS__KEY_P256), out, &n));
    assert_int_equal(cert_of((hs_span){out, n}).has & HS__EXT_SUBJECT_ALT_NAME,
                     HS__EXT_SUBJECT_ALT_NAME);
    free(out);
    made_free(root);
}

/* ---- what others say of it --------------------------------------------------------------- */

static void write_pem(const char *folder, const char *name, const made *m) {
    char path[256];
    char pem[8192];
    size_t n = sizeof(pem);
    assert_ok(hs__pem_write("CERTIFICATE", made_der(m), pem, &n));
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(pem, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static int run(const char *folder, const char *command) {
    char line[512];
    (void)snprintf(line, sizeof(line), "cd %s && %s >log 2>&1", folder, command);
    return system(line);
}

/* Every kind of key, through an intermediate, under constraints: strict OpenSSL takes it. */
static void openssl_accepts_what_is_issued(void **state) {
    (void)state;
    static const spec keys[] = {{.key_type = HS__KEY_P256},
                                {.key_type = HS__KEY_P384},
                                {.key_type = HS__KEY_P521},
                                {.key_type = HS__KEY_ED25519},
                                {.rsa_bits = 2048}};
    char folder[] = "/tmp/hs-issue-XXXXXX";
    const hs__general_name permitted[] = {dns("test")};
    if (system("openssl version >/dev/null 2>&1") != 0) {
        print_message("skipped: no openssl command\n");
        skip();
    }
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        spec s = keys[i];
        if (s.rsa_bits == 0 && !hs__provider_has_key_type(provider(), s.key_type)) {
            continue;
        }
        s.is_ca = true;
        s.subject = "CN=root";
        s.permitted = permitted;
        s.n_permitted = 1;
        made *root = make(&s);
        s.subject = "CN=issuing";
        s.issuer = root;
        s.n_permitted = 0;
        s.path_len = 1;
        made *mid = make(&s);
        s = keys[i];
        s.subject = "CN=a.test";
        s.issuer = mid;
        made *leaf = make(&s);
        write_pem(folder, "root.pem", root);
        write_pem(folder, "mid.pem", mid);
        write_pem(folder, "leaf.pem", leaf);
        assert_int_equal(run(folder, "openssl verify -x509_strict -purpose sslserver -attime "
                                     "1800000000 -verify_hostname a.test -CAfile root.pem "
                                     "-untrusted mid.pem leaf.pem"),
                         0);
        assert_int_not_equal(run(folder, "openssl verify -x509_strict -purpose sslserver -attime "
                                         "1800000000 -verify_hostname b.test -CAfile root.pem "
                                         "-untrusted mid.pem leaf.pem"),
                             0);
        made_free(leaf);
        made_free(mid);
        made_free(root);
    }
    assert_int_equal(run(folder, "rm -f root.pem mid.pem leaf.pem log"), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_goes_in_comes_out),
        cmocka_unit_test(what_cannot_be_written_is_refused),
        cmocka_unit_test(room_is_enough_for_many_names),
        cmocka_unit_test(openssl_accepts_what_is_issued),
    };
    return RUN(tests);
}
