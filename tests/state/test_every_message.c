/* Every handshake message in every state, both roles, over real connections: what RFC 9846 does
 * not allow there is answered with unexpected_message, and nothing else happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/messages.h"
#include "proto/codepoints.h"
#include "tests/lib/stage.h"
#include "tests/state/legality.h"

typedef struct {
    hs__input input;
    const char *name;
    hs_span bytes;
} specimen;

enum { MANY = 300 };

typedef struct {
    hs__stage stage;
    hs__hand_flight server, client; /* of a handshake with retry and client certificate */
    specimen all[MANY];
    size_t n;
    uint8_t empty[256][4]; /* a message of each type without a body */
} fixture;

static void add(fixture *f, hs__input input, const char *name, hs_span bytes) {
    assert_true(f->n < MANY && bytes.n >= 4);
    f->all[f->n++] = (specimen){input, name, bytes};
}

static void record_genuine(fixture *f) {
    const unsigned how = HS__STAGE_RETRY | HS__STAGE_AUTH;
    hs__test_pair pair;
    hs__stage_open(&f->stage, how, &pair);
    hs__stage_server_flight(&pair, how, &f->server);
    hs__stage_carry(&pair.server, &pair.client);
    hs__stage_client_flight(&pair, &f->client);
    hs__test_pair_free(&pair);
    const hs__hand_flight *s = &f->server;
    const hs__hand_flight *c = &f->client;
    add(f, HS__ON_CLIENT_HELLO, "ClientHello", hs__hand_find(c, HS__HT_client_hello, 0));
    add(f, HS__ON_CLIENT_HELLO, "second ClientHello", hs__hand_find(c, HS__HT_client_hello, 1));
    add(f, HS__ON_HELLO_RETRY_REQUEST, "HelloRetryRequest",
        hs__hand_find(s, HS__HT_server_hello, 0));
    add(f, HS__ON_SERVER_HELLO, "ServerHello", hs__hand_find(s, HS__HT_server_hello, 1));
    add(f, HS__ON_ENCRYPTED_EXTENSIONS, "EncryptedExtensions",
        hs__hand_find(s, HS__HT_encrypted_extensions, 0));
    add(f, HS__ON_CERTIFICATE_REQUEST, "CertificateRequest",
        hs__hand_find(s, HS__HT_certificate_request, 0));
    add(f, HS__ON_CERTIFICATE, "server's Certificate", hs__hand_find(s, HS__HT_certificate, 0));
    add(f, HS__ON_CERTIFICATE, "client's Certificate", hs__hand_find(c, HS__HT_certificate, 0));
    add(f, HS__ON_CERTIFICATE_VERIFY, "server's CertificateVerify",
        hs__hand_find(s, HS__HT_certificate_verify, 0));
    add(f, HS__ON_CERTIFICATE_VERIFY, "client's CertificateVerify",
        hs__hand_find(c, HS__HT_certificate_verify, 0));
    add(f, HS__ON_FINISHED, "server's Finished", hs__hand_find(s, HS__HT_finished, 0));
    add(f, HS__ON_FINISHED, "client's Finished", hs__hand_find(c, HS__HT_finished, 0));
}

static void add_made_up(fixture *f) {
    static const uint8_t ticket[] = {4, 0, 0, 17, 0, 0, 0, 60, 1, 2, 3,
                                     4, 1, 9, 0,  3, 7, 8, 9,  0, 0};
    static const uint8_t update[] = {24, 0, 0, 1, 0};
    static const uint8_t request[] = {24, 0, 0, 1, 1};
    static const uint8_t verify[] = {15, 0, 0, 8, 8, 4, 0, 4, 1, 2, 3, 4};
    static const uint8_t certificate[] = {11, 0, 0, 4, 0, 0, 0, 0};
    add(f, HS__ON_NEW_SESSION_TICKET, "NewSessionTicket", (hs_span){ticket, sizeof(ticket)});
    add(f, HS__ON_KEY_UPDATE, "KeyUpdate", (hs_span){update, sizeof(update)});
    add(f, HS__ON_KEY_UPDATE, "KeyUpdate that asks", (hs_span){request, sizeof(request)});
    add(f, HS__ON_CERTIFICATE_VERIFY, "made-up CertificateVerify",
        (hs_span){verify, sizeof(verify)});
    add(f, HS__ON_CERTIFICATE, "empty Certificate", (hs_span){certificate, sizeof(certificate)});
    for (unsigned type = 0; type < 256; type++) {
        f->empty[type][0] = (uint8_t)type;
        const hs_span bytes = {f->empty[type], 4};
        const char *name = hs__handshake_type_name(type);
        if ((hs__handshake_versions((uint8_t)type) & HS__TLS13) == 0 ||
            hs__message_name((uint8_t)type, bytes) == name) {
            add(f, hs__message_input((uint8_t)type, bytes),
                name != NULL ? name : "a message of unknown type", bytes);
        }
    }
}

