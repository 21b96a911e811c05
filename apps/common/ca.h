/* ca.h - a small certificate authority in one folder.
 *
 *   root.pem, root-key.pem            the root; its key PKCS#8, 0600, encrypted as a rule
 *   issuing.pem, issuing-key.pem      with an issuing CA: it signs, the root key may be elsewhere
 *   index.jsonl                       one line for each certificate made
 *
 * The folder is 0700. root.pem is written last: where it is, there is a CA. */
#ifndef HS_APPS_CA_H
#define HS_APPS_CA_H

#include "apps/common/ca_store.h"
#include "apps/common/names.h"
#include "apps/common/password.h"
#include "pki/credential.h"

/* Certificates begin that many seconds in the past, for peers whose clock is behind. */
enum { HS__CA_BACKDATE = 300 };

typedef struct {
    hs_provider *provider; /* a reference */
    char folder[HS__FILE_PATH];
    hs__certs root;
    hs__certs issuing;     /* n = 0: the root signs */
    hs_credential *signer; /* whose key signs; NULL: not unlocked yet */
} hs__ca;

/* Kinds of keys that can be made: "p256", "rsa2048", ...; an index in both. */
extern const char *const hs__key_kind_names[]; /* NULL-terminated */
hs__key_type hs__key_kind_type(int kind);
unsigned hs__key_kind_bits(int kind); /* RSA only */

/* ---- the folder -------------------------------------------------------------------------- */
bool hs__ca_exists(const char *folder);

/* Fills the fault that says so, and how to make one. */
hs__exit hs__ca_missing(const char *folder, hs__fault *fault);

/* FOLDER/FILE into `out`. */
const char *hs__ca_path(const char *folder, const char *file, char out[HS__FILE_PATH]);

/* Reads the certificates; the key stays closed. End it with hs__ca_close, also after a fault. */
HS_MUST_CHECK hs__exit hs__ca_open(hs_provider *provider, const char *folder, hs__ca *out,
                                   hs__fault *fault);
void hs__ca_close(hs__ca *ca);

/* Loads the key that signs. If it is encrypted the password comes from `source`. */
HS_MUST_CHECK hs__exit hs__ca_unlock(hs__ca *ca, const hs__password_source *source,
                                     hs__fault *fault);

/* From now on the root signs, also where there is an issuing CA. */
void hs__ca_use_root(hs__ca *ca);

/* The certificate whose key signs. */
const hs__cert *hs__ca_signer(const hs__ca *ca);

/* Its key's type, without opening the CA; P-256 where there is none yet. */
hs__key_type hs__ca_key_type(const char *folder);

/* ---- making one -------------------------------------------------------------------------- */
typedef struct {
    const char *folder;
    const char *name;  /* CN, or a whole name if it has a '='; NULL: one with a random end */
    bool throw_away;   /* limits, life and name of DECISIONS S5; rules below are not read */
    bool intermediate; /* root + issuing CA */
    bool force;        /* over one that is there */
    int kind;          /* of both keys: index in hs__key_kind_names */
    int64_t not_before, not_after;
    int path_len;                      /* of the root; -1: as small as it can be */
    hs__name_list permitted, excluded; /* name constraints of the root */
    hs_span password;                  /* .p NULL: keys are not encrypted */
} hs__ca_plan;

/* HS__EXIT_EXISTS if there is a CA, or a part of one, and plan->force is not given. */
HS_MUST_CHECK hs__exit hs__ca_may_make(const hs__ca_plan *plan, hs__fault *fault);
HS_MUST_CHECK hs__exit hs__ca_make(hs_provider *provider, const hs__ca_plan *plan,
                                   hs__fault *fault);

/* The one that is made when somebody needs a certificate and there is no CA (DECISIONS S5): for
 * localhost, test, 127.0.0.0/8 and ::1 only, 90 days. *made is false if another program was
 * faster. */
HS_MUST_CHECK hs__exit hs__ca_make_throw_away(hs_provider *provider, const char *folder, bool *made,
                                              hs__fault *fault);

/* ---- issuing ----------------------------------------------------------------------------- */
typedef enum { HS__PROFILE_SERVER, HS__PROFILE_CLIENT, HS__PROFILE_BOTH } hs__profile;
const char *hs__profile_name(hs__profile profile); /* "server" */

typedef struct {
    hs__name_list names;
    const char *subject; /* RFC 4514; NULL: CN = the first DNS name */
    hs__profile profile;
    int64_t not_after;                    /* cut to that of the signer */
    hs_span subject_name;                 /* a whole Name instead of `subject`; empty: none */
    int kind;                             /* of the key to be made */
    const hs__private_key *key;           /* an existing key instead; NULL: make one */
    const hs__public_numbers *public_key; /* of a request: a key that is not ours; NULL: none */
    bool must_staple;
    bool key_transport; /* RSA: its key opens secrets and signs nothing (RFC 9846 F.10) */
    const char *crl_url, *ocsp_url; /* NULL: not in it */
} hs__issue_plan;

typedef struct {
    hs__bytes chain; /* PEM: the leaf, then the issuing CA if there is one */
    hs__bytes key;   /* PEM, not encrypted; .p NULL for an existing key    */
    hs__certs leaf;  /* the leaf, parsed                                   */
    bool is_cut;     /* not_after is the signer's                          */
} hs__issued;

/* HS__EXIT_USAGE if the plan's subject is no name; for those who ask before they make a CA. */
HS_MUST_CHECK hs__exit hs__ca_check_subject(const hs__issue_plan *plan, hs__fault *fault);

/* Signs a certificate that lint has looked at before and that is checked as a peer will check it;
 * nothing is written to disk yet, but its line is added to the store's next commit, with `file` as
 * the place where it will be (NULL: nowhere). The CA must be unlocked. HS__EXIT_UNTRUSTED: the CA
 * may not vouch for such a name. */
HS_MUST_CHECK hs__exit hs__ca_issue(const hs__ca *ca, hs__ca_store *store,
                                    const hs__issue_plan *plan, const char *file, hs__issued *out,
                                    hs__fault *fault);
void hs__issued_free(hs__issued *issued);

#endif
