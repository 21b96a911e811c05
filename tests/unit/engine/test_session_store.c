/* How a server gives sessions out and takes them back. */
#include "engine/session_store.h"

#include <pthread.h>
#include <stdlib.h>

#include "session_sample.h"
#include "tests/lib/fuzz_provider.h"

enum { LIFE_S = 7200, THREADS = 4, ROUNDS = 200 };

static const uint8_t id[HS__STORE_ID] = {1, 2, 3, 4, 5};

static hs_session_store *store_with(void *provider, uint32_t life_s, uint32_t key_life_s) {
    const hs_session_store_options o = {.size = sizeof(o),
                                        .provider = provider,
                                        .session_life_s = life_s,
                                        .key_life_s = key_life_s};
    hs_session_store *store;
    assert_ok(hs_session_store_new(&o, &store));
    return store;
}

static hs_session_store *store_on(void *provider) {
    return store_with(provider, 0, 0);
}

static uint64_t after(uint64_t seconds) {
    return SAMPLE_FULL_AT_MS + seconds * 1000;
}

static hs__session_state fresh_session(void) {
    hs__session_state s = session_sample();
    s.session_id = s.ticket = span_of(NULL, 0); /* the client's */
    s.issued_at_ms = 0;
    s.lifetime_s = 0;
    return s;
}

typedef struct {
    uint8_t p[HS__TICKET_MAX];
    size_t n;
} ticket;

static ticket seal(hs_session_store *store, uint64_t now_ms, hs__session_state *s) {
    ticket t;
    assert_ok(hs__ticket_seal(store, now_ms, s, t.p, &t.n));
    return t;
}

static const char *open(hs_session_store *store, uint64_t now_ms, hs_span t,
                        hs__session_found *found) {
    memset(found, 0xee, sizeof(*found));
    assert_ok(hs__ticket_open(store, now_ms, t, found));
    return found->why_not;
}

static void assert_nothing_in(const hs__session_found *found) {
    hs__session_found empty;
    memset(&empty, 0, sizeof(empty));
    empty.why_not = found->why_not;
    assert_memory_equal(found, &empty, sizeof(empty));
}

/* ---- tickets ----------------------------------------------------------------------------- */

static void every_field_comes_back_out_of_a_ticket(void **state) {
    hs_session_store *store = store_on(*state);
    hs__session_state s = fresh_session();
    hs__session_found found;
    const ticket t = seal(store, after(10), &s);
    assert_true(s.issued_at_ms == after(10));
    assert_int_equal(s.lifetime_s, LIFE_S);
    assert_null(open(store, after(20), span_of(t.p, t.n), &found));
    assert_false(found.renew);
    assert_same_session(&found.state, &s);
    assert_true(found.state.full_at_ms == SAMPLE_FULL_AT_MS);
    hs_session_store_unref(store);
}

/* It goes into ClientHellos: it must not make them long. */
static void a_ticket_stays_below_one_kilobyte(void **state) {
    uint8_t longest[256];
    memset(longest, 'x', sizeof(longest));
    hs_session_store *store = store_on(*state);
    hs__session_state s = fresh_session();
    hs__session_found found;
    ticket t = seal(store, after(0), &s);
    assert_true(t.n < 320);
    s.alpn = s.server_name = span_of(longest, 255);
    t = seal(store, after(0), &s);
    assert_in_range(t.n, 510, 1023);
    assert_null(open(store, after(0), span_of(t.p, t.n), &found));
    assert_same_session(&found.state, &s);
    hs_session_store_unref(store);
}

static void a_ticket_with_any_byte_changed_is_no_session(void **state) {
    hs_session_store *store = store_on(*state);
    hs__session_state s = fresh_session();
    hs__session_found found;
    ticket t = seal(store, after(0), &s);
    for (size_t i = 0; i < t.n; i++) {
        t.p[i] ^= 0x10;
        assert_non_null(open(store, after(0), span_of(t.p, t.n), &found));
        assert_nothing_in(&found);
        t.p[i] ^= 0x10;
    }
    hs_session_store_unref(store);
}

static void bytes_of_any_length_are_no_session(void **state) {
    static uint8_t noise[UINT16_MAX];
    static const size_t lengths[] = {
        0, 1, 63, 64, 65, 255, HS__TICKET_MAX, HS__TICKET_MAX + 1, sizeof(noise)};
    hs_session_store *store = store_on(*state);
    hs__session_state s = fresh_session();
    hs__session_found found;
    const ticket t = seal(store, after(0), &s);
    memcpy(noise, t.p, t.n);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        uint8_t *exact = malloc(lengths[i] + 1); /* its end where a sanitizer sees it */
        assert_non_null(exact);
        memcpy(exact + 1, noise, lengths[i]);
        assert_non_null(open(store, after(0), span_of(exact + 1, lengths[i]), &found));
        assert_nothing_in(&found);
        free(exact);
    }
    hs_session_store_unref(store);
}

