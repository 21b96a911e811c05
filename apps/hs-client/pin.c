#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "apps/common/certs.h"
#include "apps/common/say.h"
#include "apps/hs-client/client.h"
#include "crypto/digest.h"
#include "pki/certificate.h"

static const char PREFIX[] = "sha256:";
enum { PREFIX_LENGTH = sizeof PREFIX - 1, HEX_LENGTH = 64 };

hs__exit client_pin_check(const client_args *a, hs__fault *fault) {
    const char *pin = a->pin;
    if (!pin)
        return HS__EXIT_OK;
    const char *hex = pin + PREFIX_LENGTH;
    if (strncasecmp(pin, PREFIX, PREFIX_LENGTH) == 0 && strlen(hex) == HEX_LENGTH &&
        strspn(hex, "0123456789abcdefABCDEF") == HEX_LENGTH)
        return HS__EXIT_OK;
    return hs__fault_set(fault, HS__EXIT_USAGE, "--pin: '%s' is not sha256: and 64 hex digits",
                         hs__safe(pin));
}

static bool has_digest(const client *c, hs_span bytes, const char *hex) {
    uint8_t digest[HS__HASH_MAX];
    char text[HEX_LENGTH + 1];
    if (hs__digest(c->provider, HS__SHA256, bytes, digest) != HS_OK)
        return false;
    hs__hex((hs_span){digest, 32}, text, sizeof text);
    return strcasecmp(text, hex) == 0;
}

static bool is_pinned(const client *c, hs_span leaf) {
    hs__cert cert;
    hs__rd_root root;
    const char *hex = c->a.pin + PREFIX_LENGTH;
    if (has_digest(c, leaf, hex))
        return true;
    return hs__certificate_read(leaf, NULL, &cert, &root) == HS_OK &&
           has_digest(c, cert.key.der, hex);
}

/* With a pin the chain is judged here: both have to be right, unless -k leaves the pin alone. */
void client_on_ask(hs_uv_stream *s, const hs_event *question) {
    client *c = hs_uv_data(s);
    hs_report *report = NULL;
    const hs_verify_options o = {.size = sizeof o,
                                 .chain = question->chain,
                                 .n_chain = question->n_chain,
                                 .purpose = question->purpose,
                                 .name = question->server_name,
                                 .now = (int64_t)(hs__clock_now_ms(NULL) / 1000),
                                 .details = c->a.common.verbose > 0};
    hs_status verdict = hs_verify(c->provider, c->trust, &o, &report);
    c->pin_matched = question->n_chain > 0 && is_pinned(c, question->chain[0]);
    if (!c->pin_matched)
        verdict = HS_E_PIN;
    else if (c->a.insecure && report)
        verdict = HS_OK;
    if (hs_answer_verify(hs_uv_conn(s), verdict, report) != HS_OK) {
        hs_report_free(report);
        client_fail(c, HS__EXIT_INTERNAL, "the certificate could not be judged");
        return;
    }
    hs_uv_answered(s);
}
