/* RFC 7468 section 9, as a stream. */
#include "cms/armor.h"

#include "pki/pem.h"
#include "tests/unit/cms/cms_test.h"

static heap wrap(hs_span content, size_t step) {
    heap out = {NULL, 0, 0, 0, 0};
    hs__cms_armor *a = calloc(1, sizeof(*a));
    assert_non_null(a);
    a->out = (hs__cms_sink){heap_put, &out};
    for (size_t i = 0; i < content.n; i += step) {
        const size_t now = content.n - i < step ? content.n - i : step;
        assert_ok(hs__cms_armor_put(a, (hs_span){content.p + i, now}));
    }
    assert_ok(hs__cms_armor_end(a));
    free(a);
    return out;
}

static hs_status unwrap(hs_span message, size_t step, heap *out) {
    heap in = {NULL, 0, 0, 0, step};
    hs__cms_unarmor *u = calloc(1, sizeof(*u));
    uint8_t piece[100];
    size_t n;
    hs_status st;
    assert_non_null(u);
    assert_ok(heap_put(&in, message));
    u->in = (hs__cms_source){heap_get, &in};
    out->n = 0;
    do {
        n = 0;
        st = hs__cms_unarmor_read(u, piece, sizeof(piece), &n);
        if (st == HS_OK) {
            st = heap_put(out, (hs_span){piece, n});
        }
    } while (st == HS_OK && n > 0);
    heap_free(&in);
    free(u);
    return st;
}

/* The writer of certificates is another one: they agree. */
static void lines_are_those_of_pem(void **state) {
    (void)state;
    uint8_t content[300];
    for (size_t n = 0; n <= sizeof(content); n++) {
        char want[1024];
        size_t want_n = sizeof(want);
        if (n > 0) {
            content[n - 1] = (uint8_t)(n * 11);
        }
        assert_ok(hs__pem_write("CMS", (hs_span){content, n}, want, &want_n));
        for (size_t step = 1; step < 8; step += 3) {
            heap text_out = wrap((hs_span){content, n}, step);
            if (n > 0) {
                assert_int_equal(text_out.n, want_n);
                assert_memory_equal(text_out.p, want, want_n);
            }
            heap back = {NULL, 0, 0, 0, 0};
            assert_ok(unwrap((hs_span){text_out.p, text_out.n}, step, &back));
            assert_int_equal(back.n, n);
            assert_true(n == 0 || memcmp(back.p, content, n) == 0);
            heap_free(&back);
            heap_free(&text_out);
        }
    }
}

static void texts_are_read_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        hs_status status;
        const char *hex;
    } cases[] = {
        {"-----BEGIN CMS-----\nAQID\n-----END CMS-----\n", HS_OK, "010203"},
        {"-----BEGIN CMS-----\r\nAQ ID\r\n-----END CMS-----", HS_OK, "010203"},
        {"-----BEGIN PKCS7-----\nAQI=\n-----END PKCS7-----\n", HS_OK, "0102"},
        {"-----BEGIN CMS-----\nAQ\n==\n-----END CMS-----\n", HS_OK, "01"},
        {"Dear all,\n-----BEGIN CMS-----\nAQID\n-----END CMS-----\nand more\n", HS_OK, "010203"},
        {"-----BEGIN X-----\nAQID\n-----END X-----\n-----BEGIN CMS-----\nAg==\n-----END CMS-----\n",
         HS_OK, "02"},
        {"-----BEGIN CMS-----\nAQID\n-----END PKCS7-----\n", HS_E_PEM, NULL},
        {"-----BEGIN CMS-----\nAQI\n-----END CMS-----\n", HS_E_PEM, NULL},
        {"-----BEGIN CMS-----\nAQJ=\n-----END CMS-----\n", HS_E_PEM, NULL}, /* bits left over */
        {"-----BEGIN CMS-----\nAQ==AQID\n-----END CMS-----\n", HS_E_PEM, NULL},
        {"-----BEGIN CMS-----\nA===\n-----END CMS-----\n", HS_E_PEM, NULL},
        {"-----BEGIN CMS-----\nAQ=D\n-----END CMS-----\n", HS_E_PEM, NULL},
        {"-----BEGIN CMS-----\nAQ*D\n-----END CMS-----\n", HS_E_PEM, NULL},
        {"-----BEGIN CMS-----\nAQID\n", HS_E_CMS_TRUNCATED, NULL},
        {"-----BEGIN CMS-----\nAQID\n-----EN", HS_E_CMS_TRUNCATED, NULL},
        {"-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n", HS_E_CMS_FORMAT, NULL},
        {"hello\n", HS_E_CMS_FORMAT, NULL},
        {"", HS_E_CMS_TRUNCATED, NULL},
        {"0AQID", HS_OK, "3041514944"}, /* 30 begins what is binary */
    };
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        heap out = {NULL, 0, 0, 0, 0};
        assert_int_equal(unwrap(text(cases[i / 2].text), i % 2, &out), cases[i / 2].status);
        if (cases[i / 2].hex != NULL) {
            const bytes want = unhex(cases[i / 2].hex);
            assert_int_equal(out.n, want.n);
            assert_memory_equal(out.p, want.p, want.n);
        }
        heap_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_those_of_pem),
        cmocka_unit_test(texts_are_read_or_refused),
    };
    return RUN(tests);
}