static void a_ticket_of_another_store_is_no_session(void **state) {
    hs_session_store *store = store_on(*state);
    hs_session_store *other = store_on(*state);
    hs__session_state s = fresh_session();
    hs__session_found found;
    const ticket t = seal(store, after(0), &s);
    assert_string_equal(open(other, after(0), span_of(t.p, t.n), &found),
                        "it is sealed with a key that we do not have, or no longer");
    hs_session_store_unref(store);
    hs_session_store_unref(other);
}

static void an_old_ticket_tells_why_it_is_of_no_use(void **state) {
    hs_session_store *store = store_on(*state);
    hs__session_state s = fresh_session();
    hs__session_found found;
    const ticket t = seal(store, after(0), &s);
    assert_null(open(store, after(LIFE_S) - 1, span_of(t.p, t.n), &found));
    assert_string_equal(open(store, after(LIFE_S), span_of(t.p, t.n), &found),
                        "its lifetime has run out");
    assert_nothing_in(&found);
    hs_session_store_unref(store);
}

static void a_ticket_of_the_previous_key_asks_for_a_new_one(void **state) {
    hs_session_store *store = store_with(*state, LIFE_S, 3 * LIFE_S);
    hs__session_state s = fresh_session();
    hs__session_found found;
    (void)seal(store, after(0), &s); /* makes the key */
    const ticket t = seal(store, after(3 * LIFE_S - 1), &s);
    assert_null(open(store, after(3 * LIFE_S - 1), span_of(t.p, t.n), &found));
    assert_false(found.renew);
    assert_null(open(store, after(3 * LIFE_S), span_of(t.p, t.n), &found));
    assert_true(found.renew);
    assert_same_session(&found.state, &s);
    const ticket renewed = seal(store, after(3 * LIFE_S), &found.state);
    assert_null(open(store, after(4 * LIFE_S) - 1, span_of(renewed.p, renewed.n), &found));
    assert_false(found.renew);
    assert_true(found.state.full_at_ms == SAMPLE_FULL_AT_MS);
    hs_session_store_unref(store);
}

/* ---- how long ---------------------------------------------------------------------------- */

static void renewals_end_seven_days_after_the_full_handshake(void **state) {
    hs_session_store *store = store_with(*state, 2 * SAMPLE_DAY_S, 0);
    hs__session_state s = fresh_session();
    hs__session_found found;
    s.has_peer = false;
    ticket t = seal(store, after(6 * SAMPLE_DAY_S), &s);
    assert_int_equal(s.lifetime_s, SAMPLE_DAY_S);
    assert_non_null(open(store, after(7 * SAMPLE_DAY_S), span_of(t.p, t.n), &found));
    t = seal(store, after(7 * SAMPLE_DAY_S) - 1000, &s);
    assert_int_equal(s.lifetime_s, 1);
    t = seal(store, after(7 * SAMPLE_DAY_S) - 999, &s);
    assert_int_equal(s.lifetime_s, 0);
    assert_int_equal(t.n, 0);
    hs_session_store_unref(store);
}

static void it_is_not_given_out_beyond_the_clients_certificate(void **state) {
    hs_session_store *store = store_on(*state);
    hs__session_state s = fresh_session();
    hs__session_found found;
    s.peer_not_after = (int64_t)(SAMPLE_FULL_AT_MS / 1000) + 99;
    ticket t = seal(store, after(0), &s);
    assert_int_equal(s.lifetime_s, 100);
    assert_string_equal(open(store, after(100), span_of(t.p, t.n), &found),
                        "its lifetime has run out");
    t = seal(store, after(100), &s);
    assert_int_equal(s.lifetime_s, 0);
    assert_int_equal(t.n, 0);
    assert_ok(hs__store_put(store, after(100), id, &s));
    hs__store_get(store, after(100), span_of(id, sizeof(id)), &found);
    assert_non_null(found.why_not);
    hs_session_store_unref(store);
}

