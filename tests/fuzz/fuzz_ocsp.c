/* One OCSP response: it is read or refused; what is read is covered by fields without a gap, and
 * its answers can be walked over. */
#include "fuzz.h"
#include "pki/ocsp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs__rd_root root;
    hs__ocsp r;
    fuzz_cover cover = {{data, size}, 0};
    const hs__field_sink sink = {fuzz_on_field, &cover};
    if (hs__ocsp_read(cover.message, &sink, &r, &root) != HS_OK) {
        MUST(root.status != HS_OK && root.problem[0] != '\0');
        return 0;
    }
    MUST(cover.next == size);
    MUST(hs__ocsp_status_text(r.status)[0] != '\0');
    hs_span rest = r.singles;
    hs__ocsp_single s;
    size_t n = 0;
    while (hs__ocsp_next(&rest, &s)) {
        MUST(s.serial.n > 0);
        n++;
    }
    MUST(rest.n == 0 && (n > 0 || r.status != 0));
    return 0;
}
