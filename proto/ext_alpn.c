#include "proto/ext.h"

/* RFC 7301 section 3.1: names are not empty, and an answer holds exactly one. */
void hs__ext_application_layer_protocol_negotiation_read(hs__rd *r, hs__ext_in in,
                                                         hs__extensions *e) {
    hs__rd list;
    hs__rd_vector(r, "protocol_name_list", 2, 2, 0xffff, &list);
    e->protocol_name_list = hs__rd_tail(&list);
    for (size_t i = 0; hs__rd_more(&list); i++) {
        hs__rd_item(&list, i);
        if (in != HS__IN_CLIENT_HELLO && i > 0) {
            hs__rd_fail(&list, NULL, HS_E_DECODE, "is a second name, an answer has one");
            return;
        }
        (void)hs__rd_text(&list, NULL, 1, 1, 255);
    }
}

void hs__ext_application_layer_protocol_negotiation_write(hs__wr *w, hs__ext_in in,
                                                          const hs__extensions *e) {
    (void)in;
    hs__wr_opaque(w, "protocol_name_list", 2, e->protocol_name_list);
}

bool hs__protocol_name_next(hs_span *list, hs_span *name) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, *list, NULL, NULL);
    *name = hs__rd_text(&r, NULL, 1, 1, 255);
    *list = hs__rd_tail(&r);
    return hs__rd_status(&r) == HS_OK;
}

void hs__protocol_name_write(hs__wr *w, hs_span name) {
    hs__wr_opaque(w, "protocol_name", 1, name);
}
