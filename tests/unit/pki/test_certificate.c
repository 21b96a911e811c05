#include "pki/certificate.h"

#include <stdio.h>

#include "pki/crl_point.h"
#include "pki/der_write.h"
#include "pki/pem.h"
#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

static void a_rich_certificate_of_openssl_is_read(void **state) {
    (void)state;
    const hs__cert c = cert_of(der_of(openssl_rich));
    assert_int_equal(c.version, 3);
    assert_int_equal(c.serial.n, 1);
    assert_int_equal(c.serial.p[0], 7);
    assert_true(c.algorithms_match);
    assert_int_equal(c.not_after - c.not_before, INT64_C(36400) * 86400);
    assert_false(c.is_ca);
    assert_int_equal(c.path_len, -1);
    assert_int_equal(c.key_usage, HS__KU_DIGITAL_SIGNATURE | HS__KU_KEY_ENCIPHERMENT);
    assert_true(hs__cert_has_purpose(&c, HS__OID_SERVER_AUTH));
    assert_true(hs__cert_has_purpose(&c, HS__OID_CLIENT_AUTH));
    assert_false(hs__cert_has_purpose(&c, HS__OID_CODE_SIGNING));
    assert_int_equal(c.n_unknown_critical, 0);
    assert_int_equal(c.critical, HS__EXT_BASIC_CONSTRAINTS | HS__EXT_KEY_USAGE | HS__EXT_POLICIES);
    assert_int_equal(c.authority_key_id.n, 20);
    assert_int_equal(c.subject_key_id.n, 20);
    assert_false(hs__cert_is_self_issued(&c));
    const hs__cert root = cert_of(der_of(openssl_root));
    assert_true(root.is_ca);
    assert_true(hs__cert_is_self_issued(&root));
    assert_memory_equal(root.subject_key_id.p, c.authority_key_id.p, 20);
}

static void every_extension_can_be_walked_over(void **state) {
    (void)state;
    static const hs__oid want[] = {
        HS__OID_BASIC_CONSTRAINTS, HS__OID_KEY_USAGE,        HS__OID_EXT_KEY_USAGE,
        HS__OID_SUBJECT_ALT_NAME,  HS__OID_ISSUER_ALT_NAME,  HS__OID_POLICIES,
        HS__OID_AUTHORITY_INFO,    HS__OID_CRL_DISTRIBUTION, HS__OID_SUBJECT_KEY_ID,
        HS__OID_AUTHORITY_KEY_ID,  HS__OID_TLS_FEATURE,
    };
    const hs__cert c = cert_of(der_of(openssl_rich));
    hs_span rest = c.extensions;
    hs__cert_extension e;
    size_t n = 0;
    for (; hs__cert_extension_next(&rest, &e); n++) {
        assert_int_equal(e.id, want[n]);
        assert_int_equal(e.is_critical, e.id == HS__OID_BASIC_CONSTRAINTS ||
                                            e.id == HS__OID_KEY_USAGE || e.id == HS__OID_POLICIES);
        assert_true(e.value.n > 0);
    }
    assert_int_equal(n, sizeof(want) / sizeof(want[0]));
}

static void what_is_critical_and_unknown_is_named(void **state) {
    (void)state;
    char out[HS__OID_TEXT_MAX];
    const hs__cert c = cert_of(der_of(openssl_unknown));
    assert_int_equal(c.n_unknown_critical, 1);
    hs__oid_text(c.unknown_critical, out, sizeof(out));
    assert_string_equal(out, "1.2.3.4.5");
}

static void extensions_beyond_names_and_keys_are_read(void **state) {
    (void)state;
    const hs__cert rich = cert_of(der_of(openssl_rich));
    const hs__cert policy = cert_of(der_of(openssl_policy));
    char out[HS__OID_TEXT_MAX];
    hs_span rest = rich.policies;
    hs_span one;
    hs__crl_point point;
    assert_true(hs__cert_policy_next(&rest, &one));
    hs__oid_text(one, out, sizeof(out));
    assert_string_equal(out, "1.2.3.4");
    assert_true(hs__cert_policy_next(&rest, &one));
    assert_false(hs__cert_policy_next(&rest, &one));
    assert_true(rich.promises_staple);
    assert_true(rich.has_authority_issuer && rich.has_authority_serial);
    rest = rich.crl_points;
    assert_true(hs__crl_point_next(&rest, &point));
    assert_true(point.has_name && !point.has_issuer && !point.has_reasons);
    assert_int_equal(point.full_name.n, 2 + strlen("http://ca.test/crl"));
    assert_false(hs__crl_point_next(&rest, &point));
    assert_int_equal(policy.require_policy, 0);
    assert_int_equal(policy.inhibit_mapping, -1);
    assert_int_equal(policy.n_unknown_critical, 0);
    assert_false(policy.promises_staple || policy.has_authority_issuer);
}

