/* OCSP responses in the handshake, in both versions: shown to who asks, believed when genuine,
 * and what happens when one is missing, old or says "revoked". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pki/certificate.h"
#include "pki/ocsp_write.h"
#include "proto/codepoints.h"
#include "tests/lib/identity.h"
#include "tests/lib/pair.h"

typedef struct {
    hs_provider *p;
    hs__test_identity id;
} fixture;

enum { ROOM = 4096, DAY = 24 * 3600 };

/* What the root says about the leaf at that time. */
static size_t respond(const fixture *f, hs__ocsp_verdict verdict, int64_t at, uint8_t out[ROOM]) {
    hs__private_key *key = NULL;
    hs__cert root;
    hs__cert leaf;
    hs__rd_root r = {.status = HS_OK};
    const hs_span pem = {(const uint8_t *)f->id.root_key_pem, f->id.root_key_pem_n};
    assert_int_equal(f->p->key_load(f->p, pem, (hs_span){NULL, 0}, &key), HS_OK);
    assert_int_equal(hs__certificate_read((hs_span){f->id.root, f->id.root_n}, NULL, &root, &r),
                     HS_OK);
    assert_int_equal(hs__certificate_read((hs_span){f->id.leaf, f->id.leaf_n}, NULL, &leaf, &r),
                     HS_OK);
    const hs__ocsp_template t = {.issuer = root.subject,
                                 .issuer_key = &root.key,
                                 .serial = leaf.serial,
                                 .verdict = verdict,
                                 .revoked_at = at - DAY,
                                 .produced = at,
                                 .this_update = at,
                                 .next_update = at + 7 * DAY};
    const hs__sig_alg alg = {HS__SIG_ECDSA, HS__SHA256, HS__PSS_SALT_HASH};
    size_t n = ROOM;
    assert_int_equal(hs__ocsp_issue(f->p, &t, key, alg, out, &n), HS_OK);
    f->p->key_free(f->p, key);
    return n;
}

static hs_config *config(hs_options o, uint16_t version) {
    hs_config *c = NULL;
    const char *why = NULL;
    o.size = sizeof(o);
    o.now_ms = hs__test_now_ms;
    o.min_version = o.max_version = version;
    assert_int_equal(hs_config_new(&o, &c, &why), HS_OK);
    return c;
}

static void run(const fixture *f, uint16_t version, hs_revocation revocation, hs__test_pair *pair) {
    hs_credential *identity[] = {f->id.credential, NULL};
    hs_config *client = config(
        (hs_options){.provider = f->p, .trust = f->id.trust, .revocation = revocation}, version);
    hs_config *server = config((hs_options){.provider = f->p, .identity = identity}, version);
    hs__test_pair_open(pair, client, server, "localhost");
    hs_config_unref(client);
    hs_config_unref(server);
    hs__test_pair_run(pair);
}

static void expect(const fixture *f, hs_revocation revocation, hs_status status, int alert) {
    for (uint16_t version = HS__VERSION_TLS12; version <= HS__VERSION_TLS13; version++) {
        hs__test_pair pair;
        run(f, version, revocation, &pair);
        if (status == HS_OK && pair.client.failed) {
            fail_msg("0x%04x: %s", version, pair.client.error.text);
        }
        assert_int_equal(pair.client.failed, status != HS_OK);
        assert_int_equal(pair.client.connected, status == HS_OK);
        if (status != HS_OK) {
            assert_int_equal(pair.client.error.status, status);
            assert_int_equal(pair.client.error.alert, alert);
        }
        hs__test_pair_free(&pair);
    }
}

static void show(const fixture *f, const uint8_t *p, size_t n) {
    assert_int_equal(hs_credential_staple(f->id.credential, (hs_span){p, n}), HS_OK);
}

static void a_good_word_is_enough_where_one_is_needed(void **state) {
    const fixture *f = *state;
    uint8_t response[ROOM];
    show(f, response, respond(f, HS__OCSP_GOOD, HS__TEST_NOW - DAY, response));
    expect(f, HS_REVOCATION_SOFT, HS_OK, 0);
    expect(f, HS_REVOCATION_LEAF, HS_OK, 0);
}

static void without_one_only_who_insists_fails(void **state) {
    const fixture *f = *state;
    show(f, NULL, 0);
    expect(f, HS_REVOCATION_SOFT, HS_OK, 0);
    expect(f, HS_REVOCATION_OFF, HS_OK, 0);
    hs__test_pair pair;
    run(f, HS__VERSION_TLS13, HS_REVOCATION_LEAF, &pair);
    assert_true(pair.client.failed);
    hs__test_pair_free(&pair);
}

static void a_revoked_certificate_is_refused(void **state) {
    const fixture *f = *state;
    uint8_t response[ROOM];
    show(f, response, respond(f, HS__OCSP_REVOKED, HS__TEST_NOW - DAY, response));
    expect(f, HS_REVOCATION_SOFT, HS_E_CERT_REVOKED, HS__ALERT_certificate_revoked);
    expect(f, HS_REVOCATION_OFF, HS_OK, 0); /* it is not even asked for */
}

static void an_old_or_broken_word_is_none_to_believe(void **state) {
    const fixture *f = *state;
    uint8_t response[ROOM];
    size_t n = respond(f, HS__OCSP_GOOD, HS__TEST_NOW - 30 * DAY, response);
    show(f, response, n);
    expect(f, HS_REVOCATION_SOFT, HS_E_OCSP, HS__ALERT_bad_certificate_status_response);
    n = respond(f, HS__OCSP_GOOD, HS__TEST_NOW - DAY, response);
    response[n - 1] ^= 1;
    show(f, response, n);
    expect(f, HS_REVOCATION_SOFT, HS_E_OCSP, HS__ALERT_bad_certificate_status_response);
}

static int setup(void **state) {
    static fixture f;
    if (hs_provider_new("mbedtls", &f.p) != HS_OK) {
        return -1;
    }
    f.id = hs__test_identity_new(f.p, HS__KEY_P256, "a.test");
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    hs__test_identity_free(&f->id);
    hs_provider_unref(f->p);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_word_is_enough_where_one_is_needed),
        cmocka_unit_test(without_one_only_who_insists_fails),
        cmocka_unit_test(a_revoked_certificate_is_refused),
        cmocka_unit_test(an_old_or_broken_word_is_none_to_believe),
    };
    return cmocka_run_group_tests_name("staples", tests, setup, teardown);
}
