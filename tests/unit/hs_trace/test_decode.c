/* Hex in all its forms becomes the same bytes; bytes become words; nothing that is no TLS is taken
 * for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "apps/hs-trace/decode.h"
#include "tests/lib/pair.h"

/* ---- text into bytes --------------------------------------------------------------------- */

/* A fatal handshake_failure of TLS 1.2, and 13 bytes of another record. */
static const uint8_t wanted[] = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28, 0x16, 0x03, 0x03,
                                 0x00, 0x05, 0x0e, 0x00, 0x00, 0x00, 0x41, 0x42, 0x43, 0x44};

static decode_form form_of(const char *text, size_t n, hs__bytes *out) {
    decode_form form;
    char label[DECODE_LABEL];
    assert_int_equal(decode_text((hs_span){(const uint8_t *)text, n}, &form, label, out), HS_OK);
    return form;
}

static void gives(const char *text, decode_form form) {
    hs__bytes out;
    assert_int_equal(form_of(text, strlen(text), &out), form);
    assert_int_equal(out.n, sizeof wanted);
    assert_memory_equal(out.p, wanted, sizeof wanted);
    hs__bytes_free(&out);
}

static void hex_may_be_written_in_any_way(void **state) {
    (void)state;
    gives("1503030002022816030300050e00000041424344", DECODE_HEX);
    gives("15 03 03 00 02 02 28 16\n03 03 00 05 0E 00 00 00 41 42 43 44\n", DECODE_HEX);
    gives("15:03:03:00:02:02:28:16:03:03:00:05:0e:00:00:00:41:42:43:44", DECODE_HEX);
    gives("{ 0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28, 0x16, 0x03, 0x03,\n"
          "  0x00, 0x05, 0x0e, 0x00, 0x00, 0x00, 0x41, 0x42, 0x43, 0x44 };",
          DECODE_HEX);
    gives("\"\\x15\\x03\\x03\\x00\\x02\\x02\\x28\\x16\\x03\\x03\\x00\\x05\"\n"
          "\"\\x0e\\x00\\x00\\x00\\x41\\x42\\x43\\x44\"",
          DECODE_HEX);
}

static void dumps_are_read_without_their_offsets_and_texts(void **state) {
    (void)state;
    gives("00000000: 1503 0300 0202 2816 0303 0005 0e00 0000  ......(.........\n"
          "00000010: 4142 4344                                ABCD\n",
          DECODE_HEX);
    gives("00000000  15 03 03 00 02 02 28 16  03 03 00 05 0e 00 00 00  |......(.........|\n"
          "00000010  41 42 43 44                                       |ABCD|\n"
          "00000014\n",
          DECODE_HEX);
    gives("\t0x0000:  1503 0300 0202 2816 0303 0005 0e00 0000  ......(.........\n"
          "\t0x0010:  4142 4344                                ABCD\n",
          DECODE_HEX);
    gives("0000   15 03 03 00 02 02 28 16 03 03 00 05 0e 00 00 00   ......(.........\n"
          "0010   41 42 43 44                                       ABCD\n",
          DECODE_HEX);
}

static void base64_and_raw_bytes_are_read(void **state) {
    (void)state;
    gives("FQMDAAICKBYDAwAFDgAAAEFCQ0Q=\n", DECODE_BASE64);
    gives("-----BEGIN RECORD-----\nFQMDAAICKBYD\nAwAFDgAAAEFCQ0Q=\n-----END RECORD-----\n",
          DECODE_BASE64);
    hs__bytes out;
    assert_int_equal(form_of((const char *)wanted, sizeof wanted, &out), DECODE_RAW);
    assert_int_equal(out.n, sizeof wanted);
    hs__bytes_free(&out);
}

static void half_bytes_and_words_are_none(void **state) {
    (void)state;
    static const char *const texts[] = {"1", "150", "hello, world", "15 03 0g", ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hs__bytes out;
        assert_int_equal(form_of(texts[i], strlen(texts[i]), &out), DECODE_NOTHING);
        hs__bytes_free(&out);
    }
}

/* ---- bytes into words -------------------------------------------------------------------- */

static void take(void *ctx, const char *p, size_t n) {
    hs__test_bytes_add(ctx, p, n);
}

static char *words(const void *p, size_t n, uint16_t version, decode_result *result) {
    static hs__test_bytes text;
    hs_render *r = NULL;
    const hs_render_options o = {.size = sizeof o,
                                 .write = take,
                                 .ctx = &text,
                                 .level = 3,
                                 .secrets = HS_SECRETS_SHOW,
                                 .no_time = true};
    text.n = 0;
    assert_int_equal(hs_text_new(&o, &r), HS_OK);
    *result = decode_bytes((hs_span){p, n}, version, r);
    hs_render_free(r);
    hs__test_bytes_add(&text, "", 1);
    return (char *)text.p;
}

