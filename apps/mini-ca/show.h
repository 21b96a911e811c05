/* show.h - the parts of `mini-ca show`. */
#ifndef HS_MINI_CA_SHOW_H
#define HS_MINI_CA_SHOW_H

#include <jansson.h>

#include "apps/common/certs.h"
#include "apps/common/password.h"
#include "apps/common/say.h"
#include "crypto/provider.h"
#include "pki/text.h"

enum { SHOW_TEXT = 4096, SHOW_MEANINGS = 1, SHOW_BYTES = 3 }; /* -v, -vvv */

/* How one run shows things. */
typedef struct {
    const hs_provider *provider;
    const hs__password_source *password;
    int verbose;
    bool is_json;
    json_t *document; /* arrays by kind: "certificates", "keys", "requests", "lists", "answers" */
} show;

/* Puts the object into the array `kind` of the document. */
void show_add(const show *sh, const char *kind, json_t *object);

/* Each prints, or adds to the document. A fault means that the bytes are no such thing. */
void show_certificates(const show *sh, const hs__certs *certs);
HS_MUST_CHECK hs__exit show_key(const show *sh, hs_span text, hs__fault *fault);
HS_MUST_CHECK hs__exit show_request(const show *sh, hs_span der, const char *where,
                                    hs__fault *fault);
HS_MUST_CHECK hs__exit show_list(const show *sh, hs_span der, const char *where, hs__fault *fault);
HS_MUST_CHECK hs__exit show_answer(const show *sh, hs_span der, const char *where,
                                   hs__fault *fault);
HS_MUST_CHECK hs__exit show_pkcs12(const show *sh, hs_span der, const char *where,
                                   hs__fault *fault);

/* The chain that a TLS server sends, as PEM; nobody is asked whether to trust it. */
HS_MUST_CHECK hs__exit show_fetch(hs_provider *provider, const char *host_port, hs__bytes *pem,
                                  hs__fault *fault);

/* ---- pieces ------------------------------------------------------------------------------ */
/* "  name              text", then what it means with -v. */
void show_field(const show *sh, const char *name, const char *text, const char *meaning);
void show_meaning(const char *meaning);
void show_extensions(const hs__cert *cert, int verbose);
json_t *show_extensions_json(const hs__cert *cert);

/* "2026-11-18 12:00:05 UTC (in 3 days)"; `out` has room for SHOW_WHEN. */
enum { SHOW_WHEN = 100 };
const char *show_when(int64_t seconds, char *out);

/* Each byte of a structure with the name and value of its field, as it was read. */
typedef hs_status show_reader(hs_span der, const hs__field_sink *sink, hs__rd_root *root);
void show_bytes(hs_span der, show_reader *read);

/* What an extension says, in words: "CA, at most 1 CA below", "digitalSignature". What has no
 * words of its own is hex. */
void show_extension(const hs__cert *cert, const hs__cert_extension *extension, hs__text *out);

#endif
