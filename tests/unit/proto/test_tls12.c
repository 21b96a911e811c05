/* Messages of TLS 1.2 that other libraries wrote: read, told, written again. */
#include "proto_test.h"

static void every_message_is_read_told_and_rewritten(void **state) {
    (void)state;
    for (size_t i = 0; i < pt_tls12_count; i++) {
        print_message("  %s\n", pt_tls12[i].name);
        pt_check_kind(pt_kind_of_message(&pt_tls12[i]), pt_tls12[i].message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_is_read_told_and_rewritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
