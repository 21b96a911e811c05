#include "engine/record_limit.h"

#include "proto/codepoints.h"

uint16_t hs__own_record_limit(const hs_config *config, uint16_t version) {
    const unsigned most =
        version == HS__VERSION_TLS12 ? HS__RECORD_PLAIN_MAX : HS__RECORD_INNER_MAX;
    return config->record_size_limit < most ? config->record_size_limit : (uint16_t)most;
}

/* In TLS 1.3 the limit counts the content type, too; in TLS 1.2 content alone (RFC 8449 4). */
void hs__limit_records(hs_conn *c, const hs__extensions *e) {
    if (!hs__ext_has(e, HS__EXT_record_size_limit)) {
        return;
    }
    const size_t limit = e->record_size_limit - (c->version == HS__VERSION_TLS12 ? 0U : 1U);
    c->max_content = limit < HS__RECORD_PLAIN_MAX ? limit : (size_t)HS__RECORD_PLAIN_MAX;
    c->rx_limited = c->config->record_size_limit != 0;
}

void hs__record_limit_answer(const hs_conn *c, hs__extensions *e) {
    if (c->config->record_size_limit != 0 &&
        hs__ext_has(&c->hs->hello.extensions, HS__EXT_record_size_limit)) {
        hs__ext_set(e, HS__EXT_record_size_limit);
        e->record_size_limit = hs__own_record_limit(c->config, c->version);
    }
}