static void count_field(void *ctx, const hs__field *f) {
    size_t *next = ctx;
    assert_int_equal(f->off, *next);
    *next += f->bytes.n;
}

/* The trace's map of a certificate has no holes and no overlaps. */
static void leaves_cover_every_byte(void **state) {
    (void)state;
    static const char *const pems[] = {openssl_rich,    openssl_root,    openssl_signed_pss,
                                       openssl_ed448,   openssl_rsa1024, openssl_v1,
                                       openssl_unknown, openssl_rsa_pss, openssl_policy};
    for (size_t i = 0; i < sizeof(pems) / sizeof(pems[0]); i++) {
        const hs_span der = der_of(pems[i]);
        size_t next = 0;
        const hs__field_sink sink = {count_field, &next};
        hs__rd_root root;
        hs__cert c;
        assert_ok(hs__certificate_read(der, &sink, &c, &root));
        assert_int_equal(next, der.n);
    }
}

static void faults_have_their_place(void **state) {
    (void)state;
    const hs_span der = der_of(openssl_good);
    uint8_t copy[2048];
    hs__rd_root root;
    hs__cert c;
    memcpy(copy, der.p, der.n);
    uint8_t *time = memmem(copy, der.n, "\x17\x0d", 2);
    assert_non_null(time);
    time[2] = 'x';
    assert_status(hs__certificate_read((hs_span){copy, der.n}, NULL, &c, &root), HS_E_CERT_FORMAT);
    assert_string_equal(root.where, "Certificate.tbsCertificate.validity.notBefore");
    assert_string_equal(root.problem, "is not a time as YYMMDDHHMMSSZ");
    assert_status(hs__certificate_read((hs_span){der.p, der.n - 1}, NULL, &c, &root),
                  HS_E_CERT_FORMAT);
    memcpy(copy, der.p, der.n);
    assert_status(hs__certificate_read((hs_span){copy, der.n + 1}, NULL, &c, &root),
                  HS_E_CERT_FORMAT);
    assert_status(root.status, HS_E_TRAILING);
}

/* No cut and no changed byte makes it read beyond its input (the sanitizers watch), and
 * whatever still reads lies within it. */
static void cut_and_changed_certificates_do_no_harm(void **state) {
    (void)state;
    const hs_span der = der_of(openssl_rich);
    size_t still_good = 0;
    for (size_t n = 0; n < der.n; n++) {
        uint8_t *copy = malloc(n + 1);
        hs__rd_root root;
        hs__cert c;
        memcpy(copy, der.p, n);
        assert_status(hs__certificate_read((hs_span){copy, n}, NULL, &c, &root), HS_E_CERT_FORMAT);
        free(copy);
    }
    uint8_t *copy = malloc(der.n);
    for (size_t i = 0; i < der.n * 3; i++) {
        static const uint8_t flips[] = {0x01, 0x80, 0xff};
        hs__rd_root root;
        hs__cert c;
        char names[256];
        memcpy(copy, der.p, der.n);
        copy[i / 3] ^= flips[i % 3];
        if (hs__certificate_read((hs_span){copy, der.n}, NULL, &c, &root) == HS_OK) {
            still_good++;
            hs__cert_names_text(&c, names, sizeof(names));
            assert_true(c.tbs.p >= copy && c.tbs.p + c.tbs.n <= copy + der.n);
            assert_true(hs__name_hash(c.subject) != 1 || c.subject.n > 0);
        } else {
            assert_int_not_equal(root.where[0], '\0');
        }
    }
    free(copy);
    assert_true(still_good > 0 && still_good < der.n * 3);
}

/* ---- what our writer does not write: DER put together here ------------------------------- */

static void put_extension(hs__der_out *o, const char *hex) {
    const bytes b = unhex(hex);
    hs__der_put(o, b.p, b.n);
}

