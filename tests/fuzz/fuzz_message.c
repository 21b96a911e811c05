/* One kind of handshake message, FUZZ_KIND ("certificate12"). Whatever the bytes: reading with and
 * without a listener agrees, a failure names its place, a success tells every byte once, and what
 * is written from it reads back to the same. */
#include <string.h>

#include "fuzz.h"
#include "messages.h"

enum { LIMIT = 1 << 17 };

static void check_rewritten(const pt_kind *kind, hs_span first) {
    static uint8_t second[LIMIT];
    hs__rd_root root;
    hs__wr w;
    hs__wr_init(&w, second, sizeof(second));
    MUST(kind->run(first, NULL, &root, &w) == HS_OK);
    MUST(w.status == HS_OK && w.n == first.n && memcmp(second, first.p, first.n) == 0);
}

static void check(const pt_kind *kind, hs_span message) {
    static uint8_t first[LIMIT];
    hs__rd_root told;
    hs__rd_root untold;
    fuzz_cover cover = {message, 0};
    const hs__field_sink sink = {fuzz_on_field, &cover};
    hs__wr w;
    hs__wr_init(&w, first, sizeof(first));
    hs_status st = kind->run(message, &sink, &told, NULL);
    MUST(kind->run(message, NULL, &untold, &w) == st);
    MUST(strcmp(told.where, untold.where) == 0 && strcmp(told.problem, untold.problem) == 0);
    MUST((st == HS_OK) == (told.where[0] == '\0'));
    if (st == HS_OK) {
        MUST(cover.next == message.n);
        /* A name list without a host name is the one thing that we read and never write. */
        if (w.status == HS_OK && kind->run((hs_span){first, w.n}, NULL, &told, NULL) == HS_OK) {
            check_rewritten(kind, (hs_span){first, w.n});
        } else {
            MUST(w.status == HS_OK && strstr(told.where, "host_name") != NULL);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < HS__HANDSHAKE_HEADER || size > LIMIT / 2) {
        return 0;
    }
    const pt_kind *kind = pt_kind_named(FUZZ_KIND);
    MUST(kind != NULL);
    uint8_t *message = malloc(size);
    MUST(message != NULL);
    memcpy(message, data, size);
    /* Type and length that fit: without them nothing else is reached. */
    message[0] = kind->msg_type;
    message[1] = (uint8_t)((size - HS__HANDSHAKE_HEADER) >> 16);
    message[2] = (uint8_t)((size - HS__HANDSHAKE_HEADER) >> 8);
    message[3] = (uint8_t)(size - HS__HANDSHAKE_HEADER);
    check(kind, (hs_span){message, size});
    free(message);
    return 0;
}
