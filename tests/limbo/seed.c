/* A case as an input of tests/fuzz/fuzz_chain.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/pem.h"
#include "tests/limbo/limbo.h"

static void put(FILE *f, hs_span der) {
    (void)fputc((int)(der.n >> 8), f);
    (void)fputc((int)(der.n & 0xff), f);
    (void)fwrite(der.p, 1, der.n, f);
}

static void put_pem(FILE *f, const json_t *pem, uint8_t *room) {
    hs_span text = {(const uint8_t *)json_string_value(pem), json_string_length(pem)};
    hs__pem_block block;
    size_t n = 0;
    if (text.n < LIMBO_ROOM && hs__pem_next(&text, &block) == HS_OK &&
        hs__pem_decode(&block, room, &n) == HS_OK) {
        put(f, (hs_span){room, n});
    }
}

bool limbo_write_seed(const limbo_case *c, const char *folder) {
    enum { CHAIN_MODE = HS_REVOCATION_CHAIN << 2 | HS_PROFILE_WEB_PKI };
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, c->id);
    FILE *f = fopen(path, "wb");
    uint8_t *room = malloc(LIMBO_ROOM);
    if (f == NULL || room == NULL) {
        free(room);
        return false;
    }
    put_pem(f, json_array_get(c->anchors, 0), room);
    for (size_t i = 0; i < c->n_chain; i++) {
        put(f, c->chain[i]);
    }
    for (size_t i = 0; i < json_array_size(c->crls); i++) {
        put_pem(f, json_array_get(c->crls, i), room);
    }
    if (json_array_size(c->crls) > 0) {
        (void)fputc(CHAIN_MODE, f);
    }
    free(room);
    return fclose(f) == 0;
}
