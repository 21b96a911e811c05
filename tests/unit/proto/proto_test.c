#include "proto_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/certificate13.h"

/* ---- bytes ------------------------------------------------------------------------------- */

static uint8_t *room(size_t n) {
    static uint8_t arena[1 << 21];
    static size_t used;
    assert_true(sizeof(arena) - used >= n);
    used += n;
    return arena + used - n;
}

hs_span pt_hex(const char *hex) {
    uint8_t *p = room(strlen(hex) / 2 + 1);
    size_t n = 0;
    while (*hex != '\0') {
        unsigned byte;
        if (*hex == ' ' || *hex == '\n') {
            hex++;
            continue;
        }
        assert_int_equal(sscanf(hex, "%2x", &byte), 1);
        p[n++] = (uint8_t)byte;
        hex += 2;
    }
    return (hs_span){p, n};
}

hs_span pt_join(hs_span a, hs_span b) {
    uint8_t *p = room(a.n + b.n + 1);
    memcpy(p, a.p, a.n);
    memcpy(p + a.n, b.p, b.n);
    return (hs_span){p, a.n + b.n};
}

uint8_t *pt_dup(hs_span bytes) {
    uint8_t *p = malloc(bytes.n > 0 ? bytes.n : 1);
    assert_non_null(p);
    if (bytes.n > 0) {
        memcpy(p, bytes.p, bytes.n);
    }
    return p;
}

void pt_assert_bytes(hs_span got, hs_span want) {
    assert_int_equal(got.n, want.n);
    if (want.n > 0) {
        assert_memory_equal(got.p, want.p, want.n);
    }
}

int pt_alert(hs_status status) {
    switch (status) {
    case HS_OK:
        return -1;
#define HS_ERROR(name, alert, rule, text)                                                          \
    case HS_E_##name:                                                                              \
        return alert;
#include "handshake/errors.def"
#undef HS_ERROR
    }
    return -1;
}

/* ---- the field sink ---------------------------------------------------------------------- */

static void on_field(void *ctx, const hs__field *f) {
    pt_cover *c = ctx;
    assert_int_equal(f->off, c->next);
    assert_true(f->bytes.n > 0);
    assert_ptr_equal(f->bytes.p, c->message.p + f->off);
    c->next += f->bytes.n;
    if (c->n_paths == c->room) {
        c->room = c->room * 2 + 64;
        c->paths = realloc(c->paths, c->room * sizeof(c->paths[0]));
        assert_non_null(c->paths);
    }
    char *path = c->paths[c->n_paths];
    hs__field_path(f, path, sizeof(c->paths[0]));
    assert_false(pt_cover_has(c, path));
    c->n_paths++;
}

void pt_cover_begin(pt_cover *c, hs_span message) {
    *c = (pt_cover){.message = message};
    c->sink = (hs__field_sink){on_field, c};
}

bool pt_cover_has(const pt_cover *c, const char *path) {
    for (size_t i = 0; i < c->n_paths; i++) {
        if (strcmp(c->paths[i], path) == 0) {
            return true;
        }
    }
    return false;
}

void pt_cover_end(pt_cover *c) {
    assert_int_equal(c->next, c->message.n);
    free(c->paths);
}

/* ---- messages ---------------------------------------------------------------------------- */

static void read_and_rewrite(const pt_kind *kind, hs_span message) {
    hs__rd_root root;
    pt_cover cover;
    pt_cover_begin(&cover, message);
    uint8_t *again = malloc(message.n);
    assert_non_null(again);
    hs__wr w;
    hs__wr_init(&w, again, message.n);
    assert_int_equal(kind->run(message, &cover.sink, &root, &w), HS_OK);
    pt_cover_end(&cover);
    assert_int_equal(w.status, HS_OK);
    pt_assert_bytes((hs_span){again, w.n}, message);
    free(again);
}

