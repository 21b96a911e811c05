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

static void digest_text(const client *c, hs_span bytes, char hex[HEX_LENGTH + 1]) {
    uint8_t digest[HS__HASH_MAX];
    hex[0] = 0;
    if (hs__digest(c->provider, HS__SHA256, bytes, digest) == HS_OK)
        hs__hex((hs_span){digest, 32}, hex, HEX_LENGTH + 1);
}

/* Of the certificate or of its key; says what there is where neither is the one. */
static bool is_pinned(const client *c, const hs_event *question) {
    char of_cert[HEX_LENGTH + 1], of_key[HEX_LENGTH + 1] = "";
    const char *pin = c->a.pin + PREFIX_LENGTH;
    hs__cert cert;
    hs__rd_root root;
    if (question->n_chain == 0)
        return false;
    digest_text(c, question->chain[0], of_cert);
    if (hs__certificate_read(question->chain[0], NULL, &cert, &root) == HS_OK)
        digest_text(c, cert.key.der, of_key);
    if (strcasecmp(of_cert, pin) == 0 || strcasecmp(of_key, pin) == 0)
        return true;
    hs__say_warning(
        "--pin: expected sha256:%s, got the certificate sha256:%s with the key sha256:%s", pin,
        of_cert, of_key);
    return false;
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
                                 .revocation = client_revocation(c),
                                 .staple = question->staple,
                                 .asked_for_staple = true,
                                 .details = c->a.common.verbose > 0};
    hs_status verdict = hs_verify(c->provider, c->trust, &o, &report);
    c->chain_verdict = verdict;
    if (c->a.insecure && report)
        verdict = HS_OK;
    if (!is_pinned(c, question) && verdict == HS_OK) {
        /* The report would say that all is well. */
        hs_report_free(report);
        report = NULL;
        verdict = HS_E_PIN;
    }
    if (hs_answer_verify(hs_uv_conn(s), verdict, report) != HS_OK) {
        hs_report_free(report);
        client_fail(c, HS__EXIT_INTERNAL, "the certificate could not be judged");
        return;
    }
    hs_uv_answered(s);
}
