/* Records that go out. */
#include <string.h>

#include "engine/lab.h"
#include "engine/protection.h"
#include "engine/record.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

enum { HEADER = HS__RECORD_HEADER, VERSION_FIRST = 0x0301 };

static hs_status commit(hs_conn *c, uint8_t *record, size_t n, bool is_protected) {
    if (hs__lab_on_record(c, record, n, is_protected)) {
        return HS_OK;
    }
    hs__tx_commit(&c->tx, n);
    c->out.bytes += n;
    hs__trace_wire(c, true, (hs_span){record, n}, is_protected);
    return HS_OK;
}

/* RFC 9846 5.1: 0x0303, and 0x0301 allowed for the first ClientHello, where some servers and
 * middleboxes look for it. */
static hs_status send_plain(hs_conn *c, uint8_t type, hs_span content) {
    const size_t n = HEADER + content.n;
    uint8_t *record = hs__tx_room(c->memory, &c->tx, n);
    if (record == NULL) {
        return HS_E_NOMEM;
    }
    const bool is_first = !c->is_server && c->out.records == 0;
    const uint16_t version = is_first ? VERSION_FIRST : HS__VERSION_TLS12;
    const uint8_t header[HEADER] = {type, (uint8_t)(version >> 8), (uint8_t)version,
                                    (uint8_t)(content.n >> 8), (uint8_t)content.n};
    memcpy(record, header, HEADER);
    memcpy(record + HEADER, content.p, content.n);
    c->out.records++;
    return commit(c, record, n, false);
}

static hs_status send_protected(hs_conn *c, uint8_t type, hs_span content) {
    const size_t n = hs__protected_size(c, content.n);
    uint8_t *record = hs__tx_room(c->memory, &c->tx, n);
    if (record == NULL) {
        return HS_E_NOMEM;
    }
    hs_status st = hs__protect(c, type, content, record);
    return st == HS_OK ? commit(c, record, n, true) : st;
}

hs_status hs__record_send_ccs(hs_conn *c) {
    static const uint8_t one = 1;
    c->ccs_due = false;
    if (c->ccs_sent) {
        return HS_OK;
    }
    c->ccs_sent = true;
    return send_plain(c, HS__CONTENT_change_cipher_spec, (hs_span){&one, 1});
}

hs_status hs__record_send(hs_conn *c, uint8_t type, hs_span content) {
    bool is_taken = false;
    hs_status st = hs__lab_on_content(c, type, content, &is_taken);
    if (st != HS_OK || is_taken) {
        return st;
    }
    if (c->out.aead != NULL && c->ccs_due) {
        st = hs__record_send_ccs(c);
    }
    while (st == HS_OK && content.n > 0) {
        const hs_span part = {content.p, content.n < c->max_content ? content.n : c->max_content};
        st = c->out.aead != NULL ? send_protected(c, type, part) : send_plain(c, type, part);
        content.p += part.n;
        content.n -= part.n;
    }
    return st;
}
