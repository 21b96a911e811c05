/* One revocation list: it is read or refused; what is read is covered by fields without a gap, and
 * its entries can be walked over and found. */
#include "fuzz.h"
#include "pki/crl.h"
#include "proto/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs__rd_root root;
    hs__crl crl;
    fuzz_cover cover = {{data, size}, 0};
    const hs__field_sink sink = {fuzz_on_field, &cover};
    if (hs__crl_read(cover.message, &sink, &crl, &root) != HS_OK) {
        MUST(root.status != HS_OK && root.problem[0] != '\0');
        return 0;
    }
    MUST(cover.next == size);
    MUST(hs__name_equal(crl.issuer, crl.issuer));
    hs_span rest = crl.entries;
    hs__revoked entry;
    size_t n = 0;
    for (; hs__crl_next(&rest, &entry); n++) {
        hs__revoked found;
        MUST(hs__revocation_reason(entry.reason)[0] != '\0');
        /* Of two with one number the first is found; long lists are not searched for each. */
        MUST(n >= 64 || (hs__crl_find(&crl, entry.serial, &found) &&
                         hs__span_equal(found.serial, entry.serial)));
    }
    MUST(n == crl.n_entries && rest.n == 0);
    return 0;
}
