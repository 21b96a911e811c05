/* Handshake messages as bytes that may be wrong. */
#include "engine/lab_bytes.h"

#include <string.h>

/* ---- bytes ------------------------------------------------------------------------------------
 */

size_t hs__lab_get16(const hs__lab_message *m, size_t at) {
    return (size_t)m->m[at] << 8 | m->m[at + 1];
}

void hs__lab_put(hs__lab_message *m, size_t at, size_t prefix, size_t value) {
    for (size_t i = 0; i < prefix; i++) {
        m->m[at + i] = (uint8_t)(value >> 8 * (prefix - 1 - i));
    }
}

size_t hs__lab_at(const hs__lab_message *m, hs_span field) {
    return (size_t)(field.p - m->m);
}

bool hs__lab_flip_last(hs__lab_message *m, hs_span field) {
    if (field.n > 0) {
        m->m[hs__lab_at(m, field) + field.n - 1] ^= 1;
    }
    return field.n > 0;
}

bool hs__lab_splice(hs__lab_message *m, size_t at, size_t n, hs_span by) {
    if (at + n > m->n || m->n - n + by.n > m->cap) {
        return false;
    }
    memmove(m->m + at + by.n, m->m + at + n, m->n - at - n);
    if (by.n > 0) {
        memcpy(m->m + at, by.p, by.n);
    }
    m->n = m->n - n + by.n;
    hs__lab_put(m, 1, 3, m->n - HS__HANDSHAKE_HEADER);
    return true;
}

/* ---- what a message holds ----------------------------------------------------------------------
 */

hs_span hs__lab_whole(const hs__lab_message *m) {
    return (hs_span){m->m, m->n};
}

bool hs__lab_client_hello(const hs__lab_message *m, hs__client_hello *h) {
    hs__rd_root root = {.status = HS_OK};
    return hs__client_hello_read(hs__lab_whole(m), NULL, &root, h) == HS_OK;
}

bool hs__lab_server_hello(const hs__lab_message *m, hs__server_hello *h) {
    hs__rd_root root = {.status = HS_OK};
    return hs__server_hello_read(hs__lab_whole(m), NULL, &root, h) == HS_OK;
}

bool hs__lab_is_retry(hs_span message) {
    return message.n >= HS__LAB_RANDOM_AT + HS__RANDOM && message.p[0] == HS__HT_server_hello &&
           memcmp(message.p + HS__LAB_RANDOM_AT, hs__hello_retry_random, HS__RANDOM) == 0;
}

bool hs__lab_is_13(const hs__lab_message *m) {
    return m->version == HS__VERSION_TLS13;
}

size_t hs__lab_suites_at(const hs__lab_message *m) {
    return HS__LAB_SESSION_ID_AT + 1 + (size_t)m->m[HS__LAB_SESSION_ID_AT];
}

size_t hs__lab_compression_at(const hs__lab_message *m) {
    const size_t at = hs__lab_suites_at(m);
    return m->m[0] == HS__HT_client_hello ? at + 2 + hs__lab_get16(m, at) : at + 2;
}

bool hs__lab_server_exchange(const hs__lab_message *m, hs__server_key_exchange *ske) {
    hs__rd_root root = {.status = HS_OK};
    return hs__server_key_exchange_read(hs__lab_whole(m), NULL, &root, ske) == HS_OK;
}

/* ---- extensions of hellos and EncryptedExtensions ---------------------------------------- */

size_t hs__lab_block_at(const hs__lab_message *m) {
    size_t at = HS__HANDSHAKE_HEADER;
    if (m->m[0] == HS__HT_client_hello) {
        at = hs__lab_compression_at(m) + 1 + m->m[hs__lab_compression_at(m)];
    } else if (m->m[0] == HS__HT_server_hello) {
        at = hs__lab_compression_at(m) + 1;
    }
    return at + 2 <= m->n ? at : 0;
}

size_t hs__lab_find(const hs__lab_message *m, uint16_t type) {
    const size_t block = hs__lab_block_at(m);
    for (size_t at = block + 2; block != 0 && at + 4 <= m->n; at += 4 + hs__lab_get16(m, at + 2)) {
        if (hs__lab_get16(m, at) == type) {
            return at;
        }
    }
    return 0;
}

bool hs__lab_splice_block(hs__lab_message *m, size_t at, size_t n, hs_span by) {
    const size_t block = hs__lab_block_at(m);
    const size_t size = hs__lab_get16(m, block);
    const bool ok = hs__lab_splice(m, at, n, by);
    if (ok) {
        hs__lab_put(m, block, 2, size - n + by.n);
    }
    return ok;
}

bool hs__lab_cut(hs__lab_message *m, uint16_t type) {
    const size_t at = hs__lab_find(m, type);
    return at != 0 && hs__lab_splice_block(m, at, 4 + hs__lab_get16(m, at + 2), (hs_span){NULL, 0});
}

bool hs__lab_add(hs__lab_message *m, const void *extension, size_t n) {
    static const uint8_t no_block[2] = {0, 0};
    if (m->n + sizeof(no_block) + n > m->cap) {
        return false;
    }
    if (hs__lab_block_at(m) == 0 &&
        !hs__lab_splice(m, m->n, 0, (hs_span){no_block, sizeof(no_block)})) {
        return false;
    }
    return hs__lab_splice_block(m, m->n, 0, (hs_span){extension, n});
}

bool hs__lab_replace(hs__lab_message *m, uint16_t type, const void *extension, size_t n) {
    const size_t at = hs__lab_find(m, type);
    return at != 0 &&
           hs__lab_splice_block(m, at, 4 + hs__lab_get16(m, at + 2), (hs_span){extension, n});
}
