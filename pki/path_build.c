/* Path building (RFC 4158): from the leaf towards an anchor, depth first, with backtracking.
 *
 * The first search takes only steps that pass every check, so the first anchor it reaches is
 * the answer. If it reaches none, a second one takes any step and keeps the path with the
 * fewest faults, so that the report can say what is wrong with the chain that was meant. */

#include "pki/path.h"
#include "proto/span.h"

enum {
    /* Weights of the second search: a path with one bad link is better than none, a wrong
     * signature is worse than an unknown issuer. */
    WEIGHT_NO_ANCHOR = 50,
    WEIGHT_SIGNATURE = 100
};

typedef struct {
    hs__judge *judge;
    const hs__pool_cert *pool;
    size_t n_pool;
    bool is_strict;
    hs__path path;
    size_t faults; /* of the path so far */
    size_t steps_left, arrivals_left;
    hs__path *best;
    size_t best_faults;
    size_t *tried;
} search;

/* The key identifiers of a certificate and a possible issuer agree, or one has none. */
static bool key_ids_agree(const hs__cert *cert, const hs__cert *issuer) {
    return cert->authority_key_id.n == 0 || issuer->subject_key_id.n == 0 ||
           hs__span_equal(cert->authority_key_id, issuer->subject_key_id);
}

/* RFC 4158 2.4.1: the same name with the same key twice is a loop, whoever signed it. */
static bool is_in_path(const hs__path *path, const hs__cert *cert) {
    for (size_t i = 0; i < path->n; i++) {
        const hs__cert *other = path->cert[i];
        if (other == cert || (hs__span_equal(other->key.der, cert->key.der) &&
                              hs__name_equal(other->subject, cert->subject))) {
            return true;
        }
    }
    return false;
}

static void keep_if_better(search *s) {
    const size_t faults = s->faults + (s->path.anchor != NULL ? 0 : WEIGHT_NO_ANCHOR);
    if (faults < s->best_faults) {
        *s->best = s->path;
        s->best_faults = faults;
    }
}

/* The strict search tells where it could not go on. */
static void note_dead_end(search *s) {
    hs__judge *j = s->judge;
    if (s->is_strict && j->n_dead_ends < HS__DEAD_ENDS) {
        j->dead_ends[j->n_dead_ends++] = s->path;
    }
}

static bool extend(search *s);

/* Faults that show only now that the path is whole. */
static size_t judge_arrival(search *s) {
    size_t faults = 0;
    for (size_t depth = 0; depth < s->path.n; depth++) {
        faults += hs__count_failures(s->judge, &s->path, depth, HS__ON_ARRIVAL);
    }
    return faults;
}

/* Faults of the step to the last certificate of the path; *is_issuer: it can be meant. */
static size_t judge_step(search *s, bool *is_issuer) {
    const size_t depth = s->path.n - 1;
    const hs__cert *cert = s->path.cert[depth - 1];
    const hs__cert *issuer = s->path.cert[depth];
    size_t faults = hs__count_failures(s->judge, &s->path, depth, HS__ON_STEP);
    *is_issuer = true;
    if (s->is_strict && faults > 0) {
        return faults; /* the cheap checks spare the signature */
    }
    if (hs__path_signature(s->judge, cert, issuer, s->path.anchor) != HS_OK) {
        faults += WEIGHT_SIGNATURE;
        /* Another key with the same name: the issuer itself is not there. */
        *is_issuer = key_ids_agree(cert, issuer);
    }
    return faults;
}

/* At an anchor. A strict search is over if nothing is wrong with the path as a whole. */
static bool arrive(search *s) {
    if (s->arrivals_left == 0) {
        s->judge->is_exhausted = true;
        return true;
    }
    s->arrivals_left--;
    const size_t faults = judge_arrival(s);
    *s->tried += 1;
    if (s->is_strict && faults > 0) {
        note_dead_end(s);
        return false;
    }
    s->faults += faults;
    keep_if_better(s);
    s->faults -= faults;
    return s->is_strict;
}

