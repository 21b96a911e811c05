/* Every message in every state of TLS 1.2, both roles, full, classic and abbreviated handshakes,
 * over real connections with a peer made by hand: what the RFCs do not allow there is answered
 * with unexpected_message, and nothing else happens; what they allow leads where they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lib/stage12.h"
#include "tests/state/legality.h"

typedef struct {
    hs__input input;
    const char *name;
    uint8_t record; /* content type */
    hs__test_bytes bytes;
} specimen;

enum { MANY = 96 };

typedef struct {
    hs__stage ecdsa, rsa;
    specimen all[MANY]; /* first those of messages that have an input of their own */
    size_t n, n_named;
} fixture;

static const struct {
    int step;
    hs__input input;
} inputs[] = {
    {HS__HT_hello_request, HS__ON_HELLO_REQUEST},
    {HS__HT_client_hello, HS__ON_CLIENT_HELLO},
    {HS__HT_server_hello, HS__ON_SERVER_HELLO},
    {HS__HT_new_session_ticket, HS__ON_NEW_SESSION_TICKET},
    {HS__HT_encrypted_extensions, HS__ON_ENCRYPTED_EXTENSIONS},
    {HS__HT_certificate, HS__ON_CERTIFICATE},
    {HS__HT_certificate_status, HS__ON_CERTIFICATE_STATUS},
    {HS__HT_server_key_exchange, HS__ON_SERVER_KEY_EXCHANGE},
    {HS__HT_certificate_request, HS__ON_CERTIFICATE_REQUEST},
    {HS__HT_server_hello_done, HS__ON_SERVER_HELLO_DONE},
    {HS__HT_certificate_verify, HS__ON_CERTIFICATE_VERIFY},
    {HS__HT_client_key_exchange, HS__ON_CLIENT_KEY_EXCHANGE},
    {HS__HT_finished, HS__ON_FINISHED},
    {HS__HT_key_update, HS__ON_KEY_UPDATE},
    {HS__STEP_CCS, HS__ON_CHANGE_CIPHER_SPEC},
};

static hs__input input_of(int step) {
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        if (inputs[i].step == step) {
            return inputs[i].input;
        }
    }
    return HS__ON_OTHER;
}

static const char *name_of(int step) {
    return step == HS__STEP_CCS ? "ChangeCipherSpec" : hs__input_name(input_of(step));
}

static const hs__stage *stage_of(const fixture *f, unsigned how) {
    return (how & HS__PEER12_RSA) != 0 ? &f->rsa : &f->ecdsa;
}

/* ---- specimens --------------------------------------------------------------------------- */

static specimen *add(fixture *f, int step, const char *name) {
    assert_true(f->n < MANY);
    specimen *s = &f->all[f->n++];
    *s = (specimen){.input = input_of(step),
                    .name = name != NULL ? name : "a message of another type",
                    .record = step == HS__STEP_CCS ? HS__CONTENT_change_cipher_spec
                                                   : HS__CONTENT_handshake};
    return s;
}

/* What both ends say in one genuine handshake. */
static void add_genuine(fixture *f, unsigned how) {
    hs__stage12 t;
    int steps[HS__PEER12_STEPS];
    hs__stage12_open(stage_of(f, how), true, how, &t);
    hs__peer12_script(&t.peer, steps);
    hs__peer12_hear(&t.peer);
    for (size_t i = 0; steps[i] != HS__STEP_END; i++) {
        const size_t before = t.peer.transcript.n;
        hs__peer12_step(&t.peer, steps[i]);
        if (steps[i] != HS__STEP_CCS) {
            const uint8_t *m = t.peer.transcript.p + before;
            const size_t n = 4 + ((size_t)m[1] << 16 | (size_t)m[2] << 8 | m[3]);
            hs__test_bytes_add(&add(f, steps[i], name_of(steps[i]))->bytes, m, n);
        }
    }
    for (size_t i = 0; i < t.peer.heard.n; i++) {
        const hs__test_bytes *m = &t.peer.heard.m[i];
        hs__test_bytes_add(&add(f, m->p[0], name_of(m->p[0]))->bytes, m->p, m->n);
    }
    hs__stage12_free(&t);
}