/* A certificate with these extensions, in reverse order; NULL ends the list. */
static hs_status read_with_extensions(const char *const *extensions, const char *version,
                                      hs__rd_root *root) {
    uint8_t room[8192];
    const hs__cert good = cert_of(der_of(openssl_good));
    hs__der_out o = {.start = room, .p = room + sizeof(room)};
    const uint8_t *end = o.p;
    hs__der_put_value(&o, HS__DER_BIT_STRING, (hs_span){(const uint8_t *)"\0x", 2});
    hs__der_put(&o, good.signature.der.p, good.signature.der.n);
    const uint8_t *tbs_end = o.p;
    if (extensions != NULL) {
        for (size_t i = 0; extensions[i] != NULL; i++) {
            put_extension(&o, extensions[i]);
        }
        hs__der_wrap(&o, HS__DER_SEQUENCE, tbs_end);
        hs__der_wrap(&o, HS__DER_CONTEXT_OPENED | 3, tbs_end);
    }
    hs__der_put(&o, good.key.der.p, good.key.der.n);
    hs__der_put(&o, good.subject.p, good.subject.n);
    const uint8_t *validity_end = o.p;
    hs__der_put_value(&o, HS__DER_UTC_TIME, text("300101000000Z"));
    hs__der_put_value(&o, HS__DER_UTC_TIME, text("200101000000Z"));
    hs__der_wrap(&o, HS__DER_SEQUENCE, validity_end);
    hs__der_put(&o, good.issuer.p, good.issuer.n);
    hs__der_put(&o, good.signature.der.p, good.signature.der.n);
    hs__der_put_small(&o, 5);
    put_extension(&o, version);
    hs__der_wrap(&o, HS__DER_SEQUENCE, tbs_end);
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    assert_false(o.full);
    hs__cert c;
    return hs__certificate_read((hs_span){o.p, (size_t)(end - o.p)}, NULL, &c, root);
}

#define V3 "a0 03 02 01 02"

static void versions_and_what_goes_with_them(void **state) {
    (void)state;
    static const char *const key_usage[] = {"30 0b 06 03 55 1d 0f 04 04 03 02 07 80", NULL};
    static const char *const none[] = {NULL};
    hs__rd_root root;
    assert_ok(read_with_extensions(key_usage, V3, &root));
    assert_ok(read_with_extensions(NULL, V3, &root));
    assert_ok(read_with_extensions(NULL, "", &root));
    assert_ok(read_with_extensions(NULL, "a0 03 02 01 01", &root));
    assert_status(read_with_extensions(none, V3, &root), HS_E_CERT_FORMAT);
    assert_status(read_with_extensions(key_usage, "", &root), HS_E_CERT_FORMAT);
    assert_status(read_with_extensions(key_usage, "a0 03 02 01 01", &root), HS_E_CERT_FORMAT);
    assert_status(read_with_extensions(NULL, "a0 03 02 01 00", &root), HS_E_CERT_FORMAT);
    assert_string_equal(root.where, "Certificate.tbsCertificate.version");
    assert_status(read_with_extensions(NULL, "a0 03 02 01 03", &root), HS_E_CERT_FORMAT);
}

static void broken_extensions_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "30 0c 06 03 55 1d 13 01 01 00 04 02 30 00",          /* critical FALSE written out */
        "30 0c 06 03 55 1d 13 01 01 01 04 02 30 00",          /* BOOLEAN 01 */
        "30 0c 06 03 55 1d 13 04 05 30 03 01 01 00",          /* cA FALSE written out */
        "30 0f 06 03 55 1d 13 04 08 30 06 01 01 ff 02 01 ff", /* pathLen -1 */
        "30 0b 06 03 55 1d 13 04 04 30 00 05 00",             /* bytes behind it */
        "30 0b 06 03 55 1d 0f 04 04 03 02 07 81",             /* keyUsage with unused bits set */
        "30 09 06 03 55 1d 25 04 02 30 00",                   /* no purpose */
        "30 09 06 03 55 1d 11 04 02 30 00",                   /* no name */
        "30 0b 06 03 55 1d 11 04 04 30 02 8a 00",             /* a name of no kind */
        "30 09 06 03 55 1d 1e 04 02 30 00",                   /* constrains nothing */
        "30 0b 06 03 55 1d 1e 04 04 30 02 a0 00",             /* an empty list of subtrees */
        /* a subtree with minimum 1 / with maximum */
        "30 12 06 03 55 1d 1e 04 0b 30 09 a0 07 30 05 82 00 80 01 01",
        "30 12 06 03 55 1d 1e 04 0b 30 09 a0 07 30 05 82 00 81 01 01",
        "30 07 06 03 55 1d 0e 04 00",    /* no content */
        "30 08 06 03 55 1d 0e 03 01 00", /* not an OCTET STRING */
        "30 05 06 03 2a 03 04",          /* no value */
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *const list[] = {bad[i], NULL};
        hs__rd_root root;
        if (read_with_extensions(list, V3, &root) == HS_OK) {
            fail_msg("taken: %s", bad[i]);
        }
        if (strncmp(root.where, "Certificate.tbsCertificate.extensions", 37) != 0) {
            fail_msg("%s: %s %s", bad[i], root.where, root.problem);
        }
    }
}

