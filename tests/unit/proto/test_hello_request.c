#include "proto_test.h"

/* RFC 5246 7.4.1.1: it is empty. */
static void empty_or_refused(void **state) {
    (void)state;
    pt_check_message(pt_hex("00 000000"));
    pt_refuse(pt_hex("00 000001 00"), HS_E_TRAILING, "HelloRequest");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
