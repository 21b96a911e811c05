#include "pki/crl_write.h"

#include <stdlib.h>

#include "pki/time.h"

enum {
    FIXED_ROOM = 512, /* dates, number, algorithm, tags and lengths */
    ENTRY_ROOM = 80,  /* a date, a reason, tags and lengths */
};

static void put_reason(hs__der_out *o, hs__reason reason) {
    const uint8_t *end = o->p;
    const uint8_t code = (uint8_t)reason;
    if (reason == HS__REASON_UNSPECIFIED) {
        return;
    }
    hs__der_put_value(o, HS__DER_ENUMERATED, (hs_span){&code, 1});
    hs__der_wrap_extension(o, HS__OID_REASON_CODE, false, end);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

static void put_entries(hs__der_out *o, const hs__crl_template *t) {
    const uint8_t *end = o->p;
    if (t->n_entries == 0) {
        return; /* RFC 5280 5.1.2.6: then the list is absent */
    }
    for (size_t i = t->n_entries; i-- > 0;) {
        const uint8_t *entry_end = o->p;
        put_reason(o, t->entries[i].reason);
        hs__der_put_time(o, t->entries[i].when);
        hs__der_put_value(o, HS__DER_INTEGER, t->entries[i].serial);
        hs__der_wrap(o, HS__DER_SEQUENCE, entry_end);
    }
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

static void put_number(hs__der_out *o, uint64_t number) {
    const uint8_t *end = o->p;
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(number >> (56 - 8 * i));
    }
    hs__der_put_unsigned(o, (hs_span){bytes, sizeof(bytes)});
    hs__der_wrap_extension(o, HS__OID_CRL_NUMBER, false, end);
}

static void put_tbs(hs__der_out *o, const hs__crl_template *t, hs__sig_alg alg) {
    const uint8_t *end = o->p;
    put_number(o, t->number);
    hs__der_put_authority_key_id(o, t->authority_key_id);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 0, end);
    put_entries(o, t);
    hs__der_put_time(o, t->next_update);
    hs__der_put_time(o, t->this_update);
    hs__der_put(o, t->issuer.p, t->issuer.n);
    hs__sigalg_write(o, alg);
    hs__der_put_small(o, 1); /* v2 */
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

static size_t tbs_room(const hs__crl_template *t) {
    size_t room = FIXED_ROOM + t->issuer.n + t->authority_key_id.n;
    for (size_t i = 0; i < t->n_entries; i++) {
        room += ENTRY_ROOM + t->entries[i].serial.n;
    }
    return room;
}

size_t hs__crl_room(const hs__crl_template *t) {
    return tbs_room(t) + HS__SIGNED_ROOM;
}

hs_status hs__crl_issue(const hs_provider *p, const hs__crl_template *t, const hs__private_key *key,
                        hs__sig_alg alg, uint8_t *out, size_t *n) {
    const size_t room = tbs_room(t);
    if (t->issuer.n == 0 || t->this_update > t->next_update || t->next_update > HS__TIME_MAX) {
        return HS_E_MISUSE;
    }
    uint8_t *buffer = malloc(room);
    if (buffer == NULL) {
        return HS_E_NOMEM;
    }
    hs__der_out o = {.start = buffer, .p = buffer + room};
    put_tbs(&o, t, alg);
    const hs_span tbs = {o.p, (size_t)(buffer + room - o.p)};
    const hs_status st =
        o.full ? HS_E_MISUSE : hs__signed_write(p, key, alg, tbs, (hs_span){NULL, 0}, out, n);
    free(buffer);
    return st;
}
