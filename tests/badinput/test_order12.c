/* The order of a TLS 1.2 handshake broken: each step left out, said twice, exchanged with the next
 * one; ChangeCipherSpec early, late, twice, missing, in the middle of a message (RFC 5246 7.1, 7.3,
 * 7.4.9). An end that reads past such a thing could be talked into no key, or an old one. */
#include "tests/badinput/rules12.h"

enum { MOVE_OUT, MOVE_TWICE, MOVE_SWAP };

typedef struct {
    bool server; /* the engine */
    unsigned how;
} variant;

static const variant variants[] = {
    {false, HS__PEER12_AUTH | HS__PEER12_TICKET},
    {false, 0},
    {false, HS__PEER12_STATUS | HS__PEER12_STATUS_COMES},
    {false, HS__PEER12_RSA},
    {false, HS__PEER12_RSA | HS__PEER12_STATUS | HS__PEER12_STATUS_COMES},
    {false, HS__PEER12_RESUME},
    {false, HS__PEER12_RESUME | HS__PEER12_TICKET},
    {true, HS__PEER12_AUTH | HS__PEER12_TICKET},
    {true, HS__PEER12_AUTH | HS__PEER12_NO_CERT},
    {true, 0},
    {true, HS__PEER12_RSA},
    {true, HS__PEER12_RESUME},
    {true, HS__PEER12_RESUME | HS__PEER12_TICKET},
};

static const char *name_of(int step) {
    return step == HS__STEP_CCS ? "ChangeCipherSpec" : hs__handshake_type_name((uint32_t)step);
}

static void name_it(char what[160], const variant *v, const char *how, int step) {
    (void)snprintf(what, 160, "%s of variant %u: %s %s", v->server ? "server" : "client", v->how,
                   name_of(step), how);
}

static void open_variant(const rules12_world *w, const variant *v, hs__stage12 *t,
                         int steps[HS__PEER12_STEPS]) {
    hs__stage12_open(rules12_stage(w, v->how), v->server, v->how, t);
    hs__peer12_script(&t->peer, steps);
}

/* What cannot be missed: a request that was never made, a CertificateStatus, which may stay away
 * (RFC 6066 8); and Finished, for which one goes on waiting. */
static bool is_allowed(int kind, int step, int next) {
    return kind == MOVE_OUT && (step == HS__HT_certificate_request ||
                                step == HS__HT_certificate_status || next == HS__STEP_END);
}

/* Breaks the order at step i; false when there is no such step. */
static bool break_at(const rules12_world *w, const variant *v, int kind, size_t i) {
    static const char *const kinds[] = {"left out", "twice", "exchanged with the next step"};
    hs__stage12 t;
    int steps[HS__PEER12_STEPS];
    char what[160];
    open_variant(w, v, &t, steps);
    const bool is_there = steps[i] != HS__STEP_END && (kind != MOVE_SWAP || steps[i + 1] >= 0);
    if (is_there && !is_allowed(kind, steps[i], steps[i + 1])) {
        name_it(what, v, kinds[kind], steps[i]);
        hs__peer12_run(&t.peer, kind == MOVE_TWICE ? i + 1 : i);
        if (kind == MOVE_SWAP) {
            rules12_say(&t, steps[i + 1]);
        }
        if (!t.end.failed && kind != MOVE_OUT) {
            rules12_say(&t, steps[i]);
        }
        const bool was_connected = t.end.connected;
        rules12_go_on(&t, i + (kind == MOVE_SWAP ? 2 : 1));
        t.end.connected = t.end.connected && !was_connected;
        rules12_failed(&t, what, HS__ALERT_unexpected_message);
    }
    hs__stage12_free(&t);
    return is_there;
}

static void break_everywhere(const rules12_world *w, int kind) {
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        for (size_t at = 0; break_at(w, &variants[i], kind, at); at++) {
        }
    }
}

static void a_step_left_out(void **state) {
    break_everywhere(*state, MOVE_OUT);
}

static void a_step_twice(void **state) {
    break_everywhere(*state, MOVE_TWICE);
}

static void two_steps_exchanged(void **state) {
    break_everywhere(*state, MOVE_SWAP);
}

/* 7.1: before each step but its own. CVE-2014-0224 was such a ChangeCipherSpec. */
static void a_change_cipher_spec_at_any_other_time(void **state) {
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        const variant *v = &variants[i];
        int steps[HS__PEER12_STEPS];
        size_t at = 0;
        do {
            hs__stage12 t;
            char what[160];
            open_variant(*state, v, &t, steps);
            hs__peer12_run(&t.peer, at);
            if (steps[at] != HS__STEP_CCS) {
                name_it(what, v, "comes here", HS__STEP_CCS);
                const bool was_connected = t.end.connected;
                hs__peer12_send(&t.peer, HS__CONTENT_change_cipher_spec, rules12_span("\x01", 1));
                t.end.connected = t.end.connected && !was_connected;
                rules12_failed(&t, what, HS__ALERT_unexpected_message);
            }
            hs__stage12_free(&t);
        } while (steps[at++] != HS__STEP_END);
    }
}