static void a_name_too_long_to_keep_is_no_failure(void **state) {
    uint8_t longest[256];
    memset(longest, 'x', sizeof(longest));
    hs_session_store *store = store_on(*state);
    hs__session_state s = fresh_session();
    hs__session_found found;
    s.server_name = span_of(longest, sizeof(longest));
    const ticket t = seal(store, after(0), &s);
    assert_int_equal(s.lifetime_s, 0);
    assert_int_equal(t.n, 0);
    assert_ok(hs__store_put(store, after(0), id, &s));
    hs__store_get(store, after(0), span_of(id, sizeof(id)), &found);
    assert_non_null(found.why_not);
    hs_session_store_unref(store);
}

/* ---- ids --------------------------------------------------------------------------------- */

static void every_field_comes_back_under_an_id(void **state) {
    hs_session_store *store = store_on(*state);
    hs__session_state s = fresh_session();
    hs__session_found found;
    assert_ok(hs__store_put(store, after(10), id, &s));
    assert_true(s.issued_at_ms == after(10));
    assert_int_equal(s.lifetime_s, LIFE_S);
    for (size_t i = 0; i < 2; i++) {
        hs__store_get(store, after(20), span_of(id, sizeof(id)), &found);
        assert_null(found.why_not);
        assert_false(found.renew);
        assert_same_session(&found.state, &s);
    }
    hs__store_get(store, after(10 + LIFE_S), span_of(id, sizeof(id)), &found);
    assert_string_equal(found.why_not, "its lifetime has run out");
    assert_nothing_in(&found);
    hs_session_store_unref(store);
}

/* RFC 5246 7.2.2. */
static void a_removed_session_is_gone(void **state) {
    hs_session_store *store = store_on(*state);
    hs__session_state s = fresh_session();
    hs__session_found found;
    assert_ok(hs__store_put(store, after(0), id, &s));
    hs__store_remove(store, span_of(id, sizeof(id) - 1));
    hs__store_get(store, after(0), span_of(id, sizeof(id)), &found);
    assert_null(found.why_not);
    hs__store_remove(store, span_of(id, sizeof(id)));
    hs__store_get(store, after(0), span_of(id, sizeof(id)), &found);
    assert_string_equal(found.why_not, "we do not have it, or no longer");
    assert_nothing_in(&found);
    hs_session_store_unref(store);
}

/* A part of an id, or more than one, is not the id. */
static void an_id_of_another_length_is_no_session(void **state) {
    hs_session_store *store = store_on(*state);
    hs__session_state s = fresh_session();
    hs__session_found found;
    uint8_t longer[HS__STORE_ID + 1];
    memcpy(longer, id, sizeof(id));
    assert_ok(hs__store_put(store, after(0), id, &s));
    for (size_t n = 0; n <= sizeof(longer); n++) {
        hs__store_get(store, after(0), span_of(longer, n), &found);
        assert_int_equal(found.why_not == NULL, n == sizeof(id));
    }
    hs_session_store_unref(store);
}

/* ---- what comes out of a sealed ticket is parsed as if a peer had written it ------------- */

static void a_forged_length_inside_is_no_session(void **state) {
    hs_provider *fuzz; /* everything opens that has the constant tag */
    assert_ok(hs__fuzz_provider_new(*state, &fuzz));
    hs_session_store *store = store_on(fuzz);
    hs__session_state s = fresh_session();
    hs__session_found found;
    ticket t = seal(store, after(0), &s);
    assert_null(open(store, after(0), span_of(t.p, t.n), &found));
    /* secret at 6 of the state, alpn at 75, server_name at 78, verdict at 157 */
    static const size_t lengths[] = {6, 75, 78, 157};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        uint8_t *at = &t.p[HS__TICKET_HEAD + lengths[i]];
        const uint8_t good = *at;
        for (unsigned forged = 0; forged < 256; forged++) {
            *at = (uint8_t)forged;
            const char *why = open(store, after(0), span_of(t.p, t.n), &found);
            assert_int_equal(why == NULL, forged == good);
        }
        *at = good;
    }
    hs_session_store_unref(store);
    hs_provider_unref(fuzz);
}

/* ---- the store --------------------------------------------------------------------------- */

static void a_configuration_that_contradicts_itself_is_refused(void **state) {
    const hs_session_store_options good = {.size = sizeof(good), .provider = *state};
    hs_session_store_options bad[] = {good, good, good, good, good};
    bad[0].size--;
    bad[1].provider = NULL;
    bad[2].session_life_s = 7 * SAMPLE_DAY_S + 1;
    bad[3].key_life_s = LIFE_S - 1;
    bad[4].cache_entries = (1 << 20) + 1;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        hs_session_store *store;
        assert_status(hs_session_store_new(&bad[i], &store), HS_E_CONFIG);
        assert_null(store);
    }
    hs_session_store_unref(store_with(*state, 7 * SAMPLE_DAY_S, 0));
    hs_session_store_unref(store_with(*state, 0, LIFE_S));
    hs_session_store_unref(NULL);
}