/* Takes one step and all that follow from it. *is_dead_end is cleared if it could be taken.
 * True: the search is over. */
static bool try_issuer(search *s, const hs__cert *issuer, hs__anchor *anchor, bool *is_dead_end) {
    bool is_over = false;
    bool is_issuer;
    if (is_in_path(&s->path, issuer)) {
        return false;
    }
    if (s->steps_left == 0) {
        s->judge->is_exhausted = true;
        return true;
    }
    s->steps_left--;
    s->path.cert[s->path.n++] = issuer;
    s->path.anchor = anchor;
    const size_t faults = judge_step(s, &is_issuer);
    s->faults += faults;
    if (is_issuer && !(s->is_strict && faults > 0)) {
        *is_dead_end = false;
        if (anchor != NULL) {
            is_over = arrive(s);
        } else {
            is_over = extend(s);
        }
    } else {
        note_dead_end(s);
    }
    s->faults -= faults;
    s->path.n--;
    s->path.anchor = NULL;
    return is_over;
}

/* Candidates whose key identifier agrees come first; it is a hint, not a rule. */
static bool try_all(search *s, bool ids_agree, bool *is_dead_end) {
    const hs__cert *cert = s->path.cert[s->path.n - 1];
    const hs_trust *trust = s->judge->trust;
    hs__anchor *a = trust != NULL ? hs__trust_find(trust, cert->issuer, NULL) : NULL;
    for (; a != NULL; a = hs__trust_find(trust, cert->issuer, a)) {
        if (key_ids_agree(cert, &a->cert) == ids_agree && try_issuer(s, &a->cert, a, is_dead_end)) {
            return true;
        }
    }
    /* The last place is an anchor's. */
    if (s->path.n + 1 >= HS__PATH_CERTS_MAX) {
        return false;
    }
    const uint32_t hash = hs__name_hash(cert->issuer);
    for (size_t i = 0; i < s->n_pool; i++) {
        const hs__cert *issuer = &s->pool[i].cert;
        if (s->pool[i].subject_hash == hash && key_ids_agree(cert, issuer) == ids_agree &&
            hs__name_equal(issuer->subject, cert->issuer) &&
            try_issuer(s, issuer, NULL, is_dead_end)) {
            return true;
        }
    }
    return false;
}

static bool extend(search *s) {
    const size_t before = s->judge->n_dead_ends;
    bool is_dead_end = true;
    if (try_all(s, true, &is_dead_end) || try_all(s, false, &is_dead_end)) {
        return true;
    }
    if (is_dead_end && s->judge->n_dead_ends == before) {
        note_dead_end(s); /* nobody of that name was there */
    }
    if (is_dead_end && !s->is_strict) {
        keep_if_better(s);
    }
    return false;
}

void hs__path_build(hs__judge *j, const hs__cert *leaf, const hs__pool_cert *pool, size_t n_pool,
                    hs__path *best, size_t *tried) {
    search s = {.judge = j,
                .pool = pool,
                .n_pool = n_pool,
                .is_strict = true,
                .path = {.cert = {leaf}, .n = 1},
                .steps_left = HS__PATH_STEPS,
                .arrivals_left = HS__ARRIVALS,
                .best = best,
                .best_faults = SIZE_MAX,
                .tried = tried};
    *best = s.path;
    *tried = 0;
    /* A leaf that was itself put among the anchors needs nobody above it. */
    best->anchor = j->trust != NULL ? hs__trust_find_certificate(j->trust, leaf) : NULL;
    if (best->anchor != NULL) {
        *tried = 1;
        return;
    }
    (void)extend(&s);
    if (s.best_faults != SIZE_MAX) {
        j->is_exhausted = false; /* what was not looked at is not needed */
        return;
    }
    const bool may_have_missed = j->is_exhausted;
    s.is_strict = false;
    s.steps_left = HS__NEAR_STEPS;
    s.arrivals_left = HS__ARRIVALS;
    s.path = (hs__path){.cert = {leaf}, .n = 1};
    (void)extend(&s);
    j->is_exhausted = may_have_missed;
}
