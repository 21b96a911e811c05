/* Digests of "" and "abc": FIPS 180-4's examples. */
#include "tests/unit/crypto/each_provider.h"

static const struct {
    hs__hash_id id;
    const char *empty, *abc;
} vectors[] = {
    {HS__SHA1, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
     "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {HS__SHA256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {HS__SHA384,
     "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b"
     "95b",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c82"
     "5a7"},
    {HS__SHA512,
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877ee"
     "c2f"
     "63b931bd47417a81a538327af927da3e",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "bbd"
     "454d4423643ce80e2a9ac94fa54ca49f"},
};

enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static void assert_digest(const hs_provider *p, const hs__hash *h, const char *expected) {
    uint8_t out[HS__HASH_MAX];
    bytes want = unhex(expected);
    assert_ok(p->hash_snapshot(p, h, out));
    assert_memory_equal(out, want.p, want.n);
}

static void digests_are_the_published_ones(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        hs__hash h = {0};
        assert_ok(p->hash_start(p, &h, vectors[i].id));
        assert_digest(p, &h, vectors[i].empty);
        assert_ok(p->hash_update(p, &h, "abc", 3));
        assert_digest(p, &h, vectors[i].abc);
        p->hash_end(p, &h);
        assert_int_equal(unhex(vectors[i].abc).n, hs__hash_len(vectors[i].id));
    }
}

static void a_digest_is_of_all_its_parts(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        const hs_span parts[] = {{(const uint8_t *)"b", 1}, {NULL, 0}, {(const uint8_t *)"c", 1}};
        bytes want = unhex(vectors[i].abc);
        bytes empty = unhex(vectors[i].empty);
        uint8_t out[HS__HASH_MAX] = "abc";
        assert_ok(p->digest(p, vectors[i].id, span_of("a", 1), parts, 3, out));
        assert_memory_equal(out, want.p, want.n);
        memcpy(out, "abc", 3);
        assert_ok(p->digest(p, vectors[i].id, span_of(out, 3), NULL, 0, out)); /* in place */
        assert_memory_equal(out, want.p, want.n);
        assert_ok(p->digest(p, vectors[i].id, span_of(NULL, 0), NULL, 0, out));
        assert_memory_equal(out, empty.p, empty.n);
    }
}

static void feeding_goes_on_after_a_snapshot(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        hs__hash h = {0};
        uint8_t unused[HS__HASH_MAX];
        assert_ok(p->hash_start(p, &h, vectors[i].id));
        assert_ok(p->hash_update(p, &h, "a", 1));
        assert_ok(p->hash_snapshot(p, &h, unused));
        assert_ok(p->hash_update(p, &h, "", 0));
        assert_ok(p->hash_update(p, &h, "bc", 2));
        assert_digest(p, &h, vectors[i].abc);
        assert_digest(p, &h, vectors[i].abc);
        p->hash_end(p, &h);
    }
}

static void a_clone_goes_its_own_way(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        hs__hash a = {0};
        hs__hash b = {0};
        assert_ok(p->hash_start(p, &a, vectors[i].id));
        /* The target was started before, with another algorithm. */
        assert_ok(p->hash_start(p, &b, vectors[(i + 1) % VECTORS].id));
        assert_ok(p->hash_update(p, &b, "zzz", 3));
        assert_ok(p->hash_clone(p, &b, &a));
        assert_ok(p->hash_update(p, &b, "abc", 3));
        assert_digest(p, &a, vectors[i].empty);
        assert_digest(p, &b, vectors[i].abc);
        p->hash_end(p, &a);
        assert_digest(p, &b, vectors[i].abc);
        p->hash_end(p, &b);
    }
}

static void starting_anew_forgets_what_was_fed(void **state) {
    const hs_provider *p = *state;
    hs__hash h = {0};
    for (size_t i = 0; i < 2 * VECTORS; i++) {
        size_t v = i / 2; /* each algorithm twice in a row, then the next */
        assert_ok(p->hash_start(p, &h, vectors[v].id));
        assert_ok(p->hash_update(p, &h, "abc", 3));
        assert_digest(p, &h, vectors[v].abc);
    }
    p->hash_end(p, &h);
}

static void a_recycled_hash_starts_empty(void **state) {
    const hs_provider *p = *state;
    for (int round = 0; round < 3; round++) {
        hs__hash h = {0};
        assert_ok(p->hash_start(p, &h, HS__SHA256));
        assert_digest(p, &h, vectors[1].empty);
        assert_ok(p->hash_update(p, &h, "left behind", 11));
        p->hash_end(p, &h);
    }
}

static void ending_is_safe_at_any_time(void **state) {
    const hs_provider *p = *state;
    hs__hash h = {0};
    p->hash_end(p, &h);
    assert_ok(p->hash_start(p, &h, HS__SHA384));
    p->hash_end(p, &h);
    p->hash_end(p, &h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_the_published_ones),
        cmocka_unit_test(a_digest_is_of_all_its_parts),
        cmocka_unit_test(feeding_goes_on_after_a_snapshot),
        cmocka_unit_test(a_clone_goes_its_own_way),
        cmocka_unit_test(starting_anew_forgets_what_was_fed),
        cmocka_unit_test(a_recycled_hash_starts_empty),
        cmocka_unit_test(ending_is_safe_at_any_time),
    };
    return EACH_PROVIDER(tests);
}
