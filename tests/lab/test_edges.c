/* What must not hurt: messages of others that are cut or senseless, and memory that runs out in the
 * middle of a break. A sanitizer's build sees every byte that is read or written outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lab/lab_pair.h"

static lab_world world;

/* ---- messages of others ------------------------------------------------------------------ */

/* Each break on a copy with exactly that much room. */
static void edit_all(hs_span raw, uint16_t version, size_t room) {
    for (size_t i = 0; i < HS__LAB_N_BREAKS; i++) {
        hs__lab lab = {.row = &hs__lab_rows[i], .message = raw.n > 0 ? raw.p[0] : 0};
        if (lab.row->id == HS__LAB_CERTIFICATE) {
            lab.file_bytes = (hs_span){world.rsa.leaf, world.rsa.leaf_n}; /* a key takes long */
        }
        lab.place = i % 2 == 0 ? HS__LAB_ANYWHERE : 3;
        uint8_t *copy = malloc(raw.n + room + 1);
        assert_non_null(copy);
        uint8_t *m = realloc(copy, raw.n + room > 0 ? raw.n + room : 1);
        assert_non_null(m);
        if (raw.n > 0) {
            memcpy(m, raw.p, raw.n);
        }
        hs__lab_message message = {.lab = &lab,
                                   .p = world.server,
                                   .version = version,
                                   .kx = i % 3 == 0 ? HS__KX_RSA : HS__KX_ECDHE,
                                   .group = HS__NAMED_GROUP_secp256r1,
                                   .hellos = 2,
                                   .m = m,
                                   .n = raw.n,
                                   .cap = raw.n + room};
        (void)hs__lab_edit(&message);
        assert_true(message.n <= raw.n + room);
        free(m);
    }
}

static unsigned n_messages;

/* Whole, cut anywhere, and with each byte of its first part made the largest. */
static void try_message(hs_span raw, uint16_t version) {
    enum { FIRST_PART = 120 };
    uint8_t changed[8192];
    n_messages++;
    edit_all(raw, version, 0);
    edit_all(raw, version, HS__LAB_ROOM);
    for (size_t n = 0; n < raw.n; n += 1 + n / 16) {
        edit_all((hs_span){raw.p, n}, version, n % 3);
    }
    assert_true(raw.n <= sizeof(changed));
    for (size_t at = 1; at < raw.n && at < FIRST_PART; at += 1 + at / 24) {
        memcpy(changed, raw.p, raw.n);
        changed[at] = 0xff;
        edit_all((hs_span){changed, raw.n}, version, 8);
    }
}

static void senseless_messages_do_no_harm(void **state) {
    static const unsigned variants[] = {LAB_AUTH | LAB_ALPN, LAB_RETRY, LAB_TLS12 | LAB_AUTH,
                                        LAB_CLASSIC};
    (void)state;
    world.message = try_message;
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        lab_run r;
        lab_run_new(&world, NULL, false, variants[i], &r);
        assert_true(r.pair.client.connected && r.pair.server.connected);
        lab_run_free(&r);
    }
    world.message = NULL;
    assert_true(n_messages > 25);
}

/* ---- memory that runs out ---------------------------------------------------------------- */

static size_t left; /* allocations that will still work; SIZE_MAX: all */

static void *failing_alloc(void *ctx, size_t n) {
    (void)ctx;
    if (left != SIZE_MAX && left-- == 0) {
        left = 0;
        return NULL;
    }
    return calloc(1, n);
}

static void usual_free(void *ctx, void *p, size_t n) {
    (void)ctx;
    (void)n;
    free(p);
}

static void run_short(const char *text, unsigned how, size_t works) {
    hs__lab lab;
    char why[HS__LAB_WHY];
    lab_run r;
    assert_int_equal(hs__lab_read(text, &lab, why), HS_OK);
    left = SIZE_MAX;
    lab_run_open(&world, &lab, true, how, &r);
    left = works;
    lab_run_go(&r);
    left = SIZE_MAX;
    assert_false(r.pair.client.connected && r.pair.client.data.n > 4);
    lab_run_free(&r);
}

static void memory_may_run_out_in_a_break(void **state) {
    static const struct {
        const char *text;
        unsigned how;
    } rows[] = {{"repeat=Certificate", 0},
                {"swap=Certificate", 0},
                {"tamper=ServerHello", 0},
                {"certificate", LAB_TLS12},
                {"oversize", 0},
                {"replay-record=3", 0},
                {"interleave", 0},
                {"ccs", LAB_TLS12},
                {"empty=3", 0},
                {"strip=key_share", 0},
                {"clear", LAB_TLS12},
                {"key-updates=3", 0},
                {"drop=HelloRetryRequest", LAB_RETRY}};
    static const hs_alloc alloc = {.alloc = failing_alloc, .free = usual_free};
    enum { MOST = 24 }; /* more than a server takes after its beginning */
    (void)state;
    world.alloc = &alloc;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t works = 0; works < MOST; works++) {
            run_short(rows[i].text, rows[i].how, works);
        }
    }
    world.alloc = NULL;
}

static int setup(void **state) {
    hs_provider *client = NULL;
    hs_provider *server = NULL;
    (void)state;
    if (hs_provider_new(NULL, &client) != HS_OK || hs_provider_new("libcrypto", &server) != HS_OK) {
        server = hs_provider_ref(client);
    }
    lab_world_new(&world, client, server);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    lab_world_free(&world);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(senseless_messages_do_no_harm),
        cmocka_unit_test(memory_may_run_out_in_a_break),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
