/* path.h - one path from a leaf to an anchor, and the table of checks it has to pass.
 *
 * path_build.c finds paths, path_check.c judges them, verify.c reports. The same check serves
 * all three: without texts it answers a question of path building, with texts it is a row of
 * the report. */
#ifndef HS_PKI_PATH_H
#define HS_PKI_PATH_H

#include "pki/arena.h"
#include "pki/hostname.h"
#include "pki/ocsp.h"
#include "pki/trust.h"

enum {
    HS__PATH_CERTS_MAX = 12,     /* leaf and anchor included */
    HS__SIGNATURE_CHECKS = 40,   /* public key operations that one verdict may cost */
    HS__DEAD_ENDS = 8,           /* of those the first ones are told */
    HS__PATH_STEPS = 4000,       /* candidates looked at in the search for a good path... */
    HS__NEAR_STEPS = 300,        /* ...and, if there is none, in the one for the nearest */
    HS__ARRIVALS = 32,           /* whole paths that are judged in each of them */
    HS__CONSTRAINT_WORK = 250000 /* comparisons of a name with a constraint */
};

/* cert[0] is the leaf. anchor: cert[n - 1] is it; NULL: the path ends before an anchor. */
typedef struct {
    const hs__cert *cert[HS__PATH_CERTS_MAX];
    size_t n;
    hs__anchor *anchor;
} hs__path;

/* A signature that was checked. Issuers with the same key give the same answer, so that
 * cross-signed ones cost nothing. */
typedef struct {
    const uint8_t *tbs; /* where what is signed begins */
    hs_span key;        /* SubjectPublicKeyInfo that it was checked with */
    hs_status status;
} hs__signature_result;

/* What stays the same for all paths of one verdict. */
typedef struct {
    const hs_provider *provider;
    const hs_trust *trust; /* NULL: nobody is trusted */
    const hs_verify_options *options;
    hs__host host;
    hs_status host_status; /* of options->name */
    hs__ocsp staple;       /* options->staple, read once */
    hs_status staple_status;
    hs__signature_result signatures[HS__SIGNATURE_CHECKS];
    size_t n_signatures;
    hs__path dead_ends[HS__DEAD_ENDS]; /* the last certificate is the one that did not do */
    size_t n_dead_ends;
    size_t constraint_work;
    bool is_exhausted; /* some bound above was reached: a verdict may be missing */
} hs__judge;

/* Where a check looks. */
typedef enum {
    HS__AT_LEAF = 1,
    HS__AT_CA = 2,
    HS__AT_ANCHOR = 4,
    HS__AT_ALL = HS__AT_LEAF | HS__AT_CA | HS__AT_ANCHOR
} hs__check_place;

/* What a check found. arena NULL: no texts are wanted. */
typedef struct {
    hs__arena *arena;
    hs_status status; /* HS_OK until it fails */
    bool is_skipped;  /* there was nothing to check: no row */
    const char *expected, *got, *fix, *summary;
} hs__finding;

/* When path building asks. */
typedef enum {
    HS__ON_STEP,    /* when the certificate joins the path */
    HS__ON_LINK,    /* when its issuer does: path building does that itself */
    HS__ON_ARRIVAL, /* when the anchor is known, and with it the rules */
} hs__check_time;

typedef struct {
    const char *name;
    unsigned places; /* hs__check_place */
    hs__check_time time;
    unsigned rank; /* of failures the lowest one is the verdict */
    void (*run)(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f);
    const char *rule;
} hs__check;

extern const hs__check hs__checks[];
extern const size_t hs__n_checks;

/* True if the check looks at this certificate of the path. */
bool hs__check_applies(const hs__check *check, const hs__path *path, size_t depth);

/* The rules in force (HS_RULE_*) on a path: a profile's, and what the options say. */
uint32_t hs__rules(const hs__judge *j, const hs__path *path);

/* All checks of one certificate whose turn is at this time; how many fail. */
size_t hs__count_failures(hs__judge *j, const hs__path *path, size_t depth, hs__check_time time);

/* Why the search did not go on from here: one sentence. */
const char *hs__dead_end_text(hs__judge *j, const hs__path *path, hs__arena *arena);

/* What is signed, how, and the signature. */
typedef struct {
    hs_span tbs;
    const hs__sigalg *alg;
    hs_span signature;
} hs__signed;

/* Whether it is signed with the key of `issuer` (`anchor`: the issuer's, or NULL). Each pair
 * costs one public key operation at most. HS_E_VERIFY_LIMIT after too many of them. */
HS_MUST_CHECK hs_status hs__judge_signature(hs__judge *j, const hs__signed *what,
                                            const hs__cert *issuer, hs__anchor *anchor);

/* The same for a certificate. */
HS_MUST_CHECK hs_status hs__path_signature(hs__judge *j, const hs__cert *cert,
                                           const hs__cert *issuer, hs__anchor *anchor);

/* A certificate that may be an issuer. */
typedef struct {
    hs__cert cert;
    uint32_t subject_hash; /* hs__name_hash */
} hs__pool_cert;

/* Finds the path from the leaf that passes all checks above it, or else the one that comes
 * nearest. The order of the pool does not matter. *tried: paths that ended at an anchor. */
void hs__path_build(hs__judge *j, const hs__cert *leaf, const hs__pool_cert *pool, size_t n_pool,
                    hs__path *best, size_t *tried);

#endif