static bool is_unexpected(const hs__test_end *end) {
    return end->failed && end->error.status == HS_E_UNEXPECTED_MESSAGE;
}

/* The alert is on the wire: an end that failed has sent something since. */
static void check_refused(hs__test_end *end, size_t sent_before, const char *what) {
    if (!is_unexpected(end) || end->error.alert != HS__ALERT_unexpected_message ||
        end->error.from_peer) {
        fail_msg("%s: %s", what, end->failed ? end->error.text : "accepted");
    }
    hs__test_end_drain(end);
    assert_true(end->sent.n > sent_before);
    assert_int_equal(end->data.n, 0);
    assert_string_equal(end->error.rule, "rfc9846#section-4");
    const hs_span update = {(const uint8_t[]){24, 0, 0, 1, 1}, 5};
    const size_t after = end->sent.n;
    hs__hand_give(end, HS__CONTENT_handshake, update);
    hs__test_end_drain(end);
    assert_int_equal(end->sent.n, after); /* 6.2: nothing more, whatever comes */
}

static void try_one(const fixture *f, bool server, hs__state in, const specimen *s) {
    hs__test_pair pair;
    if (server) {
        hs__stage_server_in(&f->stage, in, &pair);
    } else {
        hs__stage_client_in(&f->stage, in, &pair);
    }
    hs__test_end *end = server ? &pair.server : &pair.client;
    hs__test_end_drain(end);
    const size_t before = end->sent.n;
    const bool was_connected = end->connected;
    hs__hand_give(end, HS__CONTENT_handshake, s->bytes);
    char what[120];
    (void)snprintf(what, sizeof(what), "%s gets %s in %s", server ? "server" : "client", s->name,
                   hs__state_name(in));
    if (hs__legal_find(hs__legal_phase_13(server, in), server, in, s->input) == NULL) {
        check_refused(end, before, what);
        assert_int_equal(end->connected, was_connected);
    } else if (is_unexpected(end)) {
        fail_msg("%s: it is allowed, but %s", what, end->error.text);
    }
    hs__test_pair_free(&pair);
}

static void try_all(const fixture *f, bool server, hs__state in) {
    for (size_t i = 0; i < f->n; i++) {
        try_one(f, server, in, &f->all[i]);
    }
}

static void a_client_in_every_state(void **state) {
    for (unsigned i = 0; i < hs__n_client_waits; i++) {
        try_all(*state, false, hs__client_waits[i]);
    }
}

static void a_server_in_every_state(void **state) {
    for (unsigned i = 0; i < hs__n_server_waits; i++) {
        try_all(*state, true, hs__server_waits[i]);
    }
}

/* What is expected is said in the error: the table's rows, in words. */
static void the_error_names_what_was_expected(void **state) {
    const fixture *f = *state;
    hs__test_pair pair;
    hs__stage_client_in(&f->stage, HS__WAIT_CERT_CR, &pair);
    hs__hand_give(&pair.client, HS__CONTENT_handshake,
                  hs__hand_find(&f->server, HS__HT_finished, 0));
    assert_non_null(strstr(pair.client.error.text, "Finished came in state WAIT_CERT_CR"));
    assert_non_null(strstr(pair.client.error.text, "CertificateRequest or Certificate"));
    hs__test_pair_free(&pair);
}

static int setup(void **state) {
    static fixture f;
    hs__stage_new(&f.stage);
    record_genuine(&f);
    add_made_up(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    hs__hand_flight_free(&f->server);
    hs__hand_flight_free(&f->client);
    hs__stage_free(&f->stage);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_in_every_state),
        cmocka_unit_test(a_server_in_every_state),
        cmocka_unit_test(the_error_names_what_was_expected),
    };
    return cmocka_run_group_tests_name("every message in every state", tests, setup, teardown);
}
