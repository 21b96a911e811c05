/* Built without the lab: --break is refused, and everything else is nothing. */
#include "apps/tls/break.h"

bool hs__break_helps(int argc, char **argv, unsigned role) {
    (void)argc, (void)argv, (void)role;
    return false;
}

hs__exit hs__break_read(const char *what, unsigned role, const hs__offer_options *offer,
                        hs__break *out, hs__fault *fault) {
    (void)offer;
    *out = (hs__break){.role = role};
    return what ? hs__fault_set(fault, HS__EXIT_USAGE,
                                "--break: this program was built without the lab (-Dlab=false)")
                : HS__EXIT_OK;
}

void hs__break_free(hs__break *b) {
    (void)b;
}

void hs__break_set(const hs__break *b, hs_config *config) {
    (void)b, (void)config;
}

void hs__break_say(const hs__break *b) {
    (void)b;
}

hs__broke hs__break_result(const hs__break *b, const hs_conn *conn, const hs_error *error) {
    (void)b, (void)conn, (void)error;
    return HS__BREAK_NOT_YET;
}

void hs__break_text(const hs__break *b, hs__broke how, char *out, size_t room) {
    (void)b, (void)how;
    if (room > 0)
        *out = 0;
}

const char *hs__broke_name(hs__broke how) {
    (void)how;
    return "";
}

bool hs__break_is_stale(const hs__break *b) {
    (void)b;
    return false;
}

hs__exit hs__break_make_stale(hs_provider *provider, hs__local_identity *local, hs__fault *fault) {
    (void)provider, (void)local, (void)fault;
    return HS__EXIT_OK;
}
