/* Keys that seal tickets: what they make opens as long as it should, and nothing else does. */
#include "engine/ticket_keys.h"

#include <pthread.h>
#include <stdlib.h>

#include "tests/lib/forward_provider.h"
#include "tests/lib/test_provider.h"
#include "tests/unit/crypto/each_provider.h"

enum { KEY_LIFE_S = 1000, TICKET_LIFE_S = 100, ROOM = 256, THREADS = 4, ROUNDS = 600 };
#define START_MS 1800000000000ULL

static const char secret[] = "what a ticket seals";
enum { SECRET_N = sizeof(secret) - 1, TICKET_N = SECRET_N + HS__TICKET_OVERHEAD };

static uint64_t after(uint64_t seconds) {
    return START_MS + seconds * 1000;
}

static void seal_at(hs__ticket_keys *k, const hs_provider *p, uint64_t now_ms,
                    uint8_t ticket[TICKET_N]) {
    assert_ok(hs__ticket_keys_seal(k, p, now_ms, text(secret), ticket));
}

/* NULL: it opened; else why not, and then nothing of the secret may have come out. */
static const char *open_at(hs__ticket_keys *k, const hs_provider *p, uint64_t now_ms,
                           hs_span ticket, bool *is_previous) {
    uint8_t out[ROOM] = {0};
    const uint8_t nothing[ROOM] = {0};
    size_t n;
    const char *why;
    assert_ok(hs__ticket_keys_open(k, p, now_ms, ticket, out, &n, is_previous, &why));
    if (why == NULL) {
        assert_int_equal(n, SECRET_N);
        assert_memory_equal(out, secret, SECRET_N);
    } else {
        assert_int_equal(n, 0);
        assert_memory_equal(out, nothing, sizeof(out));
    }
    return why;
}

static void assert_opens(hs__ticket_keys *k, const hs_provider *p, uint64_t now_ms,
                         const uint8_t *ticket, bool with_previous) {
    bool is_previous;
    assert_null(open_at(k, p, now_ms, span_of(ticket, TICKET_N), &is_previous));
    assert_int_equal(is_previous, with_previous);
}

static void assert_gone(hs__ticket_keys *k, const hs_provider *p, uint64_t now_ms,
                        const uint8_t *ticket) {
    bool is_previous;
    assert_string_equal(open_at(k, p, now_ms, span_of(ticket, TICKET_N), &is_previous),
                        "it is sealed with a key that we do not have, or no longer");
}

/* ---- one ticket -------------------------------------------------------------------------- */

/* The ciphertext and tag that HKDF and AES-GCM of another library (Python's cryptography) give. */
static void a_ticket_is_what_others_compute(void **state) {
    const bytes expected =
        unhex("3af8c97f9bc99bf51ead40e53fb9cd6845a16d37827c9bc86dbd90944c5f3362bade7f");
    uint8_t name[HS__TICKET_KEY_NAME];
    uint8_t key[32];
    uint8_t salt[HS__TICKET_SALT];
    memset(name, 0x11, sizeof(name));
    memset(key, 0x22, sizeof(key));
    memset(salt, 0x33, sizeof(salt));
    hs_provider *p;
    assert_ok(hs__test_provider_new(*state, &p));
    assert_ok(hs__test_provider_push_random(p, name, sizeof(name)));
    assert_ok(hs__test_provider_push_random(p, key, sizeof(key)));
    assert_ok(hs__test_provider_push_random(p, salt, sizeof(salt)));
    hs__ticket_keys k;
    uint8_t ticket[TICKET_N];
    hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
    seal_at(&k, p, START_MS, ticket);
    assert_memory_equal(ticket, name, sizeof(name));
    assert_memory_equal(ticket + sizeof(name), salt, sizeof(salt));
    assert_int_equal(expected.n, TICKET_N - HS__TICKET_HEAD);
    assert_memory_equal(ticket + HS__TICKET_HEAD, expected.p, expected.n);
    hs__ticket_keys_end(&k);
    hs_provider_unref(p);
}

static void no_two_tickets_share_a_salt(void **state) {
    hs__ticket_keys k;
    uint8_t a[TICKET_N];
    uint8_t b[TICKET_N];
    hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
    seal_at(&k, *state, START_MS, a);
    seal_at(&k, *state, START_MS, b);
    assert_memory_equal(a, b, HS__TICKET_KEY_NAME);
    assert_memory_not_equal(a + HS__TICKET_KEY_NAME, b + HS__TICKET_KEY_NAME, HS__TICKET_SALT);
    assert_memory_not_equal(a + HS__TICKET_HEAD, b + HS__TICKET_HEAD, SECRET_N);
    hs__ticket_keys_end(&k);
}

