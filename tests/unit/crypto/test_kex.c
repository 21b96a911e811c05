/* RFC 7748 5.2 and 6.1 (X25519), RFC 8448 section 5 (P-256), RFC 6979 A.2.6 and A.2.7 (key
 * pairs of P-384 and P-521). */
#include "crypto/ids.h"
#include "tests/unit/crypto/each_provider.h"

static hs__kex *import(const hs_provider *p, uint16_t group, const char *priv_hex, bytes *share) {
    bytes priv = unhex(priv_hex);
    hs__kex *k = NULL;
    uint8_t room[HS__SHARE_MAX];
    assert_ok(p->kex_import(p, group, of(&priv), &k, room, &share->n));
    memcpy(share->p, room, share->n);
    return k;
}

static const struct {
    uint16_t group;
    const char *private, *share, *peer, *secret; /* peer NULL: only the share is known */
} vectors[] = {
    {HS__GROUP_X25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
    {HS__GROUP_X25519, "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
    /* The peer's highest bit is set and must not count. */
    {HS__GROUP_X25519, "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d", NULL,
     "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
     "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
    /* 9 + p, not reduced: the base point all the same. */
    {HS__GROUP_X25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", NULL,
     "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"},
    {HS__GROUP_SECP256R1, "ab5473467e19346ceb0a0414e41da21d4d2445bc3025afe97c4e8dc8d513da39",
     "04a6da7392ec591e17abfd535964b99894d13befb221b3def2ebe3830eac8f0151812677c4d6d2237e85cf01d6910"
     "cfb"
     "83954e76ba7352830534159897e8065780",
     "04583e054b7a66672ae020ad9d2686fcc85b5ad41a134a0f03ee72b893052bd85b4c8de6776f5b04ac07d83540eab"
     "3e3"
     "d9c547bc6528c4317d294686093a6cad7d",
     "c142ce13ca11b5c2233652e63ad3d97844f1621fbfb9de69d547dc8fedeabeb4"},
    {HS__GROUP_SECP384R1,
     "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2e"
     "df5",
     "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a25451548"
     "0bc"
     "138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd25332"
     "647"
     "20",
     NULL, NULL},
    {HS__GROUP_SECP521R1,
     "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16"
     "fcc"
     "1466f6d8fbec67db89ec0c08b0e996b83538",
     "0401894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20"
     "fb6"
     "33155d38ffa16d2bd761dcac474b9a2f5023a400493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d"
     "663"
     "0f746a28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5",
     NULL, NULL},
};

static void shares_and_secrets_are_the_published_ones(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        bytes share;
        uint8_t secret[HS__KEX_SECRET_MAX];
        size_t secret_n;
        hs__kex *k = import(p, vectors[i].group, vectors[i].private, &share);
        if (vectors[i].share) {
            bytes want = unhex(vectors[i].share);
            assert_int_equal(share.n, want.n);
            assert_memory_equal(share.p, want.p, want.n);
        }
        if (vectors[i].peer) {
            bytes peer = unhex(vectors[i].peer);
            bytes want = unhex(vectors[i].secret);
            assert_ok(p->kex_agree(p, k, of(&peer), secret, &secret_n));
            assert_int_equal(secret_n, want.n);
            assert_memory_equal(secret, want.p, want.n);
        }
        p->kex_free(p, k);
    }
}

static void agree_between(const hs_provider *client, const hs_provider *server, uint16_t group) {
    const hs__group_form *form = hs__group_form_of(group);
    hs__kex *k;
    uint8_t client_share[HS__SHARE_MAX];
    uint8_t server_share[HS__SHARE_MAX];
    uint8_t a[HS__KEX_SECRET_MAX];
    uint8_t b[HS__KEX_SECRET_MAX];
    size_t client_n = 0;
    size_t server_n = 0;
    size_t a_n = 0;
    size_t b_n = 0;
    assert_ok(client->kex_generate(client, group, &k, client_share, &client_n));
    assert_int_equal(client_n, form->client_share);
    assert_ok(server->kex_respond(server, group, span_of(client_share, client_n), server_share,
                                  &server_n, a, &a_n, NULL));
    assert_int_equal(server_n, form->server_share);
    assert_ok(client->kex_agree(client, k, span_of(server_share, server_n), b, &b_n));
    assert_int_equal(a_n, form->secret);
    assert_int_equal(b_n, form->secret);
    assert_memory_equal(a, b, a_n);
    client->kex_free(client, k);
}

static void every_pair_of_providers_agrees_on_every_group(void **state) {
    const hs_provider *p = *state;
    for (const char *const *name = hs_provider_names(); *name; name++) {
        hs_provider *other;
        assert_ok(hs_provider_new(*name, &other));
        for (const uint16_t *g = p->groups; *g; g++) {
            if (!hs__provider_has_group(other, *g))
                continue;
            agree_between(p, other, *g);
            agree_between(other, p, *g);
        }
        hs_provider_unref(other);
    }
}

static void each_key_pair_is_new(void **state) {
    const hs_provider *p = *state;
    for (const uint16_t *g = p->groups; *g; g++) {
        uint8_t first[HS__SHARE_MAX];
        uint8_t second[HS__SHARE_MAX];
        size_t n;
        hs__kex *k;
        assert_ok(p->kex_generate(p, *g, &k, first, &n));
        p->kex_free(p, k);
        assert_ok(p->kex_generate(p, *g, &k, second, &n));
        p->kex_free(p, k);
        assert_memory_not_equal(first, second, n);
    }
}

static void an_exported_pair_can_be_imported(void **state) {
    const hs_provider *p = *state;
    for (const uint16_t *g = p->groups; *g; g++) {
        uint8_t share[HS__SHARE_MAX];
        uint8_t again[HS__SHARE_MAX];
        uint8_t priv[HS__KEX_PRIVATE_MAX];
        size_t n;
        size_t priv_n;
        hs__kex *k;
        hs__kex *copy;
        assert_ok(p->kex_generate(p, *g, &k, share, &n));
        if (!hs__group_form_of(*g)->private_len) {
            assert_status(p->kex_export(p, k, priv, &priv_n), HS_E_UNSUPPORTED);
        } else {
            assert_ok(p->kex_export(p, k, priv, &priv_n));
            assert_int_equal(priv_n, hs__group_form_of(*g)->private_len);
            assert_ok(p->kex_import(p, *g, span_of(priv, priv_n), &copy, again, &n));
            assert_memory_equal(share, again, n);
            p->kex_free(p, copy);
        }
        p->kex_free(p, k);
    }
}

static void a_server_can_keep_its_pair(void **state) {
    const hs_provider *p = *state;
    bytes peer;
    hs__kex *theirs = import(p, HS__GROUP_X25519, vectors[0].private, &peer);
    hs__kex *keep;
    uint8_t share[HS__SHARE_MAX];
    uint8_t secret[HS__KEX_SECRET_MAX];
    uint8_t again[HS__KEX_SECRET_MAX];
    uint8_t priv[HS__KEX_PRIVATE_MAX];
    size_t n;
    size_t secret_n;
    assert_ok(p->kex_respond(p, HS__GROUP_X25519, of(&peer), share, &n, secret, &secret_n, &keep));
    assert_ok(p->kex_export(p, keep, priv, &n));
    assert_ok(p->kex_agree(p, keep, of(&peer), again, &n));
    assert_memory_equal(secret, again, n);
    p->kex_free(p, keep);
    p->kex_free(p, theirs);
}

static void assert_refused(const hs_provider *p, uint16_t group, hs_span peer) {
    uint8_t share[HS__SHARE_MAX];
    uint8_t secret[HS__KEX_SECRET_MAX];
    size_t n;
    size_t secret_n;
    hs__kex *k;
    assert_status(p->kex_respond(p, group, peer, share, &n, secret, &secret_n, &k), HS_E_BAD_POINT);
    assert_null(k);
    assert_ok(p->kex_generate(p, group, &k, share, &n));
    assert_status(p->kex_agree(p, k, peer, secret, &secret_n), HS_E_BAD_POINT);
    p->kex_free(p, k);
}

static void shares_of_a_wrong_length_are_refused(void **state) {
    const hs_provider *p = *state;
    static uint8_t share[HS__SHARE_MAX + 1] = {0x04};
    for (const uint16_t *g = p->groups; *g; g++) {
        const hs__group_form *form = hs__group_form_of(*g);
        hs__kex *k;
        uint8_t own[HS__SHARE_MAX];
        size_t n;
        assert_ok(p->kex_generate(p, *g, &k, own, &n));
        memcpy(share, own, n);
        p->kex_free(p, k);
        assert_refused(p, *g, span_of(share, 0));
        assert_refused(p, *g, span_of(share, 1));
        assert_refused(p, *g, span_of(share, (size_t)form->client_share - 1));
        assert_refused(p, *g, span_of(share, (size_t)form->client_share + 1));
    }
}

static const uint16_t nist[] = {HS__GROUP_SECP256R1, HS__GROUP_SECP384R1, HS__GROUP_SECP521R1};

static void points_in_other_forms_are_refused(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < 3; i++) {
        size_t len = hs__group_form_of(nist[i])->client_share;
        uint8_t share[HS__SHARE_MAX];
        size_t n;
        hs__kex *k;
        assert_ok(p->kex_generate(p, nist[i], &k, share, &n));
        p->kex_free(p, k);
        for (int form = 0; form < 256; form++) {
            share[0] = (uint8_t)form; /* 6 and 7: hybrid, whose Y fits one of them */
            if (form != 0x04)
                assert_refused(p, nist[i], span_of(share, len));
        }
        for (uint8_t form = 2; form <= 3; form++) {
            share[0] = form;
            assert_refused(p, nist[i], span_of(share, 1 + (len - 1) / 2)); /* compressed */
        }
    }
}

static void points_off_their_curve_are_refused(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < 3; i++) {
        size_t len = hs__group_form_of(nist[i])->client_share;
        uint8_t share[HS__SHARE_MAX];
        size_t n;
        hs__kex *k;
        assert_ok(p->kex_generate(p, nist[i], &k, share, &n));
        p->kex_free(p, k);
        share[len - 1] ^= 1; /* another Y */
        assert_refused(p, nist[i], span_of(share, len));
        memset(share + 1, 0, len - 1); /* (0, 0): what stands for infinity in some libraries */
        assert_refused(p, nist[i], span_of(share, len));
        memset(share + 1, 0xff, len - 1); /* coordinates beyond the field */
        assert_refused(p, nist[i], span_of(share, len));
    }
}

