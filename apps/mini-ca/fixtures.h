/* fixtures.h - the table of `mini-ca fixtures`: certificates that are right, and ones that are
 * wrong each in one way. */
#ifndef HS_MINI_CA_FIXTURES_H
#define HS_MINI_CA_FIXTURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a client should say of it: FIXTURE_EXPECT(ID, word in the manifest). */
#define FIXTURE_EXPECTS(X)                                                                         \
    X(OK, "ok")                                                                                    \
    X(DATE, "date")                                                                                \
    X(NAME, "name")                                                                                \
    X(ISSUER, "issuer")                                                                            \
    X(SIGNATURE, "signature")                                                                      \
    X(KEY, "key")                                                                                  \
    X(PURPOSE, "purpose")                                                                          \
    X(CONSTRAINTS, "constraints")                                                                  \
    X(PATH_LENGTH, "path-length")                                                                  \
    X(CA, "ca")                                                                                    \
    X(CRITICAL, "critical")                                                                        \
    X(REVOKED, "revoked")

typedef enum {
#define FIXTURE_EXPECT(id, word) FIXTURE_##id,
    FIXTURE_EXPECTS(FIXTURE_EXPECT)
#undef FIXTURE_EXPECT
} fixture_expect;

/* CAs below the one root that is to be trusted, and another root that is not. SELF: the
 * certificate signs itself. */
typedef enum {
    FIXTURE_CA_ROOT,
    FIXTURE_CA_ISSUING,
    FIXTURE_CA_RSA,
    FIXTURE_CA_OTHER_ROOT,
    FIXTURE_CA_CONSTRAINED, /* to allowed.test */
    FIXTURE_CA_SHORT,       /* pathlen 0 */
    FIXTURE_CA_BELOW_SHORT, /* which it may not have made */
    FIXTURE_CA_EXPIRED,
    FIXTURE_CA_NO_SIGN, /* its key may not sign certificates */
    FIXTURE_CA_LEAF,    /* is no CA at all */
    FIXTURE_CAS,
    FIXTURE_CA_SELF = FIXTURE_CAS
} fixture_ca;

enum { FIXTURE_NO_LIMIT = -1 };

typedef struct {
    const char *name; /* CN, and the file */
    fixture_ca issuer;
    int path_len;
    int from_days, to_days; /* from today */
    bool is_rsa, is_leaf, may_not_sign, is_constrained;
} fixture_authority;
extern const fixture_authority fixture_authorities[FIXTURE_CAS];

/* How a certificate differs from a good one. */
enum {
    FIXTURE_NO_NAMES = 1,
    FIXTURE_FOR_CLIENTS = 2,
    FIXTURE_WITHOUT_CHAIN = 4,
    FIXTURE_IS_REVOKED = 8,
    FIXTURE_WEAK_KEY = 16,
    FIXTURE_SHA1 = 32,
    FIXTURE_BAD_SIGNATURE = 64,
    FIXTURE_UNKNOWN_CRITICAL = 128,
    FIXTURE_CHAIN_UNORDERED = 256
};

typedef struct {
    const char *name; /* what the client asks for, and the file */
    fixture_expect expect;
    const char *status;           /* what hs_verify says, as hs_status_name */
    const char *certificate_name; /* another subjectAltName; NULL: `name` */
    fixture_ca issuer;
    int from_days, to_days;
    unsigned how; /* FIXTURE_* */
    const char *why;
} fixture;
extern const fixture fixtures[];
extern const size_t n_fixtures;

#endif
