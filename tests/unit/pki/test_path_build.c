#include "pki/path.h"

#include <stdio.h>
#include <time.h>

#include "tests/unit/pki/pki_test.h"

enum { POOL = 160 };

/* Certificates of one test, all freed at its end. */
typedef struct {
    made *all[POOL];
    size_t n;
} world;

static made *add(world *w, spec s) {
    assert_true(w->n < POOL);
    w->all[w->n] = make(&s);
    return w->all[w->n++];
}

static void end(world *w) {
    for (size_t i = 0; i < w->n; i++) {
        made_free(w->all[i]);
    }
}

typedef struct {
    hs_status verdict;
    size_t path_n, tried;
    const uint8_t *path[HS__PATH_CERTS_MAX];
    char summary[200];
} result;

/* Verifies list[0] with the others as pool, in the order given. */
static result verify(const made *anchor, const made *const *list, size_t n) {
    hs_span chain[POOL];
    hs_trust *t;
    hs_report *r;
    result out = {0};
    assert_ok(hs_trust_new(provider(), &t));
    if (anchor != NULL) {
        assert_ok(hs_trust_add(t, made_der(anchor), "test", 0, NULL, NULL));
    }
    for (size_t i = 0; i < n; i++) {
        chain[i] = made_der(list[i]);
    }
    const hs_verify_options o = {
        .size = sizeof(o), .chain = chain, .n_chain = n, .name = "a.test", .now = NOW};
    out.verdict = hs_verify(provider(), t, &o, &r);
    assert_non_null(r);
    out.path_n = r->n_path;
    out.tried = r->paths_tried;
    for (size_t i = 0; i < r->n_path; i++) {
        out.path[i] = r->path[i].der.p;
    }
    (void)snprintf(out.summary, sizeof(out.summary), "%s", r->summary);
    hs_report_free(r);
    hs_trust_unref(t);
    return out;
}

