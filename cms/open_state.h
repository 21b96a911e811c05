/* open_state.h - what open.c, envelope.c and show.c share of a message that is being read. */
#ifndef HS_CMS_OPEN_STATE_H
#define HS_CMS_OPEN_STATE_H

#include "cms/armor.h"
#include "cms/recipient.h"
#include "cms/signed.h"

/* The encrypted content, read from the outer structure and decrypted. */
typedef struct {
    hs__cms_content_alg alg;
    hs__aes *aes;
    bool is_done;  /* all was read, and the tag is good */
    bool has_held; /* CBC: the last block may be padding */
    uint8_t held[HS__AES_BLOCK];
    hs_status status; /* the first failure here, which goes before all inside */
} hs__cms_secret;

typedef enum {
    HS__CMS_AT_START,
    HS__CMS_AT_KEY,
    HS__CMS_AT_CONTENT,
    HS__CMS_AT_SIGNATURE
} hs__cms_step;

struct hs__cms_open {
    hs_provider *provider;
    hs_credential *receiver;
    hs__cert cert; /* the receiver's */
    bool allow_pkcs1;
    const hs_span *more_certs;
    size_t n_more_certs;

    hs__cms_step step;
    hs_status failed;
    char where[HS__PATH_MAX];
    char problem[HS__PROBLEM_MAX];
    hs__cms_info info;

    hs__cms_unarmor unarmor;
    hs__ber outer;
    hs__ber inner;        /* what was encrypted */
    hs__oid content_type; /* of what was encrypted */
    hs__cms_recipient *recipients;
    hs__cms_buf mine;  /* the RecipientInfo with our key, DER */
    size_t mine_at;    /* which of the receivers in it we are */
    size_t element_at; /* while reading one: how many receivers came before in it */
    const hs__cms_buf *element;
    uint8_t key[HS__AES_KEY_MAX];
    hs__cms_secret secret;
    hs__cms_sink out;
    hs__cms_signed signed_data;
    hs__cms_signer signer;
    uint8_t receivers[HS__CMS_RECEIVERS_MAX * HS__CMS_CERT_HASH];
    hs_span chain[HS__CMS_CERTS_MAX + 1];
};

/* envelope.c: from ContentInfo to the first byte of the content; failures are outer's. */
void hs__cms_envelope_begin(hs__cms_open *o);

/* Our RecipientInfo once more, for unwrapping. */
HS_MUST_CHECK hs_status hs__cms_envelope_mine(hs__cms_open *o, hs__cms_rinfo *info);

/* An hs__cms_read_fn over what was encrypted; the last call checks the tag and all that stands
 * behind the content. */
HS_MUST_CHECK hs_status hs__cms_envelope_read(void *open, uint8_t *buf, size_t room, size_t *n);

/* Goes over the encrypted content to the end, with no key; failures are outer's. */
void hs__cms_envelope_skip(hs__cms_open *o);

#endif