static void add_bytes(fixture *f, const char *name, int step, const void *p, size_t n) {
    hs__test_bytes_add(&add(f, step, name)->bytes, p, n);
}

static void add_made_up(fixture *f) {
    static const uint8_t ticket[] = {4, 0, 0, 8, 0, 0, 0, 60, 0, 2, 7, 8};
    static const uint8_t update[] = {24, 0, 0, 1, 0};
    static const uint8_t extensions[] = {8, 0, 0, 2, 0, 0};
    static const uint8_t empty_certificate[] = {11, 0, 0, 3, 0, 0, 0};
    static const uint8_t status[] = {22, 0, 0, 5, 1, 0, 0, 1, 9};
    add_bytes(f, "ChangeCipherSpec", HS__STEP_CCS, "\x01", 1);
    add_bytes(f, "HelloRequest", HS__HT_hello_request, "\x00\x00\x00", 4);
    add_bytes(f, "NewSessionTicket", HS__HT_new_session_ticket, ticket, sizeof(ticket));
    add_bytes(f, "KeyUpdate", HS__HT_key_update, update, sizeof(update));
    add_bytes(f, "EncryptedExtensions", HS__HT_encrypted_extensions, extensions,
              sizeof(extensions));
    add_bytes(f, "empty Certificate", HS__HT_certificate, empty_certificate,
              sizeof(empty_certificate));
    add_bytes(f, "CertificateStatus", HS__HT_certificate_status, status, sizeof(status));
    f->n_named = f->n;
    for (int type = 0; type < 256; type++) { /* those with a name, and some of the others */
        const char *name = hs__handshake_type_name((uint32_t)type);
        if (input_of(type) == HS__ON_OTHER && (name != NULL || type % 16 == 15)) {
            const uint8_t bytes[] = {(uint8_t)type, 0, 0, 0};
            add_bytes(f, name, type, bytes, sizeof(bytes));
        }
    }
}

/* ---- one specimen in one place ----------------------------------------------------------- */

typedef struct {
    const fixture *f;
    bool server; /* the engine */
    unsigned how;
    size_t step; /* of the peer's script: it was not said yet */
} place;

static void open_at(const place *at, hs__stage12 *t) {
    hs__stage12_open(stage_of(at->f, at->how), at->server, at->how, t);
    hs__peer12_run(&t->peer, at->step);
    if (t->end.failed) {
        fail_msg("variant %u, step %zu: %s", at->how, at->step, t->end.error.text);
    }
}

static hs__legal_phase phase_at(const place *at) {
    return at->step == 0 ? HS__LEGAL_HELLO : HS__LEGAL_12;
}

static bool is_unexpected(const hs__test_end *end) {
    return end->failed && end->error.alert == HS__ALERT_unexpected_message && !end->error.from_peer;
}

/* A fatal alert is on the wire; nothing is handed out, and nothing is said any more. */
static void check_refused(hs__stage12 *t, const char *what) {
    if (!is_unexpected(&t->end)) {
        fail_msg("%s: %s", what, t->end.failed ? t->end.error.text : "accepted");
    }
    hs__peer12_hear(&t->peer);
    assert_int_equal(t->peer.alerts, 1);
    assert_int_equal(t->peer.alert[0], HS__ALERT_LEVEL_fatal);
    assert_int_equal(t->peer.alert[1], HS__ALERT_unexpected_message);
    assert_int_equal(t->end.data.n, 0);
    assert_ptr_equal(strstr(t->end.error.rule, "rfc"), t->end.error.rule);
    const size_t after = t->end.sent.n;
    hs__peer12_send(&t->peer, HS__CONTENT_application_data, (hs_span){(const uint8_t *)"x", 1});
    hs__test_end_drain(&t->end);
    assert_int_equal(t->end.sent.n, after); /* 5246 7.2.2: both sides close at once */
}