/* 7.4.9: right in itself, but in clear. */
static void a_finished_before_change_cipher_spec(void **state) {
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        hs__stage12 t;
        int steps[HS__PEER12_STEPS];
        char what[160];
        open_variant(*state, &variants[i], &t, steps);
        hs__peer12_run(&t.peer, rules12_find(&t.peer, HS__STEP_CCS));
        hs__peer12_step(&t.peer, HS__HT_finished);
        name_it(what, &variants[i], "comes in clear", HS__HT_finished);
        rules12_failed(&t, what, HS__ALERT_unexpected_message);
        hs__stage12_free(&t);
    }
}

/* The keys are used, but nobody said so: it cannot be read as a message. */
static void a_change_of_keys_without_a_word(void **state) {
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        hs__stage12 t;
        int steps[HS__PEER12_STEPS];
        open_variant(*state, &variants[i], &t, steps);
        hs__peer12_run(&t.peer, rules12_find(&t.peer, HS__STEP_CCS));
        hs__peer12_rekey(&t.peer);
        hs__peer12_step(&t.peer, HS__HT_finished);
        /* The explicit nonce reads as a message's header, or as the start of a long one. */
        assert_false(t.end.connected);
        if (!t.end.failed) {
            hs_rx_eof(t.end.conn);
            hs__test_end_poll(&t.end);
        }
        assert_true(t.end.failed);
        hs__stage12_free(&t);
    }
}

/* 5246 7.1: a part of a message must not wait while the keys change. */
static void a_change_cipher_spec_inside_a_message(void **state) {
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        hs__stage12 t;
        int steps[HS__PEER12_STEPS];
        char what[160];
        open_variant(*state, &variants[i], &t, steps);
        hs__peer12_run(&t.peer, rules12_find(&t.peer, HS__STEP_CCS));
        hs__peer12_send(&t.peer, HS__CONTENT_handshake, rules12_span("\x14\x00", 2));
        hs__peer12_send(&t.peer, HS__CONTENT_change_cipher_spec, rules12_span("\x01", 1));
        name_it(what, &variants[i], "comes inside a message", HS__STEP_CCS);
        rules12_failed(&t, what, HS__ALERT_unexpected_message);
        hs__stage12_free(&t);
    }
}

static void another_change_cipher_spec(void **state) {
    static const struct {
        const char *bytes;
        size_t n;
        int alert;
    } wrong[] = {{"\x00", 1, HS__ALERT_illegal_parameter},
                 {"\x02", 1, HS__ALERT_illegal_parameter},
                 {"\x01\x01", 2, HS__ALERT_illegal_parameter},
                 {"\x01\x00", 2, HS__ALERT_illegal_parameter},
                 {"", 0, HS__ALERT_unexpected_message}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        for (unsigned server = 0; server < 2; server++) {
            hs__stage12 t;
            int steps[HS__PEER12_STEPS];
            const variant v = {server != 0, 0};
            open_variant(*state, &v, &t, steps);
            hs__peer12_run(&t.peer, rules12_find(&t.peer, HS__STEP_CCS));
            hs__peer12_send(&t.peer, HS__CONTENT_change_cipher_spec,
                            rules12_span(wrong[i].bytes, wrong[i].n));
            rules12_failed(&t, "another ChangeCipherSpec", wrong[i].alert);
            hs__stage12_free(&t);
        }
    }
}

/* 7.3: no data before Finished; 5246 6.2.1: not even none, under no key. */
static void data_before_finished(void **state) {
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        int steps[HS__PEER12_STEPS];
        size_t at = 0;
        do {
            hs__stage12 t;
            char what[160];
            open_variant(*state, &variants[i], &t, steps);
            hs__peer12_run(&t.peer, at);
            if (steps[at] != HS__STEP_END && !t.end.connected) {
                hs__peer12_send(&t.peer, HS__CONTENT_application_data, rules12_span("x", 1));
                name_it(what, &variants[i], "was due, and data came", steps[at]);
                rules12_failed(&t, what, HS__ALERT_unexpected_message);
            }
            hs__stage12_free(&t);
        } while (steps[at++] != HS__STEP_END);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_left_out),
        cmocka_unit_test(a_step_twice),
        cmocka_unit_test(two_steps_exchanged),
        cmocka_unit_test(a_change_cipher_spec_at_any_other_time),
        cmocka_unit_test(a_finished_before_change_cipher_spec),
        cmocka_unit_test(a_change_of_keys_without_a_word),
        cmocka_unit_test(a_change_cipher_spec_inside_a_message),
        cmocka_unit_test(another_change_cipher_spec),
        cmocka_unit_test(data_before_finished),
    };
    return cmocka_run_group_tests_name("the order of TLS 1.2 broken", tests, rules12_setup,
                                       rules12_teardown);
}
