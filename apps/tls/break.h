/* break.h - --break=WHAT of hs-client and hs-server: breaking on purpose (engine/lab.h), and saying
 * so. A program that was built without the lab (-Dlab=false) has the option and refuses it. */
#ifndef HS_APPS_TLS_BREAK_H
#define HS_APPS_TLS_BREAK_H

#include "apps/common/default_ca.h"
#include "apps/common/fault.h"
#include "apps/common/files.h"
#include "apps/common/options.h"
#include "apps/tls/offer.h"
#include "engine/lab.h"

/* A row for a struct `type` with a const char * `field`; `heading` NULL: it goes with the row
 * above. */
#define HS__BREAK_OPTION(type, field, heading)                                                     \
    {                                                                                              \
        .group = heading, .name = "break", .kind = HS__OPT_TEXT, .at = offsetof(type, field),      \
        .argument = "WHAT",                                                                        \
        .help = "break the handshake on purpose, to see who notices; --break=help lists how"       \
    }

/* All zero: nothing breaks. It must outlive the configurations it is set on, and stay in place. */
typedef struct {
    hs__lab lab; /* row NULL: nothing */
    unsigned role;
    bool is_secret; /* "surprise": not said before the end */
    hs__bytes file;
    char why[HS__LAB_WHY];
} hs__break;

/* --break=help is among the words: prints the list for this role (HS__LAB_CLIENT or SERVER). To be
 * asked before the words are parsed, since no address is needed for it. */
bool hs__break_helps(int argc, char **argv, unsigned role);

/* `what` NULL: nothing; "surprise": one of those that happen on every connection, by chance.
 * HS__EXIT_USAGE for what there is not, what the other side would have to do,
 * and what goes with another version than --tls leaves. Reads the file that it names. */
HS_MUST_CHECK hs__exit hs__break_read(const char *what, unsigned role,
                                      const hs__offer_options *offer, hs__break *out,
                                      hs__fault *fault);
void hs__break_free(hs__break *b);

/* On a configuration that nobody shares yet. */
void hs__break_set(const hs__break *b, hs_config *config);

/* What is going to happen, on stderr. */
void hs__break_say(const hs__break *b);

/* How a connection went. */
typedef enum {
    HS__BREAK_NOT_YET,
    HS__BREAK_UNNOTICED,
    HS__BREAK_BY_US,
    HS__BREAK_BY_PEER,
    HS__BREAK_IN_SILENCE /* the peer went without an alert */
} hs__broke;

/* `error` NULL: the connection goes on. Asked while the connection is there. */
hs__broke hs__break_result(const hs__break *b, const hs_conn *conn, const hs_error *error);

/* "finished: the peer noticed; ..." for people / "peer" for programs. */
void hs__break_text(const hs__break *b, hs__broke how, char *out, size_t room);
const char *hs__broke_name(hs__broke how);

/* Is this the break that needs an expired certificate? Makes one like `local`, from the default
 * mini-ca, too. */
bool hs__break_is_stale(const hs__break *b);
HS_MUST_CHECK hs__exit hs__break_make_stale(hs_provider *provider, hs__local_identity *local,
                                            hs__fault *fault);

#endif
