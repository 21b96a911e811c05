/* Breaks as text: what --break takes, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/lab.h"
#include "proto/codepoints.h"

static hs__lab good(const char *text) {
    hs__lab lab;
    char why[HS__LAB_WHY];
    if (hs__lab_read(text, &lab, why) != HS_OK) {
        fail_msg("%s: %s", text, why);
    }
    return lab;
}

static void parameters_are_read(void **state) {
    (void)state;
    assert_int_equal(good("drop=ClientHello").message, HS__HT_client_hello);
    assert_int_equal(good("drop=client_hello").message, HS__HT_client_hello);
    assert_int_equal(good("swap=CERTIFICATEverify").message, HS__HT_certificate_verify);
    assert_int_equal(good("drop=HelloRetryRequest").message, HS__HT_hello_retry_request);
    const hs__lab tamper = good("tamper=Finished,7");
    assert_int_equal(tamper.message, HS__HT_finished);
    assert_int_equal(tamper.place, 7);
    assert_true(good("tamper=Finished").place == HS__LAB_ANYWHERE);
    assert_int_equal(good("strip=key_share").extension, HS__EXT_key_share);
    assert_int_equal(good("strip=sni").extension, HS__EXT_server_name);
    assert_int_equal(good("strip=65281").extension, HS__EXT_renegotiation_info);
    const hs__lab flip = good("flip=12,345");
    assert_int_equal(flip.number, 12);
    assert_int_equal(flip.place, 345);
    assert_int_equal(good("empty").number, 100);
    assert_int_equal(good("empty=7").number, 7);
    assert_int_equal(good("alert").number, 255);
    assert_int_equal(good("alert=unknown_ca").number, HS__ALERT_unknown_ca);
    assert_int_equal(good("alert=112").number, HS__ALERT_unrecognized_name);
    assert_null(good("certificate").file);
    assert_string_equal(good("certificate=a,b=c.pem").file, "a,b=c.pem");
}

static void what_is_wrong_is_said(void **state) {
    (void)state;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"", "no break of that name"},
        {"nonsense", "no break of that name"},
        {"finishe", "no break of that name"},
        {"finishedx", "no break of that name"},
        {"finished=1", "finished takes no parameter"},
        {"finished=", "finished takes no parameter"},
        {"flip", "flip takes =N[,BIT]"},
        {"flip=", "flip takes =N[,BIT]"},
        {"flip=x", "flip takes =N[,BIT]"},
        {"flip=-1", "flip takes =N[,BIT]"},
        {"flip=1,", "flip takes =N[,BIT]"},
        {"flip=1,2,3", "flip takes =N[,BIT]"},
        {"flip=4294967295", "flip takes =N[,BIT]"},
        {"flip=99999999999999999999", "flip takes =N[,BIT]"},
        {"drop", "drop takes =MESSAGE"},
        {"drop=Hello", "drop takes =MESSAGE"},
        {"drop=Client", "drop takes =MESSAGE"},
        {"drop=ClientHelloo", "drop takes =MESSAGE"},
        {"drop=ClientHello,3", "drop takes =MESSAGE"},
        {"tamper=ClientHello,x", "tamper takes =MESSAGE[,BYTE]"},
        {"strip=", "strip takes =EXTENSION"},
        {"strip=nothing", "strip takes =EXTENSION"},
        {"strip=65536", "strip takes =EXTENSION"},
        {"alert=256", "alert takes =[NAME]"},
        {"alert=nothing", "alert takes =[NAME]"},
        {"certificate=", "certificate takes =[FILE]"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        hs__lab lab;
        char why[HS__LAB_WHY] = "";
        assert_int_equal(hs__lab_read(rows[i].text, &lab, why), HS_E_MISUSE);
        if (strstr(why, rows[i].words) == NULL) {
            fail_msg("'%s': %s", rows[i].text, why);
        }
    }
}

/* For --help=break and the docs: one line each, in the words of the rest. */
static void every_break_says_what_it_does(void **state) {
    (void)state;
    for (size_t i = 0; i < HS__LAB_N_BREAKS; i++) {
        const hs__lab_row *row = &hs__lab_rows[i];
        assert_int_equal(row->id, i);
        assert_true(row->roles != 0 && row->versions != 0);
        assert_in_range(strlen(row->text), 15, 140);
        assert_in_range(strlen(row->answer), 15, 260);
        assert_null(strchr(row->text, '\n'));
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(row->name, hs__lab_rows[j].name);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_read),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(every_break_says_what_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