static void the_order_of_the_pool_does_not_matter(void **state) {
    (void)state;
    world w = {0};
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    made *high = add(&w, (spec){.is_ca = true, .subject = "CN=high", .issuer = root});
    made *low = add(&w, (spec){.is_ca = true, .subject = "CN=low", .issuer = high});
    made *leaf = add(&w, (spec){.issuer = low});
    static const size_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                        {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const made *const rest[] = {root, high, low};
    for (size_t i = 0; i < 6; i++) {
        const made *const list[] = {leaf, rest[orders[i][0]], rest[orders[i][1]],
                                    rest[orders[i][2]]};
        const result r = verify(root, list, 4);
        assert_ok(r.verdict);
        assert_int_equal(r.path_n, 4);
        assert_ptr_equal(r.path[1], low->der);
        assert_ptr_equal(r.path[2], high->der);
    }
    end(&w);
}

static void a_missing_link_is_an_unknown_issuer(void **state) {
    (void)state;
    world w = {0};
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    made *high = add(&w, (spec){.is_ca = true, .subject = "CN=high", .issuer = root});
    made *low = add(&w, (spec){.is_ca = true, .subject = "CN=low", .issuer = high});
    made *leaf = add(&w, (spec){.issuer = low});
    result r = verify(root, (const made *[]){leaf, low}, 2);
    assert_status(r.verdict, HS_E_UNKNOWN_ISSUER);
    assert_int_equal(r.path_n, 2);
    assert_string_equal(r.summary, "issuer CN=high is not among the anchors of test (1)");
    r = verify(NULL, (const made *[]){leaf, low, high, root}, 4);
    assert_status(r.verdict, HS_E_UNKNOWN_ISSUER);
    assert_int_equal(r.path_n, 4);
    assert_string_equal(r.summary,
                        "root CN=root is self-signed and is not trusted: nobody is trusted here");
    end(&w);
}

/* Two CAs of the same name, or with the same key id, one of them real: both ways round. */
static void decoys_do_not_mislead(void **state) {
    (void)state;
    world w = {0};
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    made *mid = add(&w, (spec){.is_ca = true, .subject = "CN=mid", .issuer = root});
    made *decoy = add(&w, (spec){.is_ca = true, .subject = "CN=mid", .issuer = root});
    made *expired = add(&w, (spec){.is_ca = true,
                                   .subject = "CN=mid",
                                   .issuer = root,
                                   .same_key_as = mid,
                                   .to = FROM + 1});
    made *no_ca = add(&w, (spec){.subject = "CN=mid", .issuer = root, .same_key_as = mid});
    made *leaf = add(&w, (spec){.issuer = mid, .no_authority_key_id = true});
    const made *const lists[][5] = {{leaf, decoy, expired, no_ca, mid},
                                    {leaf, mid, decoy, expired, no_ca}};
    for (size_t i = 0; i < 2; i++) {
        const result r = verify(root, lists[i], 5);
        assert_ok(r.verdict);
        assert_ptr_equal(r.path[1], mid->der);
    }
    end(&w);
}

/* low is signed by two CAs; one way ends nowhere, the other at the anchor. */
static void cross_signed_cas_and_dead_ends(void **state) {
    (void)state;
    world w = {0};
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    made *gone = add(&w, (spec){.is_ca = true, .subject = "CN=gone"});
    made *dead = add(&w, (spec){.is_ca = true, .subject = "CN=dead", .issuer = gone});
    made *good = add(&w, (spec){.is_ca = true, .subject = "CN=good", .issuer = root});
    made *low_dead = add(&w, (spec){.is_ca = true, .subject = "CN=low", .issuer = dead});
    made *low_good = add(
        &w, (spec){.is_ca = true, .subject = "CN=low", .issuer = good, .same_key_as = low_dead});
    made *leaf = add(&w, (spec){.issuer = low_dead});
    const made *const list[] = {leaf, low_dead, dead, low_good, good};
    const result r = verify(root, list, 5);
    assert_ok(r.verdict);
    assert_int_equal(r.path_n, 4);
    assert_ptr_equal(r.path[1], low_good->der);
    end(&w);
}

/* Judges list[0] with details; the report is the caller's. */
static hs_report *report(hs_trust *t, const made *const *list, size_t n) {
    static hs_span chain[POOL];
    hs_report *r;
    for (size_t i = 0; i < n; i++) {
        chain[i] = made_der(list[i]);
    }
    const hs_verify_options o = {.size = sizeof(o),
                                 .chain = chain,
                                 .n_chain = n,
                                 .name = "a.test",
                                 .now = NOW,
                                 .details = true};
    const hs_status st = hs_verify(provider(), t, &o, &r);
    assert_int_equal(st, r->verdict);
    return r;
}

static void dead_ends_are_told(void **state) {
    (void)state;
    world w = {0};
    hs_trust *t;
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    made *gone = add(&w, (spec){.is_ca = true, .subject = "CN=gone"});
    made *dead = add(&w, (spec){.is_ca = true, .subject = "CN=dead", .issuer = gone});
    made *low = add(&w, (spec){.is_ca = true, .subject = "CN=low", .issuer = dead});
    made *old = add(&w, (spec){.is_ca = true,
                               .subject = "CN=low",
                               .issuer = root,
                               .same_key_as = low,
                               .to = FROM + 1});
    made *good =
        add(&w, (spec){.is_ca = true, .subject = "CN=low", .issuer = root, .same_key_as = low});
    made *leaf = add(&w, (spec){.issuer = low});
    assert_ok(hs_trust_new(provider(), &t));
    assert_ok(hs_trust_add(t, made_der(root), "test", 0, NULL, NULL));
    const made *const list[] = {leaf, low, dead, old, good};
    hs_report *r = report(t, list, 5);
    assert_ok(r->verdict);
    assert_int_equal(r->n_dead_ends, 2);
    assert_string_equal(r->dead_ends[0].path, "CN=leaf < CN=low < CN=dead");
    assert_string_equal(r->dead_ends[0].why,
                        "nobody is there with the name of its issuer, CN=gone");
    assert_string_equal(r->dead_ends[1].path, "CN=leaf < CN=low");
    assert_non_null(strstr(r->dead_ends[1].why, "CA certificate CN=low expired"));
    hs_report_free(r);
    r = report(t, list, 4); /* without the good one */
    assert_int_equal(r->n_dead_ends, 2);
    hs_report_free(r);
    hs_trust_unref(t);
    end(&w);
}

/* The same root once with the system's bundle and once given by hand, in both orders. */
static void the_way_by_ones_own_anchor_is_taken_where_the_webs_rules_refuse(void **state) {
    (void)state;
    world w = {0};
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    made *const leaves[] = {
        add(&w, (spec){.issuer = root, .no_authority_key_id = true}),
        add(&w, (spec){.issuer = root, .n_purposes = 1}), /* but none is given: no extKeyUsage */
    };
    const hs_status alone[] = {HS_E_CERT_PROFILE, HS_E_EXT_KEY_USAGE};
    static const unsigned orders[][2] = {{HS_TRUST_WEB_PKI, 0}, {0, HS_TRUST_WEB_PKI}};
    for (size_t i = 0; i < 4; i++) {
        const made *const list[] = {leaves[i % 2]};
        hs_trust *t;
        assert_ok(hs_trust_new(provider(), &t));
        for (size_t k = 0; k < 2; k++) {
            const unsigned flags = orders[i / 2][k];
            assert_ok(hs_trust_add(t, made_der(root), flags != 0 ? "bundle" : "by hand", flags,
                                   NULL, NULL));
            if (k == 0) {
                hs_report *r = report(t, list, 1);
                assert_int_equal(r->verdict, flags != 0 ? alone[i % 2] : HS_OK);
                hs_report_free(r);
            }
        }
        hs_report *r = report(t, list, 1);
        assert_ok(r->verdict);
        assert_string_equal(r->anchor_source, "by hand");
        hs_report_free(r);
        hs_trust_unref(t);
    }
    end(&w);
}

/* One of two ways is too long. */
static void a_path_that_fails_as_a_whole_is_not_the_last_one(void **state) {
    (void)state;
    world w = {0};
    hs_trust *t;
    const size_t none = 0;
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    made *high = add(&w, (spec){.is_ca = true, .subject = "CN=high", .issuer = root});
    made *around =
        add(&w, (spec){.is_ca = true, .subject = "CN=root", .issuer = high, .same_key_as = root});
    made *leaf = add(&w, (spec){.issuer = root});
    assert_ok(hs_trust_new(provider(), &t));
    assert_ok(hs_trust_add(t, made_der(high), "test", 0, NULL, NULL));
    hs_span chain[] = {made_der(leaf), made_der(around)};
    hs_verify_options o = {
        .size = sizeof(o), .chain = chain, .n_chain = 2, .now = NOW, .max_intermediates = &none};
    hs_report *r;
    assert_status(hs_verify(provider(), t, &o, &r), HS_E_PATH_LENGTH);
    assert_string_equal(r->summary, "the chain has 1 intermediates, 0 are allowed here");
    hs_report_free(r);
    assert_ok(hs_trust_add(t, made_der(root), "test", 0, NULL, NULL));
    assert_ok(hs_verify(provider(), t, &o, &r));
    assert_int_equal(r->n_path, 2);
    hs_report_free(r);
    hs_trust_unref(t);
    end(&w);
}

/* Whole paths cost, too (lists are searched): there are so many, and the same one counts once. */
static void whole_paths_are_bounded(void **state) {
    (void)state;
    enum { MIDS = HS__ARRIVALS + 1 };
    world w = {0};
    uint8_t serials[MIDS];
    const made *list[1 + MIDS];
    hs_trust *t;
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    made *mid = add(&w, (spec){.is_ca = true, .subject = "CN=mid", .issuer = root});
    list[0] = add(&w, (spec){.issuer = mid, .no_authority_key_id = true});
    assert_ok(hs_trust_new(provider(), &t));
    assert_ok(hs_trust_add(t, made_der(root), "test", HS_TRUST_WEB_PKI, NULL, NULL));
    for (size_t i = 1; i <= MIDS; i++) {
        list[i] = mid;
    }
    hs_report *r = report(t, list, 1 + MIDS);
    assert_status(r->verdict, HS_E_CERT_PROFILE);
    assert_int_equal(r->paths_tried, 2); /* once to find a good one, once to find the nearest */
    hs_report_free(r);
    for (size_t i = 1; i <= MIDS; i++) {
        serials[i - 1] = (uint8_t)i;
        list[i] = add(&w, (spec){.is_ca = true,
                                 .subject = "CN=mid",
                                 .issuer = root,
                                 .same_key_as = mid,
                                 .serial = {&serials[i - 1], 1}});
    }
    r = report(t, list, 1 + MIDS);
    assert_status(r->verdict, HS_E_VERIFY_LIMIT);
    assert_int_equal(r->paths_tried, 2 * HS__ARRIVALS);
    hs_report_free(r);
    hs_trust_unref(t);
    end(&w);
}

static void loops_end(void **state) {
    (void)state;
    world w = {0};
    made *a = add(&w, (spec){.is_ca = true, .subject = "CN=a"});
    made *b = add(&w, (spec){.is_ca = true, .subject = "CN=b", .issuer = a});
    made *a_by_b = add(&w, (spec){.is_ca = true, .subject = "CN=a", .issuer = b, .same_key_as = a});
    made *other = add(&w, (spec){.is_ca = true, .subject = "CN=other"});
    made *leaf = add(&w, (spec){.issuer = b});
    const made *const list[] = {leaf, a_by_b, b, leaf};
    const result r = verify(other, list, 4);
    assert_status(r.verdict, HS_E_UNKNOWN_ISSUER);
    end(&w);
}

/* The anchor is not self-signed: an intermediate that the user chose to trust. */
static void an_anchor_need_not_be_a_root(void **state) {
    (void)state;
    world w = {0};
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    made *mid = add(&w, (spec){.is_ca = true, .subject = "CN=mid", .issuer = root});
    made *leaf = add(&w, (spec){.issuer = mid});
    const result r = verify(mid, (const made *[]){leaf, mid, root}, 3);
    assert_ok(r.verdict);
    assert_int_equal(r.path_n, 2);
    end(&w);
}

/* Like OpenSSL and Go: a certificate that was put among the anchors itself is trusted. */
static void a_leaf_may_be_an_anchor(void **state) {
    (void)state;
    world w = {0};
    made *self = add(&w, (spec){.subject = "CN=self", .no_basic_constraints = true});
    made *other = add(&w, (spec){.subject = "CN=self"});
    result r = verify(self, (const made *[]){self}, 1);
    assert_ok(r.verdict);
    assert_int_equal(r.path_n, 1);
    r = verify(other, (const made *[]){self}, 1);
    assert_status(r.verdict, HS_E_UNKNOWN_ISSUER);
    assert_string_equal(r.summary,
                        "certificate is self-signed and is not among the anchors of test (1); "
                        "one there has this name, but another key");
    end(&w);
}

static void a_chain_may_have_ten_intermediates(void **state) {
    (void)state;
    world w = {0};
    const made *list[POOL];
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    made *last = root;
    for (size_t i = 1; i <= 10; i++) {
        char subject[32];
        (void)snprintf(subject, sizeof(subject), "CN=mid %zu", i);
        last = add(&w, (spec){.is_ca = true, .subject = subject, .issuer = last});
        list[i] = last;
    }
    list[0] = add(&w, (spec){.issuer = last});
    result r = verify(root, list, 11);
    assert_ok(r.verdict);
    assert_int_equal(r.path_n, 12);
    list[11] = add(&w, (spec){.is_ca = true, .subject = "CN=mid 11", .issuer = last});
    list[0] = add(&w, (spec){.issuer = list[11]});
    r = verify(root, list, 12);
    assert_status(r.verdict, HS_E_UNKNOWN_ISSUER);
    end(&w);
}

/* 11 names, 10 cross-signed certificates each, all of them leading to each other and none to
 * the anchor: the search gives up soon, and says so. */
static void a_hostile_pool_is_bounded(void **state) {
    (void)state;
    world w = {0};
    enum { CAS = 11 };
    made *ca[CAS];
    const made *list[POOL];
    size_t n = 1;
    char name[CAS][32];
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    for (size_t i = 0; i < CAS; i++) {
        (void)snprintf(name[i], sizeof(name[i]), "CN=ca %zu", i);
        ca[i] = add(&w, (spec){.is_ca = true, .subject = name[i]});
    }
    for (size_t i = 0; i < CAS; i++) {
        for (size_t k = 0; k < CAS; k++) {
            if (i != k && n < 108) {
                list[n++] = add(&w, (spec){.is_ca = true,
                                           .subject = name[i],
                                           .issuer = ca[k],
                                           .same_key_as = ca[i]});
            }
        }
    }
    list[0] = add(&w, (spec){.issuer = ca[0]});
    const clock_t before = clock();
    const result r = verify(root, list, n);
    const double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    assert_status(r.verdict, HS_E_VERIFY_LIMIT);
    /* 100 signatures at a few ms each; far more only if the search were not bounded. */
    assert_true(seconds < 20);
    end(&w);
}

/* More issuers of the right name than there may be signature checks, none of them the one. */
static void signature_checks_are_bounded(void **state) {
    (void)state;
    world w = {0};
    const made *list[POOL];
    made *root = add(&w, (spec){.is_ca = true, .subject = "CN=root"});
    made *real = add(&w, (spec){.is_ca = true, .subject = "CN=mid", .issuer = root});
    size_t n = 1;
    list[0] = add(&w, (spec){.issuer = real, .no_authority_key_id = true});
    while (n <= HS__SIGNATURE_CHECKS) {
        list[n++] = add(&w, (spec){.is_ca = true, .subject = "CN=mid", .issuer = root});
    }
    list[n++] = real;
    result r = verify(root, list, n);
    assert_status(r.verdict, HS_E_VERIFY_LIMIT);
    list[1] = real; /* in time */
    r = verify(root, list, n);
    assert_ok(r.verdict);
    end(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_the_pool_does_not_matter),
        cmocka_unit_test(a_missing_link_is_an_unknown_issuer),
        cmocka_unit_test(decoys_do_not_mislead),
        cmocka_unit_test(cross_signed_cas_and_dead_ends),
        cmocka_unit_test(dead_ends_are_told),
        cmocka_unit_test(the_way_by_ones_own_anchor_is_taken_where_the_webs_rules_refuse),
        cmocka_unit_test(a_path_that_fails_as_a_whole_is_not_the_last_one),
        cmocka_unit_test(whole_paths_are_bounded),
        cmocka_unit_test(loops_end),
        cmocka_unit_test(an_anchor_need_not_be_a_root),
        cmocka_unit_test(a_leaf_may_be_an_anchor),
        cmocka_unit_test(a_chain_may_have_ten_intermediates),
        cmocka_unit_test(a_hostile_pool_is_bounded),
        cmocka_unit_test(signature_checks_are_bounded),
    };
    return RUN(tests);
}