/* RFC 5280 4.2. */
static void an_extension_may_occur_once(void **state) {
    (void)state;
    static const char *const known[] = {"30 0b 06 03 55 1d 0f 04 04 03 02 07 80",
                                        "30 0b 06 03 55 1d 0f 04 04 03 02 07 80", NULL};
    static const char *const unknown[] = {"30 07 06 03 2a 03 04 04 00",
                                          "30 08 06 03 2a 03 05 04 01 aa",
                                          "30 08 06 03 2a 03 04 04 01 aa", NULL};
    static const char *const apart[] = {"30 07 06 03 2a 03 04 04 00", "30 07 06 03 2a 03 05 04 00",
                                        NULL};
    const char *many[66];
    hs__rd_root root;
    assert_status(read_with_extensions(known, V3, &root), HS_E_CERT_FORMAT);
    assert_string_equal(root.problem, "has keyUsage a second time");
    assert_status(read_with_extensions(unknown, V3, &root), HS_E_CERT_FORMAT);
    assert_string_equal(root.problem, "has 1.2.3.4 a second time");
    assert_ok(read_with_extensions(apart, V3, &root));
    char hex[66][32];
    for (size_t i = 0; i < 65; i++) {
        (void)snprintf(hex[i], sizeof(hex[i]), "30 07 06 03 2a 03 %02x 04 00", (unsigned)i);
        many[i] = hex[i];
    }
    many[65] = NULL;
    assert_status(read_with_extensions(many, V3, &root), HS_E_CERT_FORMAT);
    assert_string_equal(root.problem, "has more than 64 extensions");
    many[64] = NULL;
    assert_ok(read_with_extensions(many, V3, &root));
}

/* Certificates of the real world, where this machine has them. */
static void every_root_of_the_system_is_read(void **state) {
    (void)state;
    FILE *f = fopen("/etc/ssl/certs/ca-certificates.crt", "rb");
    if (f == NULL) {
        skip();
    }
    static uint8_t bundle[1 << 20];
    hs_span rest = {bundle, fread(bundle, 1, sizeof(bundle), f)};
    (void)fclose(f);
    hs__pem_block block;
    size_t n = 0;
    for (; hs__pem_next(&rest, &block) == HS_OK; n++) {
        static uint8_t der[16384];
        hs__rd_root root;
        hs__cert c;
        size_t der_n;
        assert_true(block.base64.n < sizeof(der));
        assert_ok(hs__pem_decode(&block, der, &der_n));
        if (hs__certificate_read((hs_span){der, der_n}, NULL, &c, &root) != HS_OK) {
            fail_msg("certificate %zu: %s %s", n, root.where, root.problem);
        }
        assert_true(hs__cert_is_self_issued(&c));
    }
    assert_true(n > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rich_certificate_of_openssl_is_read),
        cmocka_unit_test(every_extension_can_be_walked_over),
        cmocka_unit_test(what_is_critical_and_unknown_is_named),
        cmocka_unit_test(extensions_beyond_names_and_keys_are_read),
        cmocka_unit_test(leaves_cover_every_byte),
        cmocka_unit_test(faults_have_their_place),
        cmocka_unit_test(cut_and_changed_certificates_do_no_harm),
        cmocka_unit_test(versions_and_what_goes_with_them),
        cmocka_unit_test(broken_extensions_are_refused),
        cmocka_unit_test(an_extension_may_occur_once),
        cmocka_unit_test(every_root_of_the_system_is_read),
    };
    return RUN(tests);
}