/* 5246 7.4.1.1, 7.2.2: ignored in a handshake; afterwards a warning, and data goes on. */
static void check_no_effect(hs__stage12 *t, hs__state in, const char *what) {
    if (t->end.failed || t->end.conn->state != in) {
        fail_msg("%s: %s", what, t->end.failed ? t->end.error.text : "has an effect");
    }
    hs__peer12_hear(&t->peer);
    assert_int_equal(t->peer.alerts, in == HS__CONNECTED ? 1 : 0);
    if (in == HS__CONNECTED) {
        assert_int_equal(t->peer.alert[0], HS__ALERT_LEVEL_warning);
        assert_int_equal(t->peer.alert[1], HS__ALERT_no_renegotiation);
        hs__peer12_send(&t->peer, HS__CONTENT_application_data, (hs_span){(const uint8_t *)"x", 1});
        assert_int_equal(t->end.data.n, 1);
    }
}

static void try_one(const place *at, const specimen *s) {
    hs__stage12 t;
    open_at(at, &t);
    const hs__state in = t.end.conn->state;
    const bool was_connected = t.end.connected;
    char what[160];
    (void)snprintf(what, sizeof(what), "%s of variant %u gets %s in %s",
                   at->server ? "server" : "client", at->how, s->name, hs__state_name(in));
    hs__peer12_send(&t.peer, s->record, (hs_span){s->bytes.p, s->bytes.n});
    if (hs__legal_find(phase_at(at), at->server, in, s->input) == NULL) {
        check_refused(&t, what);
        assert_int_equal(t.end.connected, was_connected);
    } else if (s->input == HS__ON_HELLO_REQUEST || in == HS__CONNECTED) {
        check_no_effect(&t, in, what);
    } else if (is_unexpected(&t.end)) {
        fail_msg("%s: it is allowed, but %s", what, t.end.error.text);
    }
    hs__stage12_free(&t);
}

/* ---- the variants ------------------------------------------------------------------------ */

/* The right message leads where the RFC says, and no state is one that it does not know. */
static void check_step(const place *at, const int steps[HS__PEER12_STEPS]) {
    hs__stage12 t;
    open_at(at, &t);
    const hs__state in = t.end.conn->state;
    const hs__input input = input_of(steps[at->step]);
    hs__peer12_step(&t.peer, steps[at->step]);
    const hs__state then = t.end.conn->state;
    if (!hs__legal_leads(phase_at(at), at->server, in, input, HS__LEGAL_12, then)) {
        fail_msg("%s of variant %u in %s: %s leads to %s (%s)", at->server ? "server" : "client",
                 at->how, hs__state_name(in), name_of(steps[at->step]), hs__state_name(then),
                 t.end.failed ? t.end.error.text : "no failure");
    }
    const int next = steps[at->step + 1];
    if (next == HS__STEP_END) {
        assert_int_equal(then, HS__CONNECTED);
        assert_true(t.peer.heard_finished && t.end.connected);
    } else if (hs__legal_find(HS__LEGAL_12, at->server, then, input_of(next)) == NULL) {
        fail_msg("variant %u: %s is due in %s", at->how, name_of(next), hs__state_name(then));
    }
    hs__stage12_free(&t);
}

static void try_variant(const fixture *f, bool server, unsigned how, size_t n_specimens) {
    hs__stage12 t;
    int steps[HS__PEER12_STEPS];
    place at = {f, server, how, 0};
    open_at(&at, &t);
    hs__peer12_script(&t.peer, steps);
    hs__stage12_free(&t);
    for (;; at.step++) {
        for (size_t i = 0; i < n_specimens; i++) {
            try_one(&at, &f->all[i]);
        }
        if (steps[at.step] == HS__STEP_END) {
            return;
        }
        check_step(&at, steps);
    }
}

static void a_client_in_a_full_handshake(void **state) {
    const fixture *f = *state;
    try_variant(f, false, HS__PEER12_AUTH | HS__PEER12_TICKET, f->n);
    try_variant(f, false, 0, f->n_named);
    try_variant(f, false, HS__PEER12_STATUS, f->n_named);
    try_variant(f, false, HS__PEER12_STATUS | HS__PEER12_STATUS_COMES, f->n_named);
}