/* RFC 7748 section 7 and the list at cr.yp.to/ecdh.html#validate: points of order 1, 2, 4, 8,
 * canonical or not. RFC 9846 7.4.2: an all-zero secret must end the handshake. */
static const char *const low_order[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void x25519_points_of_low_order_are_refused(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < sizeof low_order / sizeof low_order[0]; i++) {
        bytes peer = unhex(low_order[i]);
        assert_refused(p, HS__GROUP_X25519, of(&peer));
        peer.p[31] |= 0x80;
        assert_refused(p, HS__GROUP_X25519, of(&peer));
    }
}

static void a_hybrid_share_with_a_low_order_half_is_refused(void **state) {
    const hs_provider *p = *state;
    uint8_t share[HS__SHARE_MAX];
    uint8_t answer[HS__SHARE_MAX];
    uint8_t secret[HS__KEX_SECRET_MAX];
    size_t n;
    size_t secret_n;
    hs__kex *k;
    if (!hs__provider_has_group(p, HS__GROUP_X25519MLKEM768)) {
        print_message("this provider has no X25519MLKEM768\n");
        skip();
    }
    assert_ok(p->kex_generate(p, HS__GROUP_X25519MLKEM768, &k, share, &n));
    memset(share + 1184, 0, 32);
    assert_status(p->kex_respond(p, HS__GROUP_X25519MLKEM768, span_of(share, n), answer, &n, secret,
                                 &secret_n, NULL),
                  HS_E_BAD_POINT);
    /* FIPS 203 7.2: a key whose coefficients are not reduced. */
    memset(share, 0xff, 1184);
    share[1184] = 9;
    assert_status(p->kex_respond(p, HS__GROUP_X25519MLKEM768, span_of(share, 1216), answer, &n,
                                 secret, &secret_n, NULL),
                  HS_E_BAD_POINT);
    memset(answer, 0, 1120);
    assert_status(p->kex_agree(p, k, span_of(answer, 1120), secret, &secret_n), HS_E_BAD_POINT);
    p->kex_free(p, k);
}

