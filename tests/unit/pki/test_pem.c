#include "pki/pem.h"

#include <stdio.h>

#include "tests/unit/pki/pki_test.h"

static hs_status decode(const char *pem, const char *label, bytes *out) {
    hs_span rest = text(pem);
    hs__pem_block block;
    hs_status st = hs__pem_next(&rest, &block);
    if (st) {
        return st;
    }
    assert_true(hs__pem_is(&block, label));
    return hs__pem_decode(&block, out->p, &out->n);
}

static void blocks_are_found_between_other_text(void **state) {
    (void)state;
    static const char pem[] = "subject=CN = a\n"
                              "-----BEGIN A-----\nAQID\n-----END A-----\n"
                              "\n text -----BEGIN X----- in a line\n"
                              "-----BEGIN B C-----\r\nBA==\r\n-----END B C-----\r\n"
                              "-----BEGIN D-----\nBQ==\n-----END D-----";
    static const char *const labels[] = {"A", "B C", "D"};
    hs_span rest = text(pem);
    hs__pem_block block;
    uint8_t out[16];
    size_t n;
    for (size_t i = 0; i < 3; i++) {
        assert_ok(hs__pem_next(&rest, &block));
        assert_true(hs__pem_is(&block, labels[i]));
        assert_ok(hs__pem_decode(&block, out, &n));
        assert_int_equal(n, i == 0 ? 3 : 1);
    }
    assert_status(hs__pem_next(&rest, &block), HS_E_NO_CERTIFICATE);
}

static void broken_blocks_are_refused_and_passed_over(void **state) {
    (void)state;
    static const char pem[] = "-----BEGIN A-----\nAQID\n" /* no end */
                              "-----BEGIN B-----\nAQID\n-----END C-----\n"
                              "-----BEGIN D-----\nAQID\n-----END D-----\n";
    hs_span rest = text(pem);
    hs__pem_block block;
    assert_status(hs__pem_next(&rest, &block), HS_E_PEM);
    assert_status(hs__pem_next(&rest, &block), HS_E_PEM);
    assert_ok(hs__pem_next(&rest, &block));
    assert_true(hs__pem_is(&block, "D"));
}

static void base64_is_checked(void **state) {
    (void)state;
    static const struct {
        const char *body;
        bool is_good;
    } cases[] = {
        {"AQID", true},
        {"AQ ID", true},
        {"\tAQ\nI\r\nD ", true},
        {"AQI=", true},
        {"AQ==", true},
        {"", true},
        {"AQI", false},
        {"AQ", false},
        {"A", false},
        {"AQ=", false},
        {"AQ=I", false},
        {"=", false},
        {"====", false},
        {"AQ===", false},
        {"AQIDAQ==AQID", false},
        {"AQ-_", false},
        {"AQID!", false},
        {"AR==", false}, /* bits behind the end */
        {"AQJ=", false},
        {"Proc-Type: 4,ENCRYPTED\n\nAQID", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t out[64];
        size_t n;
        const hs__pem_block block = {text("A"), text(cases[i].body)};
        const hs_status st = hs__pem_decode(&block, out, &n);
        if ((st == HS_OK) != cases[i].is_good) {
            fail_msg("\"%s\": %s", cases[i].body, hs_status_name(st));
        }
    }
}

/* RFC 4648 10. */
static void base64_test_vectors(void **state) {
    (void)state;
    static const char *const vectors[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        char pem[128];
        char want[128];
        bytes back;
        size_t n = sizeof(pem);
        assert_ok(hs__pem_write("A", text(vectors[i][0]), pem, &n));
        (void)snprintf(want, sizeof(want), "-----BEGIN A-----\n%s%s-----END A-----\n",
                       vectors[i][1], i > 0 ? "\n" : "");
        assert_string_equal(pem, want);
        assert_int_equal(n, strlen(want));
        assert_ok(decode(pem, "A", &back));
        assert_int_equal(back.n, strlen(vectors[i][0]));
        assert_memory_equal(back.p, vectors[i][0], back.n);
    }
}

static void every_length_comes_back_in_lines_of_64(void **state) {
    (void)state;
    uint8_t data[200];
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 37);
    }
    for (size_t n = 0; n <= sizeof(data); n++) {
        char pem[512];
        bytes back;
        size_t pem_n = hs__pem_room("X Y", n);
        assert_true(pem_n <= sizeof(pem));
        assert_ok(hs__pem_write("X Y", (hs_span){data, n}, pem, &pem_n));
        assert_true(strlen(pem) == pem_n && pem_n < hs__pem_room("X Y", n));
        for (const char *line = pem; *line != '\0'; line = strchr(line, '\n') + 1) {
            assert_true(strchr(line, '\n') - line <= 64);
        }
        assert_ok(decode(pem, "X Y", &back));
        assert_int_equal(back.n, n);
        assert_memory_equal(back.p, data, n);
    }
    size_t small = hs__pem_room("A", 10) - 1;
    char pem[128];
    assert_status(hs__pem_write("A", (hs_span){data, 10}, pem, &small), HS_E_NO_SPACE);
}

static void der_is_told_from_pem(void **state) {
    (void)state;
    assert_true(hs__pem_looks_like(text("x\n-----BEGIN A-----\n")));
    assert_false(hs__pem_looks_like(text("0\x82\x01")));
    assert_false(hs__pem_looks_like((hs_span){NULL, 0}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_found_between_other_text),
        cmocka_unit_test(broken_blocks_are_refused_and_passed_over),
        cmocka_unit_test(base64_is_checked),
        cmocka_unit_test(base64_test_vectors),
        cmocka_unit_test(every_length_comes_back_in_lines_of_64),
        cmocka_unit_test(der_is_told_from_pem),
    };
    return RUN(tests);
}
