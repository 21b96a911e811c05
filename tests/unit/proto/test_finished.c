#include "proto/finished.h"

#include "proto_test.h"
#include "vectors/rfc8448_simple.h"

static void verify_data_of_rfc8448(void **state) {
    (void)state;
    hs__rd_root root;
    hs__finished m;
    assert_int_equal(hs__finished_read(SPAN(rfc8448_simple_server_finished), NULL, &root, &m),
                     HS_OK);
    pt_assert_bytes(m.verify_data, SPAN(rfc8448_simple_server_finished_verify_data));
}

/* Its length is that of the hash, which only the engine knows. */
static void any_length_is_read(void **state) {
    (void)state;
    hs__rd_root root;
    hs__finished m;
    assert_int_equal(hs__finished_read(pt_hex("14 000000"), NULL, &root, &m), HS_OK);
    assert_int_equal(m.verify_data.n, 0);
    pt_check_message(pt_hex("14 00000c 000102030405060708090a0b"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_data_of_rfc8448),
        cmocka_unit_test(any_length_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
