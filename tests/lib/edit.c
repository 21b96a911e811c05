#include "tests/lib/edit.h"

#include <stdlib.h>
#include <string.h>

#include "proto/codepoints.h"

static void must(bool ok) {
    if (!ok) {
        abort();
    }
}

static size_t u16(const hs__test_bytes *m, size_t at) {
    must(at + 2 <= m->n);
    return (size_t)m->p[at] << 8 | m->p[at + 1];
}

static void put(hs__test_bytes *m, size_t at, size_t prefix, size_t value) {
    for (size_t i = 0; i < prefix; i++) {
        m->p[at + i] = (uint8_t)(value >> 8 * (prefix - 1 - i));
    }
}

void hs__edit_splice(hs__test_bytes *m, size_t at, size_t n, hs_span by) {
    must(at + n <= m->n);
    hs__test_bytes out = {NULL, 0, 0};
    hs__test_bytes_add(&out, m->p, at);
    hs__test_bytes_add(&out, by.p, by.n);
    hs__test_bytes_add(&out, m->p + at + n, m->n - at - n);
    hs__test_bytes_free(m);
    *m = out;
    put(m, 1, 3, m->n - 4);
}

void hs__edit_vector(hs__test_bytes *m, size_t at, size_t prefix, hs_span inside) {
    size_t n = 0;
    for (size_t i = 0; i < prefix; i++) {
        n = n << 8 | m->p[at + i];
    }
    hs__edit_splice(m, at + prefix, n, inside);
    put(m, at, prefix, inside.n);
}

size_t hs__edit_suites(const hs__test_bytes *hello) {
    return HS__EDIT_SESSION_ID + 1 + (size_t)hello->p[HS__EDIT_SESSION_ID];
}

size_t hs__edit_compression(const hs__test_bytes *hello) {
    const size_t suites = hs__edit_suites(hello);
    return hello->p[0] == HS__HT_client_hello ? suites + 2 + u16(hello, suites) : suites + 2;
}

/* Where the extension block's length stands. */
static size_t block(const hs__test_bytes *m) {
    switch (m->p[0]) {
    case HS__HT_client_hello: {
        const size_t compression = hs__edit_compression(m);
        return compression + 1 + m->p[compression];
    }
    case HS__HT_server_hello:
        return hs__edit_compression(m) + 1;
    case HS__HT_certificate_request:
        return 5 + (size_t)m->p[4];
    default:
        return 4;
    }
}

/* Where the first extension of that type stands; 0: there is none. */
static size_t find(const hs__test_bytes *m, uint16_t type) {
    const size_t start = block(m) + 2;
    const size_t end = start + u16(m, block(m));
    for (size_t at = start; at < end; at += 4 + u16(m, at + 2)) {
        if (u16(m, at) == type) {
            return at;
        }
    }
    return 0;
}

static void resize_block(hs__test_bytes *m, size_t n) {
    put(m, block(m), 2, n);
}

hs_span hs__edit_ext(const hs__test_bytes *m, uint16_t type) {
    const size_t at = find(m, type);
    return at == 0 ? (hs_span){NULL, 0} : (hs_span){m->p + at + 4, u16(m, at + 2)};
}

bool hs__edit_cut_ext(hs__test_bytes *m, uint16_t type) {
    const size_t at = find(m, type);
    if (at == 0) {
        return false;
    }
    const size_t size = u16(m, block(m));
    const size_t n = 4 + u16(m, at + 2);
    hs__edit_splice(m, at, n, (hs_span){NULL, 0});
    resize_block(m, size - n);
    return true;
}

void hs__edit_add_ext(hs__test_bytes *m, uint16_t type, hs_span body) {
    hs__test_bytes whole = {NULL, 0, 0};
    const uint8_t head[] = {(uint8_t)(type >> 8), (uint8_t)type, (uint8_t)(body.n >> 8),
                            (uint8_t)body.n};
    hs__test_bytes_add(&whole, head, sizeof(head));
    hs__test_bytes_add(&whole, body.p, body.n);
    const size_t size = u16(m, block(m));
    hs__edit_splice(m, block(m) + 2 + size, 0, (hs_span){whole.p, whole.n});
    resize_block(m, size + whole.n);
    hs__test_bytes_free(&whole);
}

void hs__edit_set_ext(hs__test_bytes *m, uint16_t type, hs_span body) {
    const size_t at = find(m, type);
    if (at == 0) {
        hs__edit_add_ext(m, type, body);
        return;
    }
    const size_t size = u16(m, block(m));
    const size_t old = u16(m, at + 2);
    hs__edit_vector(m, at + 2, 2, body);
    resize_block(m, size - old + body.n);
}
