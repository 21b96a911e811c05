#include "engine/transcript.h"

#include <stdio.h>
#include <string.h>

#include "engine/trace_emit.h"
#include "proto/codepoints.h"

static void add_name(hs__transcript *t, const char *name) {
    size_t n = strlen(t->names);
    (void)snprintf(t->names + n, sizeof(t->names) - n, "%s%s", n > 0 ? " " : "", name);
}

static hs_status trace_digest(hs_conn *c, bool is_reset) {
    if (!hs__tracing(c, HS_TR_TRANSCRIPT)) {
        return HS_OK;
    }
    uint8_t digest[HS__DIGEST];
    hs_status st = hs__transcript_digest(c, digest);
    if (st == HS_OK) {
        hs__trace_transcript(c, digest, is_reset);
    }
    return st;
}

hs_status hs__transcript_add(hs_conn *c, const char *name, hs_span message) {
    hs__transcript *t = &c->hs->transcript;
    hs_status st = HS_OK;
    if (!t->started) {
        st = c->p->hash_start(c->p, &t->hash, c->suite->hash);
        t->started = st == HS_OK;
    }
    if (st == HS_OK) {
        st = c->p->hash_update(c->p, &t->hash, message.p, message.n);
    }
    if (st != HS_OK) {
        return st;
    }
    add_name(t, name);
    st = t->keeps ? hs__buffer_add(c, &t->messages, message) : HS_OK;
    return st == HS_OK ? trace_digest(c, false) : st;
}

void hs__transcript_forget(hs_conn *c) {
    hs__transcript *t = &c->hs->transcript;
    t->keeps = false;
    hs__buffer_free(c, &t->messages);
}

hs_status hs__transcript_restart(hs_conn *c) {
    hs__transcript *t = &c->hs->transcript;
    size_t n = hs__hash_len(c->suite->hash);
    uint8_t message[4 + HS__DIGEST] = {HS__HT_message_hash, 0, 0, (uint8_t)n};
    hs_status st = hs__transcript_digest(c, message + 4);
    if (st == HS_OK) {
        st = c->p->hash_start(c->p, &t->hash, c->suite->hash);
    }
    if (st == HS_OK) {
        st = c->p->hash_update(c->p, &t->hash, message, 4 + n);
    }
    if (st != HS_OK) {
        return st;
    }
    (void)snprintf(t->names, sizeof(t->names), "message_hash(CH1)");
    return trace_digest(c, true);
}

hs_status hs__transcript_digest(const hs_conn *c, uint8_t *out) {
    return c->p->hash_snapshot(c->p, &c->hs->transcript.hash, out);
}

void hs__transcript_range(const hs_conn *c, char *out) {
    const char *names = c->hs->transcript.names;
    const char *first_end = strchr(names, ' ');
    const char *last = strrchr(names, ' ');
    if (first_end == NULL) {
        (void)snprintf(out, HS__TRANSCRIPT_NAMES, "%s", names);
        return;
    }
    (void)snprintf(out, HS__TRANSCRIPT_NAMES, "%.*s..%s", (int)(first_end - names), names,
                   last + 1);
}
