/* The blocks of a capture. What tshark makes of them: tests/interop/test_pcapng.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/trace/scene.h"
#include "tests/unit/trace/sink.h"

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6, SECRETS = 10, MOST = 64 };

typedef struct {
    uint32_t type[MOST];
    size_t n;
} blocks;

static uint32_t u32(const char *p) {
    const uint8_t *b = (const uint8_t *)p;
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* Each block ends with the length it began with, and there is nothing between them. */
static blocks read_blocks(const hs__strbuf *out) {
    blocks all = {.n = 0};
    for (size_t at = 0; at < out->n;) {
        assert_true(out->n - at >= 12 && all.n < MOST);
        const uint32_t n = u32(out->p + at + 4);
        assert_true(n >= 12 && n % 4 == 0 && n <= out->n - at);
        assert_int_equal(u32(out->p + at + n - 4), n);
        all.type[all.n++] = u32(out->p + at);
        at += n;
    }
    return all;
}

static size_t count(const blocks *all, uint32_t type) {
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        n += all->type[i] == type ? 1 : 0;
    }
    return n;
}

static blocks capture(scene_id id, hs_secrets secrets, hs__strbuf *out) {
    const hs_render_options o = sink_options(out, 1, secrets);
    hs_render *r = NULL;
    assert_int_equal(hs_pcapng_new(&o, &r), HS_OK);
    scene_play(id, false, r);
    hs_render_free(r);
    const blocks all = read_blocks(out);
    assert_int_equal(all.type[0], SECTION);
    assert_int_equal(all.type[1], INTERFACE);
    return all;
}

/* Wireshark needs TLS 1.3's before it sees ServerHello. */
static void secrets_come_before_all_packets(void **state) {
    (void)state;
    hs__strbuf out = {0};
    const blocks all = capture(SCENE_RFC8448, HS_SECRETS_SHOW, &out);
    assert_int_equal(count(&all, SECRETS), 5); /* the lines of the key log */
    for (size_t i = 2; i < all.n; i++) {
        assert_int_equal(all.type[i], i < 2 + 5 ? SECRETS : PACKET);
    }
    hs__buf_free(&out);
}

static void without_leave_there_are_none(void **state) {
    (void)state;
    static const hs_secrets kinds[] = {HS_SECRETS_DEFAULT, HS_SECRETS_HIDE, HS_SECRETS_ID};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        hs__strbuf out = {0};
        const blocks all = capture(SCENE_RFC8448, kinds[i], &out);
        assert_int_equal(count(&all, SECRETS), 0);
        assert_true(count(&all, PACKET) > 10);
        hs__buf_free(&out);
    }
}

/* Its packets waited for secrets that never came. */
static void a_handshake_that_fails_is_written_all_the_same(void **state) {
    (void)state;
    hs__strbuf shown = {0};
    hs__strbuf hidden = {0};
    const blocks with = capture(SCENE_SUITES, HS_SECRETS_SHOW, &shown);
    const blocks without = capture(SCENE_SUITES, HS_SECRETS_HIDE, &hidden);
    assert_true(count(&with, PACKET) >= 3 + 2 + 3); /* TCP's, a hello and an alert, TCP's */
    assert_int_equal(count(&with, PACKET), count(&without, PACKET));
    hs__buf_free(&shown);
    hs__buf_free(&hidden);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_come_before_all_packets),
        cmocka_unit_test(without_leave_there_are_none),
        cmocka_unit_test(a_handshake_that_fails_is_written_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
