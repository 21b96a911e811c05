/* The engine's tables against what RFC 9846 allows: legality.c was typed from the RFC alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/state/legality.h"

static const hs__row *table_of(bool server) {
    return server ? hs__server_13 : hs__client_13;
}

/* RFC 9846 4, appendix A: a message has a row exactly where the RFC has one. */
static void a_message_has_a_row_where_the_rfc_allows_it(void **state) {
    (void)state;
    for (unsigned server = 0; server < 2; server++) {
        for (unsigned s = 0; s < HS__N_STATES; s++) {
            for (unsigned m = 0; m <= HS__ON_OTHER; m++) {
                const bool has_row =
                    hs__row_find(table_of(server), (hs__state)s, (hs__input)m) != NULL;
                const bool is_legal = hs__legal_find(server, (hs__state)s, (hs__input)m) != NULL;
                if (has_row != is_legal) {
                    fail_msg("%s, %s, %s: the engine %s it, the RFC %s",
                             server ? "server" : "client", hs__state_name((hs__state)s),
                             hs__input_name((hs__input)m), has_row ? "takes" : "refuses",
                             is_legal ? "allows" : "forbids");
                }
            }
        }
    }
}

/* The states that take a message of the peer: where the engine waits for it. */
static bool waits_for_peer(bool server, hs__state s) {
    for (unsigned m = 0; m <= HS__ON_OTHER; m++) {
        if (hs__row_find(table_of(server), s, (hs__input)m) != NULL) {
            return true;
        }
    }
    return false;
}

/* All states the engine may next wait in, over what it does by itself and the answers it gets. */
static uint64_t reach(bool server, uint64_t from) {
    uint64_t seen = 0;
    uint64_t waits = 0;
    while (from != 0) {
        unsigned s = 0;
        while ((from & UINT64_C(1) << s) == 0) {
            s++;
        }
        const uint64_t bit = UINT64_C(1) << s;
        from &= ~bit;
        seen |= bit;
        if (waits_for_peer(server, (hs__state)s)) {
            waits |= bit;
            continue;
        }
        for (const hs__row *r = table_of(server); (r->flags & HS__LAST_ROW) == 0; r++) {
            from |= r->state == (hs__state)s ? r->next & ~seen : 0;
        }
    }
    return waits;
}

/* Appendix A: each message leads where the drawing's arrow leads. */
static void a_message_leads_where_the_rfc_says(void **state) {
    (void)state;
    for (unsigned i = 0; i < hs__n_legal_rows; i++) {
        const hs__legal *legal = &hs__legal_rows[i];
        const hs__row *row = hs__row_find(table_of(legal->server), legal->in, legal->message);
        assert_non_null(row);
        const uint64_t waits = reach(legal->server, row->next);
        if (waits != legal->then) {
            fail_msg("%s, %s, %s (%s): leads to %08x, by the RFC to %08x",
                     legal->server ? "server" : "client", hs__state_name(legal->in),
                     hs__input_name(legal->message), legal->section, waits, legal->then);
        }
    }
}

/* RFC 9846 5.1: ClientHello, ServerHello, Finished and KeyUpdate end their records. */
static void a_message_before_a_key_change_ends_its_record(void **state) {
    (void)state;
    for (unsigned i = 0; i < hs__n_legal_rows; i++) {
        const hs__legal *legal = &hs__legal_rows[i];
        const hs__row *row = hs__row_find(table_of(legal->server), legal->in, legal->message);
        assert_non_null(row);
        if (((row->flags & HS__ENDS_RECORD) != 0) != legal->ends_record) {
            fail_msg("%s, %s, %s (%s)", legal->server ? "server" : "client",
                     hs__state_name(legal->in), hs__input_name(legal->message), legal->section);
        }
    }
}

/* Nothing after the end, nothing without a way to get there. */
static void every_state_can_be_reached(void **state) {
    (void)state;
    for (unsigned server = 0; server < 2; server++) {
        uint64_t seen = HS__BIT(START);
        uint64_t before;
        do {
            before = seen;
            for (const hs__row *r = table_of(server); (r->flags & HS__LAST_ROW) == 0; r++) {
                seen |= (seen & UINT64_C(1) << r->state) != 0 ? r->next : 0;
            }
        } while (seen != before);
        for (const hs__row *r = table_of(server); (r->flags & HS__LAST_ROW) == 0; r++) {
            assert_true((seen & UINT64_C(1) << r->state) != 0);
            assert_true(r->state != HS__FAILED && (r->next & HS__BIT(FAILED)) == 0);
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
    return cmocka_run_group_tests_name("the tables against RFC 9846", tests, NULL, NULL);
}
