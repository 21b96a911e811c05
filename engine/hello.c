#include "engine/hello.h"

#include <string.h>

#include "engine/fail.h"
#include "proto/codepoints.h"

hs_status hs__hello_keep(hs_conn *c, hs_span raw) {
    hs__handshake *hs = c->hs;
    hs->raw_hello.n = 0;
    hs_status st = hs__buffer_add(c, &hs->raw_hello, raw);
    if (st != HS_OK) {
        return st;
    }
    hs__rd_root root = {.status = HS_OK};
    st = hs__client_hello_read(hs__buffer_span(&hs->raw_hello), NULL, &root, &hs->hello);
    if (st != HS_OK) {
        return hs__fail_read(c, &root);
    }
    memcpy(hs->client_random, hs->hello.random.p, HS__RANDOM);
    return HS_OK;
}

static bool may_change(uint16_t type) {
    return type == HS__EXT_key_share || type == HS__EXT_early_data || type == HS__EXT_cookie ||
           type == HS__EXT_pre_shared_key || type == HS__EXT_padding;
}

/* Each part goes in with its length, so that bytes cannot move from one to the next. */
static hs_status feed(hs_conn *c, hs__hash *h, uint16_t tag, hs_span part) {
    const uint8_t head[] = {(uint8_t)(tag >> 8), (uint8_t)tag, (uint8_t)(part.n >> 8),
                            (uint8_t)part.n};
    hs_status st = c->p->hash_update(c->p, h, head, sizeof(head));
    return st == HS_OK ? c->p->hash_update(c->p, h, part.p, part.n) : st;
}

hs_status hs__hello_digest(hs_conn *c, uint8_t out[32]) {
    const hs__client_hello *m = &c->hs->hello;
    const uint8_t version[] = {(uint8_t)(m->legacy_version >> 8), (uint8_t)m->legacy_version};
    const hs_span fixed[] = {{version, sizeof(version)},
                             m->random,
                             m->legacy_session_id,
                             m->cipher_suites,
                             m->legacy_compression_methods};
    hs__hash h = {.room = {0}};
    hs_status st = c->p->hash_start(c->p, &h, HS__SHA256);
    for (size_t i = 0; st == HS_OK && i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        st = feed(c, &h, 0, fixed[i]);
    }
    hs_span block = m->extensions.block;
    uint16_t type;
    hs_span body;
    while (st == HS_OK && hs__extension_next(&block, &type, &body)) {
        st = may_change(type) ? HS_OK : feed(c, &h, type, body);
    }
    if (st == HS_OK) {
        st = c->p->hash_snapshot(c->p, &h, out);
    }
    c->p->hash_end(c->p, &h);
    return st;
}
