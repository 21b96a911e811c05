/* A redacted trace does not tell who took part, and still tells what happened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/trace/scene.h"
#include "tests/unit/trace/sink.h"
#include "trace/redact.h"

/* ---- names ------------------------------------------------------------------------------- */

static void assert_text(hs__redact_names *names, const char *text, const char *expected) {
    hs__strbuf b = {0};
    hs__redact_text(names, text, &b);
    assert_string_equal(hs__buf_str(&b), expected);
    hs__buf_free(&b);
}

static void learn(hs__redact_names *names, const char *name, const char *expected) {
    char out[64];
    hs__redact_name(names, name, strlen(name), out);
    assert_memory_equal(out, expected, strlen(name));
}

static void a_name_becomes_the_same_everywhere(void **state) {
    (void)state;
    hs__redact_names names = {0};
    learn(&names, "www.example.com", "name1xxxxxxxxxx");
    learn(&names, "WWW.Example.com", "name1xxxxxxxxxx");
    learn(&names, "example.com", "name2xxxxxx");
    learn(&names, "CA", "xx");
    assert_text(&names, "for www.example.com, not Example.com or other.example.com.",
                "for name1xxxxxxxxxx, not name2xxxxxx or other.name2xxxxxx.");
    assert_text(&names, "CA CAcert xCA CA1 (CA)", "xx CAcert xCA CA1 (xx)");
    hs__redact_names_free(&names);
}

static void addresses_become_those_of_documentation(void **state) {
    (void)state;
    hs__redact_names names = {0};
    uint8_t v4[] = {10, 1, 2, 3}, v6[16] = {0xfd, 0x00, [15] = 9};
    hs__redact_learn_peer(&names, "10.1.2.3:4433");
    hs__redact_learn_peer(&names, "[fd00::9]:4433");
    hs__redact_learn_peer(&names, "unix:/home/alice/tls");
    hs__redact_address(&names, v4, sizeof v4);
    hs__redact_address(&names, v6, sizeof v6);
    assert_memory_equal(v4, "\xc0\x00\x02\x01", 4);
    assert_text(&names, "10.1.2.3:4433, [fd00::9]:1, unix:/home/alice/tls and 10.1.2.31",
                "192.0.2.1:4433, [2001:db8::2]:1, unix:socket and 10.1.2.31");
    hs__redact_names_free(&names);
}

/* ---- whole traces ------------------------------------------------------------------------ */

static json_t *play(scene_id id, bool is_server) {
    hs__strbuf out = {0};
    hs_render *r;
    hs_render_options o = sink_options(&out, 3, HS_SECRETS_SHOW);
    o.peer = "10.9.8.7:4433";
    o.local = "[fd00::1]:999";
    assert_int_equal(hs_jsonl_new(&o, &r), HS_OK);
    scene_play(id, is_server, r);
    hs_render_free(r);
    json_t *lines = json_array();
    for (const char *p = hs__buf_str(&out); *p != 0; p += strcspn(p, "\n") + 1) {
        json_t *line = json_loadb(p, strcspn(p, "\n"), 0, NULL);
        assert_non_null(line);
        assert_int_equal(json_array_append_new(lines, line), 0);
    }
    hs__buf_free(&out);
    return lines;
}

static bool is_key(const char *key, const char *const *keys) {
    for (; *keys != NULL; keys++) {
        if (strcmp(key, *keys) == 0) {
            return true;
        }
    }
    return false;
}

/* Every string under one of these keys. The value of Finished in TLS 1.2 was on the wire. */
static void collect(const json_t *value, const char *key, const char *const *keys, json_t *into) {
    const char *name;
    json_t *inside;
    size_t i;
    const char *derived = json_string_value(json_object_get(value, "name"));
    if (derived != NULL && strstr(derived, "verify_data") != NULL) {
        return;
    }
    json_array_foreach(value, i, inside) {
        collect(inside, key, keys, into);
    }
    json_object_foreach((json_t *)value, name, inside) {
        collect(inside, name, keys, into);
    }
    if (json_is_string(value) && is_key(key, keys) && json_string_length(value) > 3) {
        (void)json_array_append_new(into, json_copy((json_t *)value));
    }
}

static void hex_of(const char *text, hs__strbuf *out) {
    hs__buf_clear(out);
    hs__buf_hex(out, (hs_span){(const uint8_t *)text, strlen(text)});
}

static void assert_gone(const char *text, const char *what) {
    if (strstr(text, what) != NULL) {
        fail_msg("still there: %s", what);
    }
}

/* RFC 8448's certificate is for "rsa", of "server": words that a trace has anyway. */
static bool is_own_word(const char *name) {
    return strcmp(name, "rsa") == 0 || strcmp(name, "server") == 0;
}

static char *redacted(json_t *lines) {
    hs__redactor r = {0};
    json_t *line;
    size_t i;
    json_array_foreach(lines, i, line) {
        assert_true(hs__redact_line(&r, line));
    }
    hs__redactor_free(&r);
    return json_dumps(lines, JSON_COMPACT);
}

static void nothing_tells_who_it_was(void **state) {
    (void)state;
    static const char *const who[] = {"subject", "issuer", "serial", "sha256", "sni", NULL};
    static const char *const keys[] = {"value", "id", "signed_content", NULL};
    for (scene_id id = 0; id < N_SCENES; id++) {
        for (int is_server = 0; is_server <= 1; is_server++) {
            json_t *lines = play(id, is_server), *gone = json_array(), *one;
            collect(lines, "", who, gone);
            collect(lines, "", keys, gone);
            char *text = redacted(lines);
            hs__strbuf hex = {0};
            size_t i;
            json_array_foreach(gone, i, one) {
                const char *name = json_string_value(one);
                name += strncmp(name, "CN=", 3) == 0 ? 3 : 0;
                if (is_own_word(name)) {
                    continue;
                }
                assert_gone(text, name);
                hex_of(name, &hex);
                assert_gone(text, hs__buf_str(&hex));
            }
            assert_gone(text, "10.9.8.7");
            assert_gone(text, "fd00::1");
            hs__buf_free(&hex);
            free(text);
            json_decref(gone);
            json_decref(lines);
        }
    }
}

