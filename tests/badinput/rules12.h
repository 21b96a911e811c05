/* rules12.h - what the tests of bad input in TLS 1.2 share: a handshake with a peer made by hand
 * in which one message is changed, and the alert that has to answer it. */
#ifndef HS_TESTS_BADINPUT_RULES12_H
#define HS_TESTS_BADINPUT_RULES12_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lib/edit.h"
#include "tests/lib/stage12.h"

typedef struct {
    hs__stage ecdsa, rsa;
} rules12_world;

static inline hs_span rules12_span(const void *p, size_t n) {
    return (hs_span){p, n};
}

static inline const hs__stage *rules12_stage(const rules12_world *w, unsigned how) {
    return (how & HS__PEER12_RSA) != 0 ? &w->rsa : &w->ecdsa;
}

/* Where a step stands in the peer's script. */
static inline size_t rules12_find(const hs__peer12 *peer, int step) {
    int steps[HS__PEER12_STEPS];
    size_t i = 0;
    hs__peer12_script(peer, steps);
    while (steps[i] != step) {
        assert_int_not_equal(steps[i], HS__STEP_END);
        i++;
    }
    return i;
}

/* One step, without its effect on the peer's own keys where it comes too early for them. */
static inline void rules12_say(hs__stage12 *t, int step) {
    if (step == HS__STEP_CCS && !t->peer.has_secret) {
        hs__peer12_send(&t->peer, HS__CONTENT_change_cipher_spec, rules12_span("\x01", 1));
        hs__peer12_hear(&t->peer);
        return;
    }
    hs__peer12_step(&t->peer, step);
}

/* The rest of the handshake from that place of the script on, while the engine takes it. */
static inline void rules12_go_on(hs__stage12 *t, size_t from) {
    int steps[HS__PEER12_STEPS];
    hs__peer12_script(&t->peer, steps);
    for (size_t i = from; steps[i] != HS__STEP_END && !t->end.failed; i++) {
        rules12_say(t, steps[i]);
    }
}

/* It failed by itself, with that alert on the wire, and handed out nothing. */
static inline void rules12_failed(hs__stage12 *t, const char *what, int alert) {
    const hs_error *e = &t->end.error;
    if (!t->end.failed || e->from_peer || e->alert != alert) {
        fail_msg("%s: %s, alert %d (%s); wanted alert %d", what,
                 t->end.failed ? hs_status_name(e->status) : "no failure", e->alert, e->text,
                 alert);
    }
    hs__peer12_hear(&t->peer);
    if (t->peer.alert[0] != HS__ALERT_LEVEL_fatal || t->peer.alert[1] != alert) {
        fail_msg("%s: alert %u %u went out", what, t->peer.alert[0], t->peer.alert[1]);
    }
    assert_int_equal(t->end.data.n, 0);
    assert_false(t->end.connected);
}

/* One change of one message. */
typedef struct {
    const char *what;
    void (*change)(hs__peer12 *peer, hs__test_bytes *m);
    int alert; /* HS_NO_ALERT: it is allowed, and the handshake ends well */
} rules12_change;

/* A body that is longer, shorter or not there: what no message of TLS 1.2 with one allows. */
static inline void rules12_longer(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, m->n, 0, rules12_span("\x00", 1));
}

static inline void rules12_shorter(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, m->n - 1, 1, rules12_span("", 0));
}

static inline void rules12_empty(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, 4, m->n - 4, rules12_span("", 0));
}

static const rules12_change rules12_lengths[] = {
    {"a byte more", rules12_longer, HS__ALERT_decode_error},
    {"a byte less", rules12_shorter, HS__ALERT_decode_error},
    {"nothing in it", rules12_empty, HS__ALERT_decode_error}};

/* Runs a handshake with that change; closes it. The engine is the other role of the peer. */
static inline void rules12_run(hs__stage12 *t, int step, const rules12_change *c) {
    hs__test_bytes m = {NULL, 0, 0};
    const size_t at = rules12_find(&t->peer, step);
    hs__peer12_run(&t->peer, at);
    if (t->end.failed) {
        fail_msg("%s: before it: %s", c->what, t->end.error.text);
    }
    hs__peer12_make(&t->peer, step, &m);
    c->change(&t->peer, &m);
    hs__peer12_say(&t->peer, rules12_span(m.p, m.n));
    hs__peer12_hear(&t->peer);
    rules12_go_on(t, at + 1);
    if (c->alert != HS_NO_ALERT) {
        rules12_failed(t, c->what, c->alert);
    } else if (!t->end.connected || !t->peer.heard_finished) {
        fail_msg("%s: %s", c->what, t->end.failed ? t->end.error.text : "no failure");
    }
    hs__test_bytes_free(&m);
    hs__stage12_free(t);
}

static inline void rules12_each(const rules12_world *w, bool server, unsigned how, int step,
                                const rules12_change *changes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        hs__stage12 t;
        hs__stage12_open(rules12_stage(w, how), server, how, &t);
        rules12_run(&t, step, &changes[i]);
    }
}

static inline int rules12_setup(void **state) {
    static rules12_world w;
    hs__stage_new(&w.ecdsa);
    hs__stage_new_key(&w.rsa, HS__KEY_RSA);
    *state = &w;
    return 0;
}

static inline int rules12_teardown(void **state) {
    rules12_world *w = *state;
    hs__stage_free(&w->ecdsa);
    hs__stage_free(&w->rsa);
    return 0;
}

#endif