static size_t allowed, held;

static void *limited_alloc(void *ctx, size_t n) {
    (void)ctx;
    if (allowed == 0) {
        return NULL;
    }
    allowed--;
    held += n;
    return calloc(1, n);
}

static void limited_free(void *ctx, void *p, size_t n) {
    (void)ctx;
    held -= n;
    free(p);
}

static void without_memory_it_leaves_nothing_behind(void **state) {
    const hs_alloc alloc = {limited_alloc, limited_free, NULL};
    const hs_session_store_options o = {.size = sizeof(o), .provider = *state, .alloc = &alloc};
    hs_session_store *store;
    for (size_t n = 0; n < 2; n++) {
        allowed = n;
        assert_status(hs_session_store_new(&o, &store), HS_E_NOMEM);
        assert_null(store);
        assert_int_equal(held, 0);
    }
    allowed = 2;
    assert_ok(hs_session_store_new(&o, &store));
    assert_ptr_equal(hs_session_store_ref(store), store);
    hs_session_store_unref(store);
    assert_true(held > 0);
    hs_session_store_unref(store);
    assert_int_equal(held, 0);
}

/* ---- threads ----------------------------------------------------------------------------- */

typedef struct {
    hs_session_store *store;
    unsigned number;
} job;

static void *work(void *arg) {
    const job *j = arg;
    uint8_t own[HS__STORE_ID] = {(uint8_t)j->number};
    hs__session_state s = fresh_session();
    memset(s.secret, (int)j->number, sizeof(s.secret));
    for (unsigned i = 0; i < ROUNDS; i++) {
        hs__session_found by_ticket;
        hs__session_found by_id;
        ticket t;
        own[4] = (uint8_t)i;
        if (hs__ticket_seal(j->store, after(i), &s, t.p, &t.n) ||
            hs__store_put(j->store, after(i), own, &s) ||
            hs__ticket_open(j->store, after(i), span_of(t.p, t.n), &by_ticket)) {
            return "a call failed";
        }
        hs__store_get(j->store, after(i), span_of(own, sizeof(own)), &by_id);
        if (by_ticket.why_not != NULL || by_id.why_not != NULL) {
            return "a session is lost";
        }
        if (memcmp(by_ticket.state.secret, s.secret, sizeof(s.secret)) != 0 ||
            memcmp(by_id.state.secret, s.secret, sizeof(s.secret)) != 0) {
            return "the session of another thread";
        }
        hs__store_remove(j->store, span_of(own, sizeof(own)));
    }
    return NULL;
}

static void threads_share_a_store(void **state) {
    hs_session_store *store = store_on(*state);
    job jobs[THREADS];
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        jobs[i] = (job){store, i + 1};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        void *fault;
        assert_int_equal(pthread_join(threads[i], &fault), 0);
        assert_null(fault);
    }
    hs_session_store_unref(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_comes_back_out_of_a_ticket),
        cmocka_unit_test(a_ticket_stays_below_one_kilobyte),
        cmocka_unit_test(a_ticket_with_any_byte_changed_is_no_session),
        cmocka_unit_test(bytes_of_any_length_are_no_session),
        cmocka_unit_test(a_ticket_of_another_store_is_no_session),
        cmocka_unit_test(an_old_ticket_tells_why_it_is_of_no_use),
        cmocka_unit_test(a_ticket_of_the_previous_key_asks_for_a_new_one),
        cmocka_unit_test(renewals_end_seven_days_after_the_full_handshake),
        cmocka_unit_test(it_is_not_given_out_beyond_the_clients_certificate),
        cmocka_unit_test(a_name_too_long_to_keep_is_no_failure),
        cmocka_unit_test(every_field_comes_back_under_an_id),
        cmocka_unit_test(a_removed_session_is_gone),
        cmocka_unit_test(an_id_of_another_length_is_no_session),
        cmocka_unit_test(a_forged_length_inside_is_no_session),
        cmocka_unit_test(a_configuration_that_contradicts_itself_is_refused),
        cmocka_unit_test(without_memory_it_leaves_nothing_behind),
        cmocka_unit_test(threads_share_a_store),
    };
    return EACH_PROVIDER(tests);
}
