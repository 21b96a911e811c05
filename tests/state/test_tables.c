/* The engine's tables against what the RFCs allow: legality.c was typed from them alone. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/state/legality.h"

static const hs__row *table_of(hs__legal_phase phase, bool server) {
    switch (phase) {
    case HS__LEGAL_13:
        return server ? hs__server_13 : hs__client_13;
    case HS__LEGAL_12:
        return server ? hs__server_12 : hs__client_12;
    default:
        return server ? hs__hello_server : hs__hello_client;
    }
}

static const char *role(bool server) {
    return server ? "server" : "client";
}

static const char *phase_name(hs__legal_phase phase) {
    static const char *const names[] = {"before the version is known", "TLS 1.3", "TLS 1.2"};
    return names[phase];
}

static void compare_rows(hs__legal_phase phase, bool server, hs__state s) {
    for (unsigned m = 0; m <= HS__ON_OTHER; m++) {
        const bool has_row = hs__row_find(table_of(phase, server), s, (hs__input)m) != NULL;
        const bool is_legal = hs__legal_find(phase, server, s, (hs__input)m) != NULL;
        if (has_row != is_legal) {
            fail_msg("%s, %s, %s, %s: the engine %s it, the RFC %s", role(server),
                     phase_name(phase), hs__state_name(s), hs__input_name((hs__input)m),
                     has_row ? "takes" : "refuses", is_legal ? "allows" : "forbids");
        }
    }
}

/* RFC 9846 4, appendix A; RFC 5246 7.4: a message has a row exactly where the RFC has one. */
static void a_message_has_a_row_where_the_rfc_allows_it(void **state) {
    (void)state;
    for (unsigned phase = 0; phase < HS__N_LEGAL; phase++) {
        for (unsigned s = 0; s < HS__N_STATES; s++) {
            compare_rows((hs__legal_phase)phase, false, (hs__state)s);
            compare_rows((hs__legal_phase)phase, true, (hs__state)s);
        }
    }
}

/* ---- where a message leads ----------------------------------------------------------------- */

/* The states that take a message of the peer: where the engine waits for it. */
static bool waits_for_peer(hs__legal_phase phase, bool server, hs__state s) {
    for (unsigned m = 0; m <= HS__ON_OTHER; m++) {
        if (hs__row_find(table_of(phase, server), s, (hs__input)m) != NULL) {
            return true;
        }
    }
    return false;
}

/* What an engine's row leads to. In TLS 1.2 both kinds of handshake share the states that send
 * ChangeCipherSpec and Finished; it is over exactly when the peer's Finished came before ours. */
static uint64_t next_of(hs__legal_phase phase, const hs__row *r, bool had_finished) {
    if (phase == HS__LEGAL_12 && r->state == HS__SEND_FINISHED) {
        return had_finished ? r->next & HS__BIT(CONNECTED) : r->next & ~HS__BIT(CONNECTED);
    }
    return r->next;
}

/* One state's part in what can be reached: itself where it waits, else where its rows lead. */
static uint64_t follow(hs__legal_phase phase, bool server, hs__state s, bool had_finished,
                       uint64_t *waits) {
    if (waits_for_peer(phase, server, s)) {
        *waits |= UINT64_C(1) << s;
        return 0;
    }
    uint64_t next = 0;
    for (const hs__row *r = table_of(phase, server); (r->flags & HS__LAST_ROW) == 0; r++) {
        next |= r->state == s ? next_of(phase, r, had_finished) : 0;
    }
    return next;
}

/* All states the engine may next wait in, over what it does by itself and the answers it gets.
 * From a hello on that may be in every table. */
static uint64_t reach(const hs__legal *from, uint64_t next) {
    uint64_t seen = 0;
    uint64_t waits = 0;
    const bool had_finished = from->message == HS__ON_FINISHED;
    while (next != 0) {
        unsigned s = 0;
        while ((next & UINT64_C(1) << s) == 0) {
            s++;
        }
        seen |= UINT64_C(1) << s;
        for (unsigned phase = 0; phase < HS__N_LEGAL; phase++) {
            if (from->phase == HS__LEGAL_HELLO || from->phase == phase) {
                next |= follow((hs__legal_phase)phase, from->server, (hs__state)s, had_finished,
                               &waits);
            }
        }
        next &= ~seen;
    }
    return waits;
}

