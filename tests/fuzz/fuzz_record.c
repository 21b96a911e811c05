/* A record header, and what follows it as an alert. */
#include <string.h>

#include "fuzz.h"
#include "proto/alert.h"
#include "proto/codepoints.h"
#include "proto/record_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const size_t head = size < HS__RECORD_HEADER ? size : HS__RECORD_HEADER;
    hs__rd_root root;
    hs__record_header h;
    fuzz_cover cover = {{data, head}, 0};
    const hs__field_sink sink = {fuzz_on_field, &cover};
    hs_status st = hs__record_header_read(cover.message, &sink, &root, &h);
    MUST((st == HS_OK) == (head == HS__RECORD_HEADER));
    if (st == HS_OK) {
        uint8_t again[HS__RECORD_HEADER];
        hs__wr w;
        hs__wr_init(&w, again, sizeof(again));
        hs__record_header_write(&w, &h);
        MUST(w.status == HS_OK && memcmp(again, data, sizeof(again)) == 0);
    }
    hs__alert a;
    cover = (fuzz_cover){{data + head, size - head}, 0};
    st = hs__alert_read(cover.message, &sink, &root, &a);
    MUST((st == HS_OK) == (size - head == 2));
    return 0;
}
