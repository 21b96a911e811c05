#include "proto/new_session_ticket12.h"

#include "proto_test.h"
#include "vectors/tls12_peers.h"

#define KIND "new_session_ticket12"

static void fields_of_openssl(void **state) {
    (void)state;
    hs__rd_root root;
    hs__new_session_ticket12 m;
    assert_int_equal(
        hs__new_session_ticket12_read(SPAN(tls12_ecdhe_new_session_ticket), NULL, &root, &m),
        HS_OK);
    assert_int_equal(m.ticket_lifetime_hint, 7200);
    assert_int_equal(m.ticket.n, sizeof(tls12_ecdhe_new_session_ticket) - 10);
}

/* RFC 5077 3.3: a server that promised a ticket and has none sends an empty one. */
static void there_may_be_no_ticket_in_it(void **state) {
    (void)state;
    pt_check_as(KIND, pt_hex("04 000006 00000000 0000"));
}

static void broken_ones(void **state) {
    (void)state;
    pt_refuse_as(KIND, pt_hex("04 000003 000000"), HS_E_DECODE,
                 "NewSessionTicket.ticket_lifetime_hint");
    pt_refuse_as(KIND, pt_hex("04 000006 00000000 0001"), HS_E_DECODE, "NewSessionTicket.ticket");
    pt_refuse_as(KIND, pt_hex("04 000008 00000000 0001 61 00"), HS_E_TRAILING, "NewSessionTicket");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_openssl),
        cmocka_unit_test(there_may_be_no_ticket_in_it),
        cmocka_unit_test(broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