static void a_ticket_with_any_bit_changed_does_not_open(void **state) {
    hs__ticket_keys k;
    uint8_t ticket[TICKET_N];
    bool is_previous;
    hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
    seal_at(&k, *state, START_MS, ticket);
    for (size_t bit = 0; bit < sizeof(ticket) * 8; bit++) {
        ticket[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_non_null(open_at(&k, *state, START_MS, span_of(ticket, TICKET_N), &is_previous));
        ticket[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_opens(&k, *state, START_MS, ticket, false);
    hs__ticket_keys_end(&k);
}

static void a_ticket_of_any_other_length_does_not_open(void **state) {
    hs__ticket_keys k;
    uint8_t ticket[ROOM] = {0};
    bool is_previous;
    hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
    seal_at(&k, *state, START_MS, ticket);
    for (size_t n = 0; n < sizeof(ticket); n++) {
        const char *why = open_at(&k, *state, START_MS, span_of(ticket, n), &is_previous);
        assert_int_equal(why == NULL, n == TICKET_N);
    }
    hs__ticket_keys_end(&k);
}

/* ---- keys in time ------------------------------------------------------------------------ */

static void a_key_seals_for_its_life_and_then_opens_for_a_tickets_life(void **state) {
    hs__ticket_keys k;
    uint8_t first[TICKET_N];
    uint8_t last[TICKET_N];
    uint8_t next[TICKET_N];
    hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
    seal_at(&k, *state, after(0), first);
    seal_at(&k, *state, after(KEY_LIFE_S) - 1, last);
    assert_memory_equal(first, last, HS__TICKET_KEY_NAME);
    seal_at(&k, *state, after(KEY_LIFE_S), next);
    assert_memory_not_equal(first, next, HS__TICKET_KEY_NAME);
    assert_opens(&k, *state, after(KEY_LIFE_S), last, true);
    assert_opens(&k, *state, after(KEY_LIFE_S), next, false);
    assert_opens(&k, *state, after(KEY_LIFE_S + TICKET_LIFE_S) - 1, last, true);
    assert_gone(&k, *state, after(KEY_LIFE_S + TICKET_LIFE_S), last);
    assert_opens(&k, *state, after(KEY_LIFE_S + TICKET_LIFE_S), next, false);
    hs__ticket_keys_end(&k);
}

static bool is_in(const hs__ticket_keys *k, const uint8_t key[32]) {
    for (size_t i = 0; i < HS__TICKET_KEYS; i++) {
        if (memcmp(k->key[i].key, key, sizeof(k->key[i].key)) == 0) {
            return true;
        }
    }
    return false;
}

static void a_key_whose_time_is_over_is_wiped(void **state) {
    hs__ticket_keys k;
    uint8_t ticket[TICKET_N];
    uint8_t key[32];
    hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
    seal_at(&k, *state, after(0), ticket);
    memcpy(key, k.key[HS__CURRENT_KEY].key, sizeof(key));
    seal_at(&k, *state, after(KEY_LIFE_S), ticket);
    assert_true(is_in(&k, key));
    seal_at(&k, *state, after(KEY_LIFE_S + TICKET_LIFE_S), ticket);
    assert_false(is_in(&k, key));
    memcpy(key, k.key[HS__CURRENT_KEY].key, sizeof(key));
    assert_true(is_in(&k, key));
    hs__ticket_keys_end(&k);
    assert_false(is_in(&k, key));
}

/* Nobody came for long: the first call afterwards, whichever it is, finds both keys too old. */
static void idle_time_counts(void **state) {
    hs__ticket_keys k;
    uint8_t ticket[TICKET_N];
    hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
    seal_at(&k, *state, after(0), ticket);
    assert_gone(&k, *state, after(KEY_LIFE_S + TICKET_LIFE_S), ticket);
    assert_false(k.key[HS__PREVIOUS_KEY].is_set);
    hs__ticket_keys_end(&k);
}

/* Two threads may read the clock in one order and come here in the other. */
static void a_clock_a_little_behind_changes_nothing(void **state) {
    hs__ticket_keys k;
    uint8_t a[TICKET_N];
    uint8_t b[TICKET_N];
    hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
    seal_at(&k, *state, after(0), a);
    seal_at(&k, *state, after(0) - 5, b);
    assert_memory_equal(a, b, HS__TICKET_KEY_NAME);
    hs__ticket_keys_end(&k);
}

static void a_clock_set_far_back_does_not_make_a_key_live_on(void **state) {
    hs__ticket_keys k;
    uint8_t a[TICKET_N];
    uint8_t b[TICKET_N];
    hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
    seal_at(&k, *state, after(0), a);
    seal_at(&k, *state, after(0) - KEY_LIFE_S * 1000, b);
    assert_memory_not_equal(a, b, HS__TICKET_KEY_NAME);
    hs__ticket_keys_end(&k);
}

/* ---- faults ------------------------------------------------------------------------------ */

/* No ticket rather than one under a key that is not random, at the name, the key and the salt. */
static void without_randomness_nothing_is_sealed(void **state) {
    static const size_t lengths[] = {HS__TICKET_KEY_NAME, 32, HS__TICKET_SALT};
    const uint8_t some[64] = {1};
    for (size_t good = 0; good < 3; good++) {
        hs_provider *p;
        hs__ticket_keys k;
        uint8_t ticket[TICKET_N];
        assert_ok(hs__test_provider_new(*state, &p));
        for (size_t i = 0; i < good; i++) {
            assert_ok(hs__test_provider_push_random(p, some, lengths[i]));
        }
        assert_ok(hs__test_provider_push_random(p, some, 1));
        hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
        assert_status(hs__ticket_keys_seal(&k, p, START_MS, text(secret), ticket), HS_E_RANDOM);
        assert_int_equal(k.key[HS__CURRENT_KEY].is_set, good == 2);
        hs__ticket_keys_end(&k);
        hs_provider_unref(p);
    }
}

/* ---- threads ----------------------------------------------------------------------------- */

typedef struct {
    const hs_provider *p;
    hs__ticket_keys *keys;
    atomic_uint *clock;
} job;

/* A second goes by with each ticket, for all threads alike. What one has sealed, it opens at once:
 * unless it was kept from it for as long as a ticket lives. */
static void *work(void *arg) {
    const job *j = arg;
    for (unsigned i = 0; i < ROUNDS; i++) {
        const unsigned now_s = atomic_fetch_add(j->clock, 1);
        uint8_t ticket[TICKET_N];
        uint8_t out[ROOM];
        size_t n;
        bool is_previous;
        const char *why;
        if (hs__ticket_keys_seal(j->keys, j->p, after(now_s), text(secret), ticket) ||
            hs__ticket_keys_open(j->keys, j->p, after(now_s), span_of(ticket, sizeof(ticket)), out,
                                 &n, &is_previous, &why)) {
            return "a call failed";
        }
        if (why != NULL && atomic_load(j->clock) - now_s < TICKET_LIFE_S) {
            return "a fresh ticket does not open";
        }
        if (why == NULL && (n != SECRET_N || memcmp(out, secret, n) != 0)) {
            return "something else came out";
        }
    }
    return NULL;
}

static void threads_share_the_keys_while_they_change(void **state) {
    hs__ticket_keys k;
    atomic_uint clock = 0;
    job j = {*state, &k, &clock};
    uint8_t first[TICKET_N];
    pthread_t threads[THREADS];
    hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
    seal_at(&k, *state, after(0), first);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, work, &j), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *fault;
        assert_int_equal(pthread_join(threads[i], &fault), 0);
        assert_null(fault);
    }
    assert_memory_not_equal(k.key[HS__CURRENT_KEY].name, first, HS__TICKET_KEY_NAME);
    hs__ticket_keys_end(&k);
}

/* A provider that lets another thread be faster: its first call for randomness, which is for a
 * key's name, seals a ticket meanwhile. */
typedef struct {
    hs__forward_provider base;
    hs__ticket_keys *keys;
    bool is_done;
    uint8_t ticket[TICKET_N];
} overtaken;

static hs_status random_overtaken(const hs_provider *p, void *out, size_t n) {
    overtaken *o = (overtaken *)(uintptr_t)p;
    const hs_provider *inner = hs__forward_inner(p);
    if (!o->is_done) {
        o->is_done = true;
        seal_at(o->keys, inner, after(KEY_LIFE_S), o->ticket);
    }
    return inner->random(inner, out, n);
}

static void the_first_of_two_new_keys_stays(void **state) {
    hs__ticket_keys k;
    uint8_t old[TICKET_N];
    uint8_t ticket[TICKET_N];
    overtaken *o = calloc(1, sizeof(*o));
    assert_non_null(o);
    hs__forward_init(&o->base, *state);
    o->base.base.random = random_overtaken;
    o->keys = &k;
    hs__ticket_keys_init(&k, KEY_LIFE_S, TICKET_LIFE_S);
    seal_at(&k, *state, after(0), old);
    seal_at(&k, &o->base.base, after(KEY_LIFE_S), ticket);
    assert_true(o->is_done);
    assert_opens(&k, *state, after(KEY_LIFE_S), old, true);
    assert_opens(&k, *state, after(KEY_LIFE_S), o->ticket, false);
    assert_opens(&k, *state, after(KEY_LIFE_S), ticket, false);
    hs__ticket_keys_end(&k);
    hs_provider_unref(&o->base.base);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_is_what_others_compute),
        cmocka_unit_test(no_two_tickets_share_a_salt),
        cmocka_unit_test(a_ticket_with_any_bit_changed_does_not_open),
        cmocka_unit_test(a_ticket_of_any_other_length_does_not_open),
        cmocka_unit_test(a_key_seals_for_its_life_and_then_opens_for_a_tickets_life),
        cmocka_unit_test(a_key_whose_time_is_over_is_wiped),
        cmocka_unit_test(idle_time_counts),
        cmocka_unit_test(a_clock_a_little_behind_changes_nothing),
        cmocka_unit_test(a_clock_set_far_back_does_not_make_a_key_live_on),
        cmocka_unit_test(without_randomness_nothing_is_sealed),
        cmocka_unit_test(threads_share_the_keys_while_they_change),
        cmocka_unit_test(the_first_of_two_new_keys_stays),
    };
    return EACH_PROVIDER(tests);
}