static void an_alert_has_its_name(void **state) {
    (void)state;
    decode_result r;
    assert_non_null(strstr(words(wanted, 7, 0, &r), "handshake_failure(40)"));
    assert_int_equal(r.verdict, DECODE_OK);
    assert_int_equal(r.records, 1);
    assert_non_null(strstr(words(wanted + 5, 2, 0, &r), "handshake_failure(40)"));
}

static void what_is_cut_is_said_to_be(void **state) {
    (void)state;
    decode_result r;
    assert_non_null(strstr(words(wanted, 6, 0, &r), "not whole"));
    assert_int_equal(r.verdict, DECODE_CUT);
    static const uint8_t hello[] = {0x16, 3, 1, 0, 4, 1, 0, 1, 0}; /* the message goes on */
    assert_non_null(strstr(words(hello, sizeof hello, 0, &r), "message is not whole"));
    assert_int_equal(r.verdict, DECODE_CUT);
    assert_int_equal(r.messages, 0);
}

/* A NewSessionTicket reads in one version only; an empty CertificateRequest list in none. */
static void the_version_is_that_whose_format_fits(void **state) {
    (void)state;
    static const uint8_t ticket12[] = {4, 0, 0, 8, 0, 0, 0x1c, 0x20, 0, 2, 0xaa, 0xbb};
    static const uint8_t ticket13[] = {4, 0, 0, 15,   0, 0, 0,    30,   1,   2,
                                       3, 4, 1, 0x99, 0, 1, 0xaa, 0x00, 0x00};
    decode_result r;
    assert_non_null(strstr(words(ticket12, sizeof ticket12, 0, &r), "ticket_lifetime_hint"));
    assert_int_equal(r.verdict, DECODE_OK);
    const char *text = words(ticket13, sizeof ticket13, 0, &r);
    assert_non_null(strstr(text, "ticket_age_add"));
    assert_int_equal(r.verdict, DECODE_OK);
    (void)words(ticket13, sizeof ticket13, 0x0303, &r);
    assert_int_equal(r.verdict, DECODE_BROKEN);
}

static void key_exchanges_of_tls12_are_told_apart(void **state) {
    (void)state;
    static const uint8_t point[] = {16, 0, 0, 3, 2, 4, 5};
    static const uint8_t rsa[] = {16, 0, 0, 4, 0, 2, 4, 5};
    decode_result r;
    assert_non_null(strstr(words(point, sizeof point, 0, &r), "ecdh_Yc"));
    assert_non_null(strstr(words(rsa, sizeof rsa, 0, &r), "encrypted_preliminary_secret"));
}

/* After ChangeCipherSpec a record of the same type is Finished, encrypted: no message is read out
 * of it. */
static void ciphertext_is_not_read_as_a_message(void **state) {
    (void)state;
    static const uint8_t bytes[] = {0x14, 3, 3, 0, 1,    1,    0x16, 3,    3,   0,
                                    8,    0, 0, 0, 0x77, 0x12, 0x34, 0x56, 0x78};
    decode_result r;
    assert_non_null(strstr(words(bytes, sizeof bytes, 0x0303, &r), "encrypted"));
    assert_int_equal(r.messages, 0);
    assert_int_equal(r.records, 2);
}

static void a_broken_message_names_its_place(void **state) {
    (void)state;
    static const uint8_t hello[] = {2, 0, 0, 4, 3, 3, 1, 2};
    decode_result r;
    const char *text = words(hello, sizeof hello, 0, &r);
    assert_non_null(strstr(text, "not well formed"));
    assert_non_null(strstr(text, "random"));
    assert_int_equal(r.verdict, DECODE_BROKEN);
}

static void strangers_are_called_by_their_names(void **state) {
    (void)state;
    static const struct {
        const char *bytes, *what;
    } rows[] = {{"GET / HTTP/1.1\r\n", "HTTP"},
                {"SSH-2.0-x", "SSH"},
                {"220 mail ESMTP", "STARTTLS"},
                {"{\"v\":1,\"seq\":1}", "trace"},
                {"\x16\xfe\xfd\x01\x01\x01", "DTLS"},
                {"\x30\x82\x01\x0a\x30\x82", "DER"},
                {"qqqqqqqqqq", "nothing"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        decode_result r;
        (void)words(rows[i].bytes, strlen(rows[i].bytes), 0, &r);
        assert_int_equal(r.verdict, DECODE_NOT_TLS);
        assert_non_null(strstr(r.what, rows[i].what));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_may_be_written_in_any_way),
        cmocka_unit_test(dumps_are_read_without_their_offsets_and_texts),
        cmocka_unit_test(base64_and_raw_bytes_are_read),
        cmocka_unit_test(half_bytes_and_words_are_none),
        cmocka_unit_test(an_alert_has_its_name),
        cmocka_unit_test(what_is_cut_is_said_to_be),
        cmocka_unit_test(the_version_is_that_whose_format_fits),
        cmocka_unit_test(key_exchanges_of_tls12_are_told_apart),
        cmocka_unit_test(ciphertext_is_not_read_as_a_message),
        cmocka_unit_test(a_broken_message_names_its_place),
        cmocka_unit_test(strangers_are_called_by_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
