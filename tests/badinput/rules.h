/* rules.h - what the tests of bad input share: an end in a state, something wrong, the alert. */
#ifndef HS_TESTS_BADINPUT_RULES_H
#define HS_TESTS_BADINPUT_RULES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lib/stage.h"

/* An end that waits in a state. */
typedef struct {
    hs__test_pair pair;
    hs__test_end *end;
    char name[48];
} rules_end;

typedef struct {
    bool server;
    hs__state state;
} rules_place;

/* Every state in which an end waits for its peer, both roles; ends with HS__N_STATES. */
static const rules_place rules_places[] = {
    {false, HS__WAIT_SH},       {false, HS__WAIT_SH2},  {false, HS__WAIT_EE},
    {false, HS__WAIT_CERT_CR},  {false, HS__WAIT_CERT}, {false, HS__WAIT_CV},
    {false, HS__WAIT_FINISHED}, {false, HS__CONNECTED}, {true, HS__START},
    {true, HS__WAIT_CH2},       {true, HS__WAIT_CERT},  {true, HS__WAIT_CV},
    {true, HS__WAIT_FINISHED},  {true, HS__CONNECTED},  {false, HS__N_STATES}};

static inline void rules_open(const hs__stage *s, rules_place p, rules_end *out) {
    if (p.server) {
        hs__stage_server_in(s, p.state, &out->pair);
    } else {
        hs__stage_client_in(s, p.state, &out->pair);
    }
    out->end = p.server ? &out->pair.server : &out->pair.client;
    hs__test_end_drain(out->end);
    (void)snprintf(out->name, sizeof(out->name), "%s in %s", p.server ? "server" : "client",
                   hs__state_name(p.state));
}

static inline void rules_close(rules_end *e) {
    hs__test_pair_free(&e->pair);
}

static inline hs_span rules_span(const void *p, size_t n) {
    return (hs_span){p, n};
}

/* It failed by itself, so; and what it sends about it is an alert and nothing else. */
static inline void rules_failed(hs__test_end *end, const char *what, hs_status status, int alert) {
    if (!end->failed || end->error.status != status || end->error.alert != alert ||
        end->error.from_peer) {
        fail_msg("%s: %s, alert %d (%s); wanted %s, alert %d", what,
                 end->failed ? hs_status_name(end->error.status) : "no failure", end->error.alert,
                 end->error.text, hs_status_name(status), alert);
    }
    const size_t before = end->sent.n;
    hs__test_end_drain(end);
    if (alert != HS_NO_ALERT && end->sent.n < before + 7) {
        fail_msg("%s: no alert went out", what);
    }
    assert_int_equal(end->data.n, 0);
}

static inline void rules_unexpected(hs__test_end *end, const char *what, hs_status status) {
    rules_failed(end, what, status, HS__ALERT_unexpected_message);
}

static inline void rules_fine(const hs__test_end *end, const char *what) {
    if (end->failed) {
        fail_msg("%s: %s", what, end->error.text);
    }
}

/* Gives a record that is made in an unusual way. */
static inline void rules_give(hs__test_end *to, uint8_t type, hs_span content,
                              const hs__hand_how *how) {
    hs__test_bytes record = {NULL, 0, 0};
    hs__hand_seal(to->conn, type, content, how, &record);
    hs__test_end_feed(to, record.p, record.n);
    hs__test_bytes_free(&record);
}

static inline bool rules_has_keys(const hs__test_end *end) {
    return end->conn->in.aead != NULL;
}

static inline int rules_setup(void **state) {
    static hs__stage s;
    hs__stage_new(&s);
    *state = &s;
    return 0;
}

/* For ends that have nothing but TLS 1.3: what they say to older hellos. */
static inline int rules_setup_tls13(void **state) {
    (void)rules_setup(state);
    ((hs__stage *)*state)->only_tls13 = true;
    return 0;
}

static inline int rules_teardown(void **state) {
    hs__stage_free(*state);
    return 0;
}

#endif
