/* fixtures_make.h - making what fixtures_table.c describes. */
#ifndef HS_MINI_CA_FIXTURES_MAKE_H
#define HS_MINI_CA_FIXTURES_MAKE_H

#include "apps/common/certs.h"
#include "apps/mini-ca/fixtures.h"
#include "crypto/provider.h"

enum { FIXTURE_NAME_ROOM = 256 };

/* A certificate and its key. */
typedef struct {
    uint8_t name[FIXTURE_NAME_ROOM]; /* the subject */
    size_t name_n;
    hs__private_key *key;
    hs__certs cert;
    hs__bytes key_pem;
} fixture_made;
void fixture_made_free(const hs_provider *p, fixture_made *made);

/* All CAs, each by the one above it. */
typedef struct {
    const hs_provider *provider;
    int64_t now;
    fixture_made ca[FIXTURE_CAS];
} fixture_world;
HS_MUST_CHECK hs__exit fixture_world_make(const hs_provider *p, fixture_world *out,
                                          hs__fault *fault);
void fixture_world_free(fixture_world *world);

/* One certificate of the table. */
HS_MUST_CHECK hs__exit fixture_make(const fixture_world *world, const fixture *f, fixture_made *out,
                                    hs__fault *fault);

/* What the server is to send, as PEM. */
HS_MUST_CHECK hs__exit fixture_chain(const fixture_world *world, const fixture *f,
                                     const fixture_made *made, hs__bytes *pem, hs__fault *fault);

#endif