static void a_client_in_a_classic_handshake(void **state) {
    const fixture *f = *state;
    try_variant(f, false, HS__PEER12_RSA, f->n_named);
    try_variant(f, false, HS__PEER12_RSA | HS__PEER12_STATUS, f->n_named);
    try_variant(f, false, HS__PEER12_RSA | HS__PEER12_STATUS | HS__PEER12_STATUS_COMES, f->n_named);
    try_variant(f, false, HS__PEER12_RSA | HS__PEER12_AUTH | HS__PEER12_TICKET, f->n_named);
}

static void a_client_that_resumes(void **state) {
    const fixture *f = *state;
    try_variant(f, false, HS__PEER12_RESUME, f->n_named);
    try_variant(f, false, HS__PEER12_RESUME | HS__PEER12_TICKET, f->n_named);
}

static void a_server_in_a_full_handshake(void **state) {
    const fixture *f = *state;
    try_variant(f, true, HS__PEER12_AUTH | HS__PEER12_TICKET, f->n);
    try_variant(f, true, HS__PEER12_AUTH | HS__PEER12_NO_CERT, f->n_named);
    try_variant(f, true, 0, f->n_named);
}

static void a_server_in_a_classic_handshake(void **state) {
    const fixture *f = *state;
    try_variant(f, true, HS__PEER12_RSA, f->n_named);
    try_variant(f, true, HS__PEER12_RSA | HS__PEER12_TICKET, f->n_named);
}

static void a_server_that_resumes(void **state) {
    const fixture *f = *state;
    try_variant(f, true, HS__PEER12_RESUME, f->n_named);
    try_variant(f, true, HS__PEER12_RESUME | HS__PEER12_TICKET, f->n_named);
}

/* 5246 6.2.1: messages may share records, also with a ServerHello, which in TLS 1.3 must be the
 * last one of its record. */
static void a_server_hello_may_share_its_record(void **state) {
    const fixture *f = *state;
    hs__stage12 t;
    int steps[HS__PEER12_STEPS];
    hs__test_bytes flight = {NULL, 0, 0};
    hs__stage12_open(&f->ecdsa, false, 0, &t);
    hs__peer12_hear(&t.peer);
    hs__peer12_script(&t.peer, steps);
    for (size_t i = 0; steps[i] != HS__STEP_CCS; i++) {
        const size_t before = flight.n;
        hs__peer12_make(&t.peer, steps[i], &flight);
        hs__test_bytes_add(&t.peer.transcript, flight.p + before, flight.n - before);
    }
    hs__peer12_send(&t.peer, HS__CONTENT_handshake, (hs_span){flight.p, flight.n});
    hs__peer12_hear(&t.peer);
    hs__peer12_step(&t.peer, HS__STEP_CCS);
    hs__peer12_step(&t.peer, HS__HT_finished);
    assert_true(t.end.connected && t.peer.heard_finished);
    hs__test_bytes_free(&flight);
    hs__stage12_free(&t);
}

static int setup(void **state) {
    static fixture f;
    hs__stage_new(&f.ecdsa);
    hs__stage_new_key(&f.rsa, HS__KEY_RSA);
    add_genuine(&f, HS__PEER12_AUTH | HS__PEER12_TICKET);
    add_genuine(&f, HS__PEER12_RSA);
    add_made_up(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    for (size_t i = 0; i < f->n; i++) {
        hs__test_bytes_free(&f->all[i].bytes);
    }
    hs__stage_free(&f->ecdsa);
    hs__stage_free(&f->rsa);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_in_a_full_handshake),
        cmocka_unit_test(a_client_in_a_classic_handshake),
        cmocka_unit_test(a_client_that_resumes),
        cmocka_unit_test(a_server_in_a_full_handshake),
        cmocka_unit_test(a_server_in_a_classic_handshake),
        cmocka_unit_test(a_server_that_resumes),
        cmocka_unit_test(a_server_hello_may_share_its_record),
    };
    return cmocka_run_group_tests_name("every message in every state of TLS 1.2", tests, setup,
                                       teardown);
}
