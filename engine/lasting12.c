#include "engine/lasting12.h"

#include <string.h>

#include "crypto/prf12.h"
#include "engine/session_store.h"

hs_status hs__lasting12_new(hs_conn *c) {
    const hs__handshake12 *v = &c->hs->v12;
    hs__lasting12 *l = hs__alloc(c->memory, sizeof(*l));
    if (l == NULL) {
        return HS_E_NOMEM;
    }
    if (c->ems) { /* else nothing is exported */
        memcpy(l->main_secret, v->main_secret, sizeof(l->main_secret));
    }
    memcpy(l->randoms, c->hs->client_random, HS__RANDOM);
    memcpy(l->randoms + HS__RANDOM, v->server_random, HS__RANDOM);
    memcpy(l->session_id, v->session_id, sizeof(l->session_id));
    l->session_id_n = v->session_id_n;
    c->lasting12 = l;
    return HS_OK;
}

void hs__lasting12_free(hs_conn *c) {
    if (c->lasting12 != NULL) {
        hs_session_unref(c->lasting12->session);
        hs__free(c->memory, c->lasting12, sizeof(*c->lasting12));
        c->lasting12 = NULL;
    }
}

void hs__lasting12_session(hs_conn *c, hs_session *session) {
    c->lasting12->session = session != NULL ? hs_session_ref(session) : NULL;
}

/* ---- the session of a connection that failed --------------------------------------------- */

static void forget_at_client(hs_conn *c) {
    const bool resumes = c->hs != NULL && c->resumed;
    hs_session *session = resumes                ? c->hs->session
                          : c->lasting12 != NULL ? c->lasting12->session
                                                 : NULL;
    if (session != NULL) {
        hs__session_retire(session);
    }
}

static void forget_at_server(hs_conn *c) {
    const hs__lasting12 *l = c->lasting12;
    if (l != NULL && l->session_id_n > 0) {
        hs__store_remove(c->config->sessions, (hs_span){l->session_id, l->session_id_n});
    }
}

void hs__forget_session12(hs_conn *c) {
    if (c->is_server) {
        forget_at_server(c);
    } else {
        forget_at_client(c);
    }
}

/* ---- exporter ---------------------------------------------------------------------------- */

hs_status hs__export12(const hs_conn *c, const char *label, hs_span context, uint8_t *out,
                       size_t n) {
    if (!c->ems) {
        return HS_E_UNSUPPORTED; /* RFC 7627 5.4: two connections might share the value */
    }
    if (context.n > UINT16_MAX) {
        return HS_E_MISUSE;
    }
    const hs__lasting12 *l = c->lasting12;
    const uint8_t length[] = {(uint8_t)(context.n >> 8), (uint8_t)context.n};
    const hs_span seed[] = {{l->randoms, sizeof(l->randoms)}, {length, sizeof(length)}, context};
    return hs__prf12(c->p, c->suite->hash, (hs_span){l->main_secret, HS__MAIN_SECRET_12}, label,
                     seed, context.p != NULL ? 3 : 1, out, n);
}
