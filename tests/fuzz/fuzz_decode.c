/* hs-trace decode, for any input: text of any form becomes bytes, bytes become words, and what is
 * told of them is no more than there is. */
#include <string.h>

#include "apps/hs-trace/decode.h"
#include "fuzz.h"

static void write_nothing(void *ctx, const char *p, size_t n) {
    (void)ctx;
    MUST(n == 0 || p[n - 1] == '\n');
}

static void decode(hs_span bytes, uint16_t version) {
    const hs_render_options o = {.size = sizeof o,
                                 .write = write_nothing,
                                 .level = 3,
                                 .secrets = HS_SECRETS_SHOW,
                                 .no_time = true};
    hs_render *r = NULL;
    MUST(hs_text_new(&o, &r) == HS_OK);
    const decode_result found = decode_bytes(bytes, version, r);
    MUST((found.verdict == DECODE_NOT_TLS) == (found.what != NULL));
    MUST(found.records + found.messages <= bytes.n);
    hs_render_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint16_t versions[] = {0, 0x0303, 0x0304};
    char label[DECODE_LABEL];
    decode_form form;
    hs__bytes bytes;
    MUST(decode_text((hs_span){data, size}, &form, label, &bytes) == HS_OK);
    MUST(bytes.n <= size && strlen(label) < sizeof label);
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        decode(hs__bytes_span(&bytes), versions[i]);
        decode((hs_span){data, size}, versions[i]);
    }
    hs__bytes_free(&bytes);
    return 0;
}
