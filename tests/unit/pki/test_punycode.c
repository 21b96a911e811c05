#include "pki/punycode.h"

#include "tests/unit/pki/pki_test.h"

/* The first five are samples of RFC 3492 7.1, in lower case; the others stand in the DNS. */
static void names_become_a_labels(void **state) {
    (void)state;
    static const struct {
        const char *utf8, *ascii;
    } cases[] = {
        {"\xe4\xbb\x96\xe4\xbb\xac\xe4\xb8\xba\xe4\xbb\x80\xe4\xb9\x88\xe4\xb8\x8d"
         "\xe8\xaf\xb4\xe4\xb8\xad\xe6\x96\x87",
         "xn--ihqwcrb4cv8a8dqg056pqjye"},
        {"pro\xc4\x8dprost\xc4\x9bnemluv\xc3\xad\xc4\x8d"
         "esky",
         "xn--proprostnemluvesky-uyb24dma41a"},
        {"\xd7\x9c\xd7\x9e\xd7\x94\xd7\x94\xd7\x9d\xd7\xa4\xd7\xa9\xd7\x95\xd7\x98\xd7\x9c"
         "\xd7\x90\xd7\x9e\xd7\x93\xd7\x91\xd7\xa8\xd7\x99\xd7\x9d\xd7\xa2\xd7\x91\xd7\xa8"
         "\xd7\x99\xd7\xaa",
         "xn--4dbcagdahymbxekheh6e0a7fei0b"},
        {"3\xe5\xb9\xb4"
         "b\xe7\xb5\x84\xe9\x87\x91\xe5\x85\xab\xe5\x85\x88\xe7\x94\x9f",
         "xn--3b-ww4c5e180e575a65lsy2b"},
        {"\xe3\x81\x9d\xe3\x81\xae\xe3\x82\xb9\xe3\x83\x94\xe3\x83\xbc\xe3\x83\x89\xe3\x81\xa7",
         "xn--d9juau41awczczp"},
        {"b\xc3\xbc"
         "cher",
         "xn--bcher-kva"},
        {"\xe4\xb8\xad\xe5\x9b\xbd", "xn--fiqs8s"},
        {"\xd1\x80\xd1\x84", "xn--p1ai"},
        {"\xe9\xa6\x99\xe6\xb8\xaf", "xn--j6w193g"},
        {"*.\xe5\x85\xac\xe5\x8f\xb8.cn", "*.xn--55qx5d.cn"},
        {"plain.example", "plain.example"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t out[128];
        size_t n = sizeof(out);
        assert_true(hs__punycode_domain(text(cases[i].utf8), out, &n));
        assert_int_equal(n, strlen(cases[i].ascii));
        assert_memory_equal(out, cases[i].ascii, n);
    }
}

static void what_is_not_utf_8_is_refused(void **state) {
    (void)state;
    static const char *const cases[] = {"\x80",
                                        "a\xff",
                                        "\xc3",
                                        "\xe4\xb8",
                                        "\xc0\xaf",
                                        "\xe0\x80\xaf",
                                        "\xf4\x90\x80\x80",
                                        "\xf8\x88\x80\x80"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t out[64];
        size_t n = sizeof(out);
        assert_false(hs__punycode_domain(text(cases[i]), out, &n));
    }
}

static void the_room_is_kept(void **state) {
    (void)state;
    uint8_t out[16];
    for (size_t room = 0; room < 16; room++) {
        size_t n = room;
        const bool fits = hs__punycode_domain(text("b\xc3\xbc"
                                                   "cher"),
                                              out, &n);
        assert_int_equal(fits, room >= 13);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_a_labels),
        cmocka_unit_test(what_is_not_utf_8_is_refused),
        cmocka_unit_test(the_room_is_kept),
    };
    return RUN(tests);
}
