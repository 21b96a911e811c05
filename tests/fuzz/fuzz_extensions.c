/* An extension block: the first byte says in which message, the rest is the block. */
#include <string.h>

#include "fuzz.h"
#include "proto/extensions.h"

static hs_status read_block(hs_span block, hs__ext_in in, const hs__field_sink *sink,
                            hs__rd_root *root, hs__extensions *e) {
    hs__rd r;
    hs__rd_init(&r, root, block, NULL, sink);
    hs__extensions_read(&r, in, e);
    return hs__rd_end(&r);
}

/* What reading has checked can be walked over to its end. */
static void walk(const hs__extensions *e) {
    hs_span list = e->block;
    hs_span item;
    uint16_t type;
    while (hs__extension_next(&list, &type, &item)) {
    }
    MUST(list.n == 0);
    for (list = e->protocol_name_list; hs__protocol_name_next(&list, &item);) {
    }
    MUST(list.n == 0);
    hs__key_share share;
    for (list = e->client_shares; hs__key_share_next(&list, &share);) {
    }
    MUST(list.n == 0);
    hs__psk_identity identity;
    size_t count = 0;
    for (list = e->offered_psks.identities; hs__psk_identity_next(&list, &identity);) {
        count++;
    }
    MUST(list.n == 0 && count == e->offered_psks.count);
    for (list = e->offered_psks.binders; hs__psk_binder_next(&list, &item);) {
        count--;
    }
    MUST(list.n == 0 && count == 0);
    for (list = e->authorities; hs__authority_next(&list, &item);) {
    }
    MUST(list.n == 0);
    for (list = e->sct_list; hs__sct_next(&list, &item);) {
    }
    MUST(list.n == 0);
    hs__oid_filter filter;
    for (list = e->oid_filters; hs__oid_filter_next(&list, &filter);) {
    }
    MUST(list.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 0xffff) {
        return 0;
    }
    const hs__ext_in in = (hs__ext_in)(1u << data[0] % 8);
    const size_t n = size - 1;
    uint8_t *block = malloc(n + 2);
    MUST(block != NULL);
    block[0] = (uint8_t)(n >> 8);
    block[1] = (uint8_t)n;
    memcpy(block + 2, data + 1, n);
    hs__rd_root root;
    hs__extensions e;
    fuzz_cover cover = {{block, n + 2}, 0};
    const hs__field_sink sink = {fuzz_on_field, &cover};
    if (read_block(cover.message, in, &sink, &root, &e) == HS_OK) {
        MUST(cover.next == n + 2);
        walk(&e);
    } else {
        MUST(root.where[0] != '\0' && root.problem[0] != '\0');
    }
    free(block);
    return 0;
}
