/* cms_test.h - messages in memory, for the tests of cms/. */
#ifndef HS_TESTS_CMS_TEST_H
#define HS_TESTS_CMS_TEST_H

#include "cms/open.h"
#include "tests/unit/pki/pki_test.h"

/* Somebody with a certificate from the tests' CA. */
typedef struct {
    made *ca, *leaf;
    hs_credential *credential;
} person;

person person_new(hs__key_type type, const char *name); /* name: "CN=bob" */
void person_free(person *p);

/* Bytes that grow, as sink and source. */
typedef struct {
    uint8_t *p;
    size_t n, room, at;
    size_t step; /* at most this many at once when they are read; 0: all */
} heap;
hs_status heap_put(void *ctx, hs_span more);                         /* hs__cms_write_fn */
hs_status heap_get(void *ctx, uint8_t *buf, size_t room, size_t *n); /* hs__cms_read_fn */
void heap_free(heap *h);

/* What to seal. */
typedef struct {
    const person *from; /* NULL: nobody signs */
    const person *to[4];
    size_t n_to;
    bool is_ber, pem;
    hs_span content;
} letter;

/* Must succeed. told may be NULL. */
heap seal(const letter *l, hs__cms_sealed *told);

/* Opens as far as it goes; the content so far is in *content. info, if not NULL: borrowed from
 * *open, which the caller frees; else it is freed here. */
hs_status unseal(heap *message, const person *who, bool allow_pkcs1, heap *content,
                 hs__cms_open **open);

#endif
