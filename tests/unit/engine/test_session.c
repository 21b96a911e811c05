/* What both ends remember of a session: its bytes, and how long it is good for. */
#include "engine/session.h"

#include <stdlib.h>

#include "session_sample.h"

enum { ROOM = 70000 };

/* The sample in the layout of format 1, put together by another program. */
static const char sample_hex[] =
    "68732d73657373696f6e 01 0303 c02f 03 30"
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e"
    "2f 000001a3185c5000 000001a3185d3a60 00001c20 026832 06612e74657374"
    "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"
    "abababababababababababababababababababababababababababababababab"
    "000000006b4b2380 13 48535f455f554e4b4e4f574e5f495353554552 03010203 00057469636b21";
enum { AT_FORMAT = 10, AT_FLAGS = 15, AT_SECRET = 16, AT_ISSUED = 78, AT_NAME = 89, AT_ID = 187 };

static hs_session *made(const hs__session_state *s) {
    hs_session *session;
    assert_ok(hs__session_new(s, &session));
    return session;
}

/* Written and read again. */
static hs_session *again(const hs_session *session) {
    static uint8_t buf[ROOM];
    size_t n = sizeof(buf);
    hs_session *copy;
    assert_ok(hs_session_write(session, buf, &n));
    assert_ok(hs_session_read(span_of(buf, n), &copy));
    return copy;
}

static void comes_back(const hs__session_state *s) {
    hs_session *session = made(s);
    hs_session *copy = again(session);
    hs_session_unref(session);
    const hs__session_state *back = hs__session_state_of(copy);
    assert_same_session(back, s);
    assert_same_bytes(back->session_id, s->session_id);
    assert_same_bytes(back->ticket, s->ticket);
    hs_session_unref(copy);
}

static void refused(hs_span bytes_of_file) {
    hs_session *session;
    assert_status(hs_session_read(bytes_of_file, &session), HS_E_SESSION_FORMAT);
    assert_null(session);
}

/* ---- bytes ------------------------------------------------------------------------------- */

static void its_bytes_are_as_laid_out(void **state) {
    (void)state;
    const bytes expected = unhex(sample_hex);
    const hs__session_state s = session_sample();
    uint8_t buf[256];
    size_t n = sizeof(buf);
    hs_session *session = made(&s);
    assert_ok(hs_session_write(session, buf, &n));
    assert_same_bytes(span_of(buf, n), of(&expected));
    hs_session_unref(session);
    assert_ok(hs_session_read(of(&expected), &session));
    assert_same_session(hs__session_state_of(session), &s);
    hs_session_unref(session);
}

static void every_field_comes_back(void **state) {
    (void)state;
    static uint8_t longest[UINT16_MAX];
    memset(longest, 'x', sizeof(longest));
    hs__session_state s = session_sample();
    comes_back(&s);
    s.extended_main_secret = false;
    s.secret_n = 32;
    s.has_peer = false;
    s.peer_not_after = 0;
    s.peer_verdict = HS_OK;
    memset(s.peer_sha256, 0, sizeof(s.peer_sha256));
    s.alpn = s.server_name = s.session_id = span_of(NULL, 0);
    comes_back(&s);
    s = session_sample();
    s.alpn = s.server_name = span_of(longest, 255);
    s.session_id = span_of(longest, 32);
    s.ticket = span_of(longest, sizeof(longest));
    s.full_at_ms = s.issued_at_ms = UINT64_MAX;
    s.lifetime_s = UINT32_MAX;
    s.peer_not_after = INT64_MIN;
    comes_back(&s);
}

static void every_verdict_comes_back(void **state) {
    (void)state;
    static const hs_status all[] = {
        HS_OK,
#define HS_ERROR(name, alert, rule, text) HS_E_##name,
#include "handshake/errors.def"
#undef HS_ERROR
    };
    hs__session_state s = session_sample();
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        s.peer_verdict = all[i];
        comes_back(&s);
    }
}

