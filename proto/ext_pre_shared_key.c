#include "proto/ext.h"

/* RFC 9846 section 4.3.11. */
static void read_identity(hs__rd *r, hs__psk_identity *identity) {
    identity->identity = hs__rd_opaque(r, "identity", 2, 1, 0xffff);
    identity->obfuscated_ticket_age = hs__rd_u32(r, "obfuscated_ticket_age");
}

static hs_span read_binder(hs__rd *r) {
    return hs__rd_opaque(r, NULL, 1, 32, 255);
}

static void read_offer(hs__rd *r, hs__offered_psks *psks) {
    hs__rd identities;
    hs__rd_vector(r, "identities", 2, 7, 0xffff, &identities);
    psks->identities = hs__rd_tail(&identities);
    for (; hs__rd_more(&identities); psks->count++) {
        hs__psk_identity identity;
        hs__rd_item(&identities, psks->count);
        read_identity(&identities, &identity);
    }
    hs__rd binders;
    hs__rd_vector(r, "binders", 2, 33, 0xffff, &binders);
    psks->binders = hs__rd_tail(&binders);
    size_t count = 0;
    for (; hs__rd_more(&binders); count++) {
        hs__rd_item(&binders, count);
        (void)read_binder(&binders);
    }
    if (count != psks->count) {
        hs__rd_fail(r, "binders", HS_E_ILLEGAL_VALUE, "are %zu for %zu identities", count,
                    psks->count);
    }
}

void hs__ext_pre_shared_key_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    if (in == HS__IN_CLIENT_HELLO) {
        read_offer(r, &e->offered_psks);
    } else {
        e->selected_identity = hs__rd_u16(r, "selected_identity");
    }
}

void hs__ext_pre_shared_key_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    if (in == HS__IN_CLIENT_HELLO) {
        hs__wr_opaque(w, "identities", 2, e->offered_psks.identities);
        hs__wr_opaque(w, "binders", 2, e->offered_psks.binders);
    } else {
        hs__wr_u16(w, "selected_identity", e->selected_identity);
    }
}

bool hs__psk_identity_next(hs_span *list, hs__psk_identity *identity) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, *list, NULL, NULL);
    read_identity(&r, identity);
    *list = hs__rd_tail(&r);
    return hs__rd_status(&r) == HS_OK;
}

bool hs__psk_binder_next(hs_span *list, hs_span *binder) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, *list, NULL, NULL);
    *binder = read_binder(&r);
    *list = hs__rd_tail(&r);
    return hs__rd_status(&r) == HS_OK;
}

void hs__psk_identity_write(hs__wr *w, const hs__psk_identity *identity) {
    hs__wr_opaque(w, "identity", 2, identity->identity);
    hs__wr_u32(w, "obfuscated_ticket_age", identity->obfuscated_ticket_age);
}

void hs__psk_binder_write(hs__wr *w, hs_span binder) {
    hs__wr_opaque(w, "binder", 1, binder);
}
