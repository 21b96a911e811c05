#include "proto/ext.h"

/* RFC 9846 section 4.3.8. The length that fits the group is the engine's to check: it may
 * not care for a group that it does not use. */
static void read_entry(hs__rd *r, hs__key_share *share) {
    share->group = hs__rd_code16(r, "group", hs__group_name);
    share->key_exchange = hs__rd_opaque(r, "key_exchange", 2, 1, 0xffff);
}

/* 4.3.8: no two shares of one group. */
static void refuse_twice(hs__rd *r, hs_span shares) {
    hs__seen16 seen = {{0}};
    hs__key_share share;
    while (hs__key_share_next(&shares, &share)) {
        if (hs__seen16_add(&seen, share.group)) {
            hs__rd_fail(r, "client_shares", HS_E_ILLEGAL_VALUE, "has group %u twice", share.group);
            return;
        }
    }
}

static void read_client_shares(hs__rd *r, hs__extensions *e) {
    hs__rd list;
    hs__rd_vector(r, "client_shares", 2, 0, 0xffff, &list);
    e->client_shares = hs__rd_tail(&list);
    size_t count = 0;
    for (; hs__rd_more(&list); count++) {
        hs__key_share share;
        hs__rd_item(&list, count);
        read_entry(&list, &share);
    }
    if (hs__rd_status(r) == HS_OK && count > 1) {
        refuse_twice(r, e->client_shares);
    }
}

void hs__ext_key_share_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    if (in == HS__IN_CLIENT_HELLO) {
        read_client_shares(r, e);
    } else if (in == HS__IN_HELLO_RETRY_REQUEST) {
        e->selected_group = hs__rd_code16(r, "selected_group", hs__group_name);
    } else {
        hs__rd share;
        hs__rd_enter(r, "server_share", &share);
        read_entry(&share, &e->server_share);
        hs__rd_leave(r, &share);
    }
}

void hs__ext_key_share_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    if (in == HS__IN_CLIENT_HELLO) {
        hs__wr_opaque(w, "client_shares", 2, e->client_shares);
    } else if (in == HS__IN_HELLO_RETRY_REQUEST) {
        hs__wr_u16(w, "selected_group", e->selected_group);
    } else {
        hs__key_share_write(w, &e->server_share);
    }
}

bool hs__key_share_next(hs_span *list, hs__key_share *share) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, *list, NULL, NULL);
    read_entry(&r, share);
    *list = hs__rd_tail(&r);
    return hs__rd_status(&r) == HS_OK;
}

void hs__key_share_write(hs__wr *w, const hs__key_share *share) {
    hs__wr_u16(w, "group", share->group);
    hs__wr_opaque(w, "key_exchange", 2, share->key_exchange);
}
