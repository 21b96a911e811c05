/* Every message of RFC 8448, which another library wrote: read, told, written again. */
#include "proto_test.h"

static void every_message_is_read_told_and_rewritten(void **state) {
    (void)state;
    for (size_t i = 0; i < pt_rfc8448_count; i++) {
        print_message("  %s\n", pt_rfc8448[i].name);
        pt_check_message(pt_rfc8448[i].message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_is_read_told_and_rewritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