static uint64_t legal_then(const hs__legal *of) {
    uint64_t then = 0;
    for (unsigned i = 0; i < hs__n_legal_rows; i++) {
        const hs__legal *r = &hs__legal_rows[i];
        then |= r->phase == of->phase && r->server == of->server && r->in == of->in &&
                        r->message == of->message
                    ? r->then
                    : 0;
    }
    return then;
}

static const hs__row *row_of(const hs__legal *legal) {
    const hs__row *row =
        hs__row_find(table_of(legal->phase, legal->server), legal->in, legal->message);
    assert_non_null(row);
    return row;
}

/* Appendix A, figures 1 and 2: each message leads where the drawing's arrow leads. */
static void a_message_leads_where_the_rfc_says(void **state) {
    (void)state;
    for (unsigned i = 0; i < hs__n_legal_rows; i++) {
        const hs__legal *legal = &hs__legal_rows[i];
        const uint64_t waits = reach(legal, row_of(legal)->next);
        const uint64_t then = legal_then(legal);
        if (waits != then) {
            fail_msg("%s, %s, %s, %s (%s): leads to %" PRIx64 ", by the RFC to %" PRIx64,
                     role(legal->server), phase_name(legal->phase), hs__state_name(legal->in),
                     hs__input_name(legal->message), legal->section, waits, then);
        }
    }
}

/* RFC 9846 5.1: ClientHello, ServerHello, Finished and KeyUpdate end their records. */
static void a_message_before_a_key_change_ends_its_record(void **state) {
    (void)state;
    for (unsigned i = 0; i < hs__n_legal_rows; i++) {
        const hs__legal *legal = &hs__legal_rows[i];
        const bool ends = (row_of(legal)->flags & HS__ENDS_RECORD) != 0;
        const bool is_said = legal->end == HS__LEGAL_ENDS || legal->end == HS__LEGAL_MORE;
        if (is_said && ends != (legal->end == HS__LEGAL_ENDS)) {
            fail_msg("%s, %s, %s, %s (%s)", role(legal->server), phase_name(legal->phase),
                     hs__state_name(legal->in), hs__input_name(legal->message), legal->section);
        }
    }
}

/* ---- every state has a way to it ----------------------------------------------------------- */

static uint64_t grow(bool server, uint64_t seen) {
    for (unsigned phase = 0; phase < HS__N_LEGAL; phase++) {
        const hs__row *r = table_of((hs__legal_phase)phase, server);
        for (; (r->flags & HS__LAST_ROW) == 0; r++) {
            seen |= (seen & UINT64_C(1) << r->state) != 0 ? r->next : 0;
        }
    }
    return seen;
}

/* Nothing after the end, nothing without a way to get there. */
static void every_state_can_be_reached(void **state) {
    (void)state;
    for (unsigned server = 0; server < 2; server++) {
        uint64_t seen = HS__BIT(START);
        uint64_t before;
        do {
            before = seen;
            seen = grow(server != 0, seen);
        } while (seen != before);
        for (unsigned phase = 0; phase < HS__N_LEGAL; phase++) {
            const hs__row *r = table_of((hs__legal_phase)phase, server != 0);
            for (; (r->flags & HS__LAST_ROW) == 0; r++) {
                assert_true((seen & UINT64_C(1) << r->state) != 0);
                assert_true(r->state != HS__FAILED && (r->next & HS__BIT(FAILED)) == 0);
            }
        }
        assert_true((seen & HS__BIT(CONNECTED)) != 0);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_has_a_row_where_the_rfc_allows_it),
        cmocka_unit_test(a_message_leads_where_the_rfc_says),
        cmocka_unit_test(a_message_before_a_key_change_ends_its_record),
        cmocka_unit_test(every_state_can_be_reached),
    };
    return cmocka_run_group_tests_name("the tables against the RFCs", tests, NULL, NULL);
}
