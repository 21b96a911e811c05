/* diagnose.h - --diagnose: what would have to be different for the peer not to refuse us. */
#ifndef HS_CLIENT_DIAGNOSE_H
#define HS_CLIENT_DIAGNOSE_H

#include "apps/hs-client/client.h"

/* One option with another value; NULL: as if it had not been given. */
typedef struct {
    const struct diagnose_option *option;
    const char *value;
    char own[80]; /* room for a value that is made up */
} diagnose_change;

enum {
    DIAGNOSE_CHANGES = 16,     /* at once */
    DIAGNOSE_CONNECTIONS = 24, /* in all */
    DIAGNOSE_MS = 30000
};

typedef struct {
    diagnose_change v[DIAGNOSE_CHANGES];
    size_t n;
} diagnose_set;

/* ---- diagnose_offer.c: options and their values ------------------------------------------ */
/* What is tried, in this order: sets of changes that widen the offer, then single ones that narrow
 * it. False behind the last. Empty sets are those that would change nothing. */
bool diagnose_wide(const client *base, size_t number, diagnose_set *out);
bool diagnose_narrow(const client *base, size_t number, diagnose_set *out);

/* The same changes, but with just what the accepted handshake has used of a wider offer; false: it
 * is the same. */
bool diagnose_sharpen(const diagnose_set *set, const hs__facts *facts, diagnose_set *out);

/* Into a client's own copy of the options; diagnose_forget frees what that has made. */
HS_MUST_CHECK hs__exit diagnose_apply(const diagnose_set *set, client_args *a, hs__fault *fault);
void diagnose_forget(const diagnose_set *set, client_args *a);

/* "--groups=secp384r1", "without --groups". */
const char *diagnose_text(const diagnose_change *change, char out[160]);

/* The command line with these changes. */
void diagnose_command(const client *base, const diagnose_set *set, char *out, size_t room);

#endif