/* What the size of a ticket rests on. */
static void the_longest_state_fits_its_bound(void **state) {
    (void)state;
    uint8_t longest[255];
    memset(longest, 'x', sizeof(longest));
    hs__session_state s = session_sample();
    s.alpn = s.server_name = span_of(longest, sizeof(longest));
#define HS_ERROR(name, alert, rule, text)                                                          \
    if (strlen(hs_status_name(HS_E_##name)) > strlen(hs_status_name(s.peer_verdict))) {            \
        s.peer_verdict = HS_E_##name;                                                              \
    }
#include "handshake/errors.def"
#undef HS_ERROR
    uint8_t buf[HS__SESSION_STATE_MAX];
    hs__wr w;
    hs__wr_init(&w, buf, sizeof(buf));
    hs__session_state_write(&w, &s);
    assert_ok(w.status);
}

static void a_small_buffer_tells_what_is_needed(void **state) {
    (void)state;
    const hs__session_state s = session_sample();
    hs_session *session = made(&s);
    uint8_t buf[198];
    size_t n = 0;
    assert_status(hs_session_write(session, NULL, &n), HS_E_NO_SPACE);
    assert_int_equal(n, sizeof(buf));
    n = sizeof(buf) - 1;
    assert_status(hs_session_write(session, buf, &n), HS_E_NO_SPACE);
    assert_int_equal(n, sizeof(buf));
    assert_ok(hs_session_write(session, buf, &n));
    hs_session_unref(session);
}

static void a_secret_of_wrong_length_is_not_written(void **state) {
    (void)state;
    hs__session_state s = session_sample();
    uint8_t buf[256];
    size_t n = sizeof(buf);
    s.secret_n = 31;
    hs_session *session = made(&s);
    assert_status(hs_session_write(session, buf, &n), HS_E_MISUSE);
    hs_session_unref(session);
}

/* ---- what is refused --------------------------------------------------------------------- */

static void every_cut_and_every_addition_is_refused(void **state) {
    (void)state;
    bytes b = unhex(sample_hex);
    for (size_t n = 0; n < b.n; n++) {
        uint8_t *cut = malloc(n + 1); /* its end where a sanitizer sees it */
        assert_non_null(cut);
        memcpy(cut + 1, b.p, n);
        refused(span_of(cut + 1, n));
        free(cut);
    }
    refused(span_of(b.p, b.n + 1));
}

/* Any byte changed in any way: refused, or a session that is written just so. */
static void every_forged_byte_is_refused_or_kept(void **state) {
    (void)state;
    const bytes b = unhex(sample_hex);
    for (size_t at = 0; at < b.n; at++) {
        for (unsigned by = 1; by < 256; by++) {
            bytes forged = b;
            hs_session *session;
            uint8_t buf[sizeof(b.p)];
            size_t n = sizeof(buf);
            forged.p[at] ^= (uint8_t)by;
            hs_status st = hs_session_read(of(&forged), &session);
            if (st == HS_OK) {
                assert_ok(hs_session_write(session, buf, &n));
                assert_same_bytes(span_of(buf, n), of(&forged));
                hs_session_unref(session);
            } else {
                assert_status(st, HS_E_SESSION_FORMAT);
            }
        }
    }
}

static void what_has_no_meaning_is_refused(void **state) {
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
    } changes[] = {
        {0, 'H'},         {AT_FORMAT, 0}, {AT_FORMAT, 2},    {AT_FLAGS, 0x07},
        {AT_FLAGS, 0x83}, {AT_SECRET, 0}, {AT_ISSUED, 0x5b}, /* before the full handshake */
        {AT_NAME, 0},                                        /* a NUL in a host name */
        {AT_ID - 1, 'S'},                                    /* HS_E_UNKNOWN_ISSUES */
        {AT_ID, 33},
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        bytes b = unhex(sample_hex);
        assert_int_not_equal(b.p[changes[i].at], changes[i].value);
        b.p[changes[i].at] = changes[i].value;
        refused(of(&b));
    }
}

static void a_session_without_id_and_ticket_is_refused(void **state) {
    (void)state;
    hs__session_state s = session_sample();
    s.session_id = s.ticket = span_of(NULL, 0);
    hs_session *session = made(&s);
    uint8_t buf[256];
    size_t n = sizeof(buf);
    assert_ok(hs_session_write(session, buf, &n));
    refused(span_of(buf, n));
    hs_session_unref(session);
}

/* ---- age --------------------------------------------------------------------------------- */

/* Good for `seconds` after its full handshake and not a millisecond more. */
static void good_for(const hs__session_state *s, uint64_t seconds, const char *reason) {
    const uint64_t end = s->full_at_ms + seconds * 1000;
    const char *why = "";
    assert_true(hs__session_expires_ms(s) == end);
    assert_true(hs__session_usable(s, s->issued_at_ms, &why));
    assert_true(hs__session_usable(s, end - 1, &why));
    assert_null(why);
    assert_false(hs__session_usable(s, end, &why));
    assert_string_equal(why, reason);
    assert_false(hs__session_usable(s, UINT64_MAX, &why));
}

static void its_lifetime_counts_from_its_issue(void **state) {
    (void)state;
    const hs__session_state s = session_sample();
    good_for(&s, 60 + 7200, "its lifetime has run out");
}

/* RFC 5246 F.1.4: a day, where the server names no time. */
static void an_unstated_lifetime_is_a_day(void **state) {
    (void)state;
    hs__session_state s = session_sample();
    s.lifetime_s = 0;
    s.has_peer = false;
    good_for(&s, 60 + SAMPLE_DAY_S, "its lifetime has run out");
}

/* Decision S2: renewals do not make a session older than that. */
static void it_is_dead_seven_days_after_its_full_handshake(void **state) {
    (void)state;
    hs__session_state s = session_sample();
    s.has_peer = false;
    s.issued_at_ms = s.full_at_ms + 6ULL * SAMPLE_DAY_S * 1000;
    s.lifetime_s = 2 * SAMPLE_DAY_S;
    good_for(&s, 7 * SAMPLE_DAY_S, "its full handshake was seven days ago or more");
}

/* The last second that a certificate names is still its own (RFC 5280 4.1.2.5). */
static void it_ends_with_the_certificate_of_the_peer(void **state) {
    (void)state;
    hs__session_state s = session_sample();
    s.peer_not_after = (int64_t)(s.full_at_ms / 1000 + 100);
    good_for(&s, 101, "the certificate that its peer showed has run out");
    const char *why;
    s.peer_not_after = -1;
    assert_false(hs__session_usable(&s, 0, &why));
    assert_true(hs__session_expires_ms(&s) == 0);
    s.peer_not_after = INT64_MAX;
    good_for(&s, 60 + 7200, "its lifetime has run out");
}

static void it_does_not_profit_from_a_clock_set_back(void **state) {
    (void)state;
    const hs__session_state s = session_sample();
    const char *why;
    assert_true(hs__session_usable(&s, s.issued_at_ms - HS__SESSION_CLOCK_STEP_MS, &why));
    assert_false(hs__session_usable(&s, s.issued_at_ms - HS__SESSION_CLOCK_STEP_MS - 1, &why));
    assert_string_equal(why, "it was made later than now: the clock has been set back");
}

static void times_near_the_end_of_the_scale_do_not_wrap(void **state) {
    (void)state;
    hs__session_state s = session_sample();
    s.has_peer = false;
    s.full_at_ms = s.issued_at_ms = UINT64_MAX - 1000;
    const char *why;
    assert_true(hs__session_usable(&s, UINT64_MAX - 1, &why));
    assert_true(hs__session_expires_ms(&s) == UINT64_MAX);
}

/* ---- the object -------------------------------------------------------------------------- */

static void its_info_tells_what_it_is(void **state) {
    (void)state;
    hs__session_state s = session_sample();
    hs_session_info info;
    hs_session *session = made(&s);
    hs_session_get_info(session, &info);
    assert_int_equal(info.version, 0x0303);
    assert_int_equal(info.suite, 0xc02f);
    assert_true(info.extended_main_secret);
    assert_true(info.has_ticket);
    assert_string_equal(info.server_name, "a.test");
    assert_same_bytes(info.alpn, text("h2"));
    assert_true(info.made_at_ms == s.full_at_ms);
    assert_true(info.expires_at_ms == s.full_at_ms + (60 + 7200) * 1000);
    hs_session_unref(session);
    s.server_name = s.ticket = span_of(NULL, 0);
    session = made(&s);
    hs_session_get_info(session, &info);
    assert_null(info.server_name);
    assert_false(info.has_ticket);
    hs_session_unref(session);
}

static void it_lives_until_the_last_reference_goes(void **state) {
    (void)state;
    const hs__session_state s = session_sample();
    hs_session *session = made(&s);
    assert_ptr_equal(hs_session_ref(session), session);
    hs_session_unref(session);
    assert_same_session(hs__session_state_of(session), &s);
    hs_session_unref(session);
    hs_session_unref(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_bytes_are_as_laid_out),
        cmocka_unit_test(every_field_comes_back),
        cmocka_unit_test(every_verdict_comes_back),
        cmocka_unit_test(the_longest_state_fits_its_bound),
        cmocka_unit_test(a_small_buffer_tells_what_is_needed),
        cmocka_unit_test(a_secret_of_wrong_length_is_not_written),
        cmocka_unit_test(every_cut_and_every_addition_is_refused),
        cmocka_unit_test(every_forged_byte_is_refused_or_kept),
        cmocka_unit_test(what_has_no_meaning_is_refused),
        cmocka_unit_test(a_session_without_id_and_ticket_is_refused),
        cmocka_unit_test(its_lifetime_counts_from_its_issue),
        cmocka_unit_test(an_unstated_lifetime_is_a_day),
        cmocka_unit_test(it_is_dead_seven_days_after_its_full_handshake),
        cmocka_unit_test(it_ends_with_the_certificate_of_the_peer),
        cmocka_unit_test(it_does_not_profit_from_a_clock_set_back),
        cmocka_unit_test(times_near_the_end_of_the_scale_do_not_wrap),
        cmocka_unit_test(its_info_tells_what_it_is),
        cmocka_unit_test(it_lives_until_the_last_reference_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