/* Cut anywhere, also with a length that fits what is left. */
static void cut_everywhere(const pt_kind *kind, hs_span message) {
    hs__rd_root root;
    for (size_t n = 0; n < message.n; n++) {
        uint8_t *cut = pt_dup((hs_span){message.p, n});
        assert_int_not_equal(kind->run((hs_span){cut, n}, NULL, &root, NULL), HS_OK);
        if (n >= HS__HANDSHAKE_HEADER && message.p[0] != HS__HT_finished) {
            cut[1] = (uint8_t)((n - HS__HANDSHAKE_HEADER) >> 16);
            cut[2] = (uint8_t)((n - HS__HANDSHAKE_HEADER) >> 8);
            cut[3] = (uint8_t)(n - HS__HANDSHAKE_HEADER);
            hs_status st = kind->run((hs_span){cut, n}, NULL, &root, NULL);
            /* A hello may end before its extensions (TLS 1.2). */
            assert_true(st != HS_OK || message.p[0] == HS__HT_client_hello ||
                        message.p[0] == HS__HT_server_hello);
        }
        free(cut);
    }
}

static void flip_everywhere(const pt_kind *kind, hs_span message) {
    uint8_t *flipped = pt_dup(message);
    uint8_t *again = malloc(message.n);
    assert_non_null(again);
    for (size_t i = 0; i < 8 * message.n; i++) {
        hs__rd_root root;
        hs__wr w;
        hs__wr_init(&w, again, message.n);
        flipped[i / 8] ^= (uint8_t)(1 << i % 8);
        hs_status st = kind->run((hs_span){flipped, message.n}, NULL, &root, &w);
        flipped[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_int_equal(st, root.status);
        assert_true(st == HS_OK || root.where[0] != '\0');
    }
    free(again);
    free(flipped);
}

void pt_check_kind(const pt_kind *kind, hs_span message) {
    assert_non_null(kind);
    read_and_rewrite(kind, message);
    cut_everywhere(kind, message);
    flip_everywhere(kind, message);
}

void pt_check_message(hs_span message) {
    pt_check_kind(pt_kind_of(message.p[0]), message);
}

void pt_check_as(const char *kind, hs_span message) {
    pt_check_kind(pt_kind_named(kind), message);
}

static void refuse(const pt_kind *kind, hs_span message, hs_status status, const char *where) {
    hs__rd_root root;
    assert_non_null(kind);
    uint8_t *exact = pt_dup(message);
    hs_status st = kind->run((hs_span){exact, message.n}, NULL, &root, NULL);
    free(exact);
    assert_int_equal(st, status);
    assert_string_equal(root.where, where);
}

void pt_refuse(hs_span message, hs_status status, const char *where) {
    refuse(pt_kind_of(message.p[0]), message, status, where);
}

void pt_refuse_as(const char *kind, hs_span message, hs_status status, const char *where) {
    refuse(pt_kind_named(kind), message, status, where);
}

/* ---- extensions -------------------------------------------------------------------------- */

hs_span pt_ext_block(uint16_t type, hs_span body) {
    const size_t all = body.n + 4;
    const uint8_t head[6] = {(uint8_t)(all >> 8), (uint8_t)all,           (uint8_t)(type >> 8),
                             (uint8_t)type,       (uint8_t)(body.n >> 8), (uint8_t)body.n};
    return pt_join(SPAN(head), body);
}

static hs_status read_block(hs__ext_in in, hs_span block, const hs__field_sink *sink,
                            hs__rd_root *root, hs__extensions *out) {
    hs__rd r;
    hs__rd_init(&r, root, block, NULL, sink);
    hs__extensions_read(&r, in, out);
    return hs__rd_end(&r);
}

hs_status pt_ext_read(hs__ext_in in, uint16_t type, hs_span body, const hs__field_sink *sink,
                      hs__rd_root *root, hs__extensions *out) {
    return read_block(in, pt_ext_block(type, body), sink, root, out);
}

static void check_same_when_written(hs__ext_in in, hs_span block, hs__extensions *e) {
    uint8_t *again = malloc(block.n);
    assert_non_null(again);
    hs__wr w;
    hs__wr_init(&w, again, block.n);
    hs__extensions_write(&w, in, e);
    assert_int_equal(w.status, HS_OK);
    pt_assert_bytes((hs_span){again, w.n}, block);
    free(again);
}

static void check_lengths(hs__ext_in in, uint16_t type, hs_span body) {
    hs__rd_root root;
    hs__extensions e;
    for (size_t n = 0; n < body.n; n++) {
        assert_int_not_equal(pt_ext_read(in, type, (hs_span){body.p, n}, NULL, &root, &e), HS_OK);
    }
    /* RFC 9846 4.3: what is left over in a body is a decode_error. */
    static const uint8_t more[1];
    hs_status st = pt_ext_read(in, type, pt_join(body, SPAN(more)), NULL, &root, &e);
    assert_int_equal(pt_alert(st), HS__ALERT_decode_error);
}

/* RFC 9846 4.3: not twice, and not in a message it is not defined for. */
static void check_places(hs__ext_in in, uint16_t type, hs_span body) {
    hs__rd_root root;
    hs__extensions e;
    hs_span block = pt_ext_block(type, body);
    hs_span one = {block.p + 2, block.n - 2};
    hs_span two = pt_join(one, one);
    const uint8_t length[2] = {(uint8_t)(two.n >> 8), (uint8_t)two.n};
    hs_status st = read_block(in, pt_join(SPAN(length), two), NULL, &root, &e);
    /* pre_shared_key in a ClientHello fails as not the last one, with the same alert */
    assert_true(st == HS_E_DUPLICATE_EXTENSION || type == HS__EXT_pre_shared_key);
    assert_int_equal(pt_alert(st), HS__ALERT_illegal_parameter);
    for (unsigned other = 1; other <= HS__IN_SERVER_HELLO_12; other <<= 1) {
        if ((hs__ext_allowed_in(type) & other) == 0) {
            st = read_block((hs__ext_in)other, block, NULL, &root, &e);
            assert_int_equal(st, HS_E_EXTENSION_NOT_ALLOWED);
            assert_int_equal(pt_alert(st), HS__ALERT_illegal_parameter);
        }
    }
}

static void check_good(hs__ext_in in, uint16_t type, bool any_length, hs_span body) {
    hs__rd_root root;
    hs__extensions e;
    hs_span block = pt_ext_block(type, body);
    pt_cover cover;
    pt_cover_begin(&cover, block);
    assert_int_equal(read_block(in, block, &cover.sink, &root, &e), HS_OK);
    pt_cover_end(&cover);
    assert_true(hs__ext_has(&e, type));
    check_same_when_written(in, block, &e);
    if (!any_length) {
        check_lengths(in, type, body);
    }
    check_places(in, type, body);
}

static void check_bad(uint16_t type, const pt_ext_case *c) {
    hs__rd_root root;
    hs__extensions e;
    char where[HS__PATH_MAX];
    (void)snprintf(where, sizeof(where), "extensions[%s]%s%s", hs__extension_name(type),
                   c->where[0] != '\0' ? "." : "", c->where);
    hs_status st = pt_ext_read(c->in, type, pt_hex(c->body), NULL, &root, &e);
    assert_int_equal(st, c->want);
    assert_string_equal(root.where, where);
}

void pt_ext_cases(uint16_t type, bool any_length, const pt_ext_case *cases, size_t n) {
    for (size_t i = 0; i < n; i++) {
        print_message("  %s: %s\n", hs__extension_name(type), cases[i].rule);
        if (cases[i].want == HS_OK) {
            check_good(cases[i].in, type, any_length, pt_hex(cases[i].body));
        } else {
            check_bad(type, &cases[i]);
        }
    }
}