/* Lengths, kinds, dates, algorithms: all that is a number or a word of our own. */
static void what_happened_stays(void **state) {
    (void)state;
    static const char *const same[] = {"ev",   "name", "len", "type",   "dir",       "t_us",
                                       "desc", "key",  "fn",  "scheme", "not_after", "suite"};
    for (scene_id id = 0; id < N_SCENES; id++) {
        json_t *lines = play(id, false), *was = json_deep_copy(lines), *line;
        size_t i;
        free(redacted(lines));
        assert_int_equal(json_array_size(lines), json_array_size(was));
        json_array_foreach(lines, i, line) {
            const json_t *before = json_array_get(was, i);
            for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
                assert_true(
                    json_equal(json_object_get(line, same[k]), json_object_get(before, same[k])) ||
                    json_object_get(before, same[k]) == NULL);
            }
            const json_t *certs = json_object_get(line, "certs"), *cert;
            size_t c;
            json_array_foreach(certs, c, cert) {
                assert_null(json_object_get(cert, "error"));
                assert_non_null(strstr(json_string_value(json_object_get(cert, "subject")), "="));
            }
        }
        json_decref(was);
        json_decref(lines);
    }
}

/* Bytes of the same length that still read as the same certificate. */
static void a_message_still_reads(void **state) {
    (void)state;
    json_t *lines = play(SCENE_FULL, false), *line;
    free(redacted(lines));
    size_t i, certificates = 0;
    json_array_foreach(lines, i, line) {
        const char *raw = json_string_value(json_object_get(line, "raw"));
        const json_t *certs = json_object_get(line, "certs");
        if (raw == NULL || strcmp(json_string_value(json_object_get(line, "ev")), "msg") != 0) {
            continue;
        }
        assert_int_equal(strlen(raw) / 2, json_integer_value(json_object_get(line, "len")));
        certificates += json_array_size(certs);
        if (json_array_size(certs) > 0) {
            const json_t *leaf = json_array_get(certs, 0);
            assert_string_equal(json_string_value(json_object_get(leaf, "key")), "ECDSA P-256");
        }
    }
    assert_true(certificates > 0);
    json_decref(lines);
}

/* ---- renderings -------------------------------------------------------------------------- */

static char *render(hs_render_maker make, scene_id id, bool is_server) {
    hs__strbuf out = {0};
    hs_render *r;
    hs_render_options o = sink_options(&out, 3, HS_SECRETS_SHOW);
    o.peer = "10.9.8.7:4433";
    o.sni = "example.test";
    assert_int_equal(hs_redacted_new(make, &o, &r), HS_OK);
    assert_true((hs_render_mask(r) & HS_TRACE_SECRETS) == 0);
    scene_play(id, is_server, r);
    hs_render_free(r);
    assert_false(out.failed);
    assert_true(out.n > 0);
    char *text = strdup(out.p);
    hs__buf_free(&out);
    return text;
}

static void no_rendering_tells_it_either(void **state) {
    (void)state;
    static const hs_render_maker makers[] = {hs_text_new, hs_jsonl_new, hs_html_new};
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        for (scene_id id = 0; id < N_SCENES; id++) {
            for (int is_server = 0; is_server <= 1; is_server++) {
                char *text = render(makers[i], id, is_server);
                assert_gone(text, "example.test");
                assert_gone(text, "10.9.8.7");
                assert_non_null(strstr(text, "192.0.2.1:4433"));
                free(text);
            }
        }
    }
}

static void the_story_is_the_same(void **state) {
    (void)state;
    char *text = render(hs_text_new, SCENE_FULL, false);
    assert_non_null(strstr(text, "-> ClientHello"));
    assert_non_null(strstr(text, "ECDSA P-256"));
    assert_non_null(strstr(text, "-- handshake complete"));
    free(text);
    text = render(hs_text_new, SCENE_NAME, false);
    assert_non_null(strstr(text, "!! "));
    free(text);
}

/* ---- DER --------------------------------------------------------------------------------- */

static void bytes_that_are_no_der_become_zeros(void **state) {
    (void)state;
    hs__redact_names names = {0};
    uint8_t cut[] = {0x30, 0x05, 'a', 'b'}, deep[200];
    hs__redact_der(&names, cut, sizeof cut);
    assert_memory_equal(cut, "\0\0\0\0", 4);
    /* nested until nobody wants to look any more */
    for (size_t i = 0; i < sizeof deep; i += 2) {
        deep[i] = 0x30;
        deep[i + 1] = (uint8_t)(sizeof deep - i - 2 < 0x80 ? sizeof deep - i - 2 : 0);
    }
    hs__redact_der(&names, deep, sizeof deep);
    hs__redact_names_free(&names);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_becomes_the_same_everywhere),
        cmocka_unit_test(addresses_become_those_of_documentation),
        cmocka_unit_test(nothing_tells_who_it_was),
        cmocka_unit_test(what_happened_stays),
        cmocka_unit_test(a_message_still_reads),
        cmocka_unit_test(no_rendering_tells_it_either),
        cmocka_unit_test(the_story_is_the_same),
        cmocka_unit_test(bytes_that_are_no_der_become_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