static void unknown_groups_are_unsupported(void **state) {
    const hs_provider *p = *state;
    uint8_t share[HS__SHARE_MAX] = {0};
    uint8_t secret[HS__KEX_SECRET_MAX];
    size_t n;
    hs__kex *k;
    assert_status(p->kex_generate(p, 0x0100, &k, share, &n), HS_E_UNSUPPORTED);
    assert_null(k);
    assert_status(p->kex_import(p, 30, span_of(share, 56), &k, share, &n), HS_E_UNSUPPORTED);
    assert_status(p->kex_respond(p, 30, span_of(share, 56), share, &n, secret, &n, NULL),
                  HS_E_UNSUPPORTED);
}

static void private_values_out_of_range_are_refused(void **state) {
    const hs_provider *p = *state;
    uint8_t priv[66] = {0};
    uint8_t share[HS__SHARE_MAX];
    size_t n;
    hs__kex *k;
    for (size_t i = 0; i < 3; i++) {
        size_t len = hs__group_form_of(nist[i])->private_len;
        memset(priv, 0, sizeof priv);
        assert_status(p->kex_import(p, nist[i], span_of(priv, len), &k, share, &n), HS_E_MISUSE);
        memset(priv, 0xff, sizeof priv);
        assert_status(p->kex_import(p, nist[i], span_of(priv, len), &k, share, &n), HS_E_MISUSE);
        assert_status(p->kex_import(p, nist[i], span_of(priv, len - 1), &k, share, &n),
                      HS_E_MISUSE);
        assert_null(k);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_and_secrets_are_the_published_ones),
        cmocka_unit_test(every_pair_of_providers_agrees_on_every_group),
        cmocka_unit_test(each_key_pair_is_new),
        cmocka_unit_test(an_exported_pair_can_be_imported),
        cmocka_unit_test(a_server_can_keep_its_pair),
        cmocka_unit_test(shares_of_a_wrong_length_are_refused),
        cmocka_unit_test(points_in_other_forms_are_refused),
        cmocka_unit_test(points_off_their_curve_are_refused),
        cmocka_unit_test(x25519_points_of_low_order_are_refused),
        cmocka_unit_test(a_hybrid_share_with_a_low_order_half_is_refused),
        cmocka_unit_test(unknown_groups_are_unsupported),
        cmocka_unit_test(private_values_out_of_range_are_refused),
    };
    return EACH_PROVIDER(tests);
}
