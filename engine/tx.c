#include "engine/tx.h"

static size_t left(const hs__chunk *c) {
    return c->cap - sizeof(hs__chunk) - c->end;
}

uint8_t *hs__tx_room(hs__memory *m, hs__tx *q, size_t n) {
    if (q->tail == NULL || left(q->tail) < n) {
        /* A second chunk means that much is on its way: then it is a large one. */
        size_t want = sizeof(hs__chunk) + n;
        size_t cap;
        want = q->tail != NULL && want < HS__POOL_BULK ? (size_t)HS__POOL_BULK : want;
        hs__chunk *c = hs__spare_take(m, want, &cap);
        if (c == NULL) {
            return NULL;
        }
        *c = (hs__chunk){.cap = cap};
        if (q->tail != NULL) {
            q->tail->next = c;
        } else {
            q->head = c;
        }
        q->tail = c;
    }
    return q->tail->data + q->tail->end;
}

void hs__tx_commit(hs__tx *q, size_t n) {
    q->tail->end += n;
    q->waiting += n;
}

size_t hs__tx_peek(const hs__tx *q, hs_span *v, size_t max) {
    size_t n = 0;
    for (const hs__chunk *c = q->head; c != NULL && n < max; c = c->next) {
        if (c->end > c->off) {
            v[n++] = (hs_span){c->data + c->off, c->end - c->off};
        }
    }
    return n;
}

void hs__tx_consume(hs__memory *m, hs__tx *q, size_t n) {
    n = n < q->waiting ? n : q->waiting;
    q->waiting -= n;
    while (q->head != NULL && (n > 0 || q->head->off == q->head->end)) {
        hs__chunk *c = q->head;
        size_t take = c->end - c->off < n ? c->end - c->off : n;
        c->off += take;
        n -= take;
        if (c->off < c->end) {
            return;
        }
        q->head = c->next;
        q->tail = q->head != NULL ? q->tail : NULL;
        hs__spare_give(m, c, c->cap);
    }
}

void hs__tx_end(hs__memory *m, hs__tx *q) {
    hs__tx_consume(m, q, q->waiting);
}
