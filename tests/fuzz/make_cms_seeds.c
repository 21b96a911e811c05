/* The first inputs of fuzz_cms: FOLDER/cms/<name>, in each form that we write. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cms/seal.h"
#include "cms_people.h"
#include "fuzz.h"
#include "pki/pem.h"
#include "tests/lib/fuzz_provider.h"

static hs_span text(const char *s) {
    return (hs_span){(const uint8_t *)s, strlen(s)};
}

static hs_span der_of(const char *pem, uint8_t room[4096]) {
    hs_span rest = text(pem);
    hs__pem_block block;
    size_t n;
    MUST(hs__pem_next(&rest, &block) == HS_OK && hs__pem_decode(&block, room, &n) == HS_OK);
    return (hs_span){room, n};
}

static hs_status put(void *ctx, hs_span bytes) {
    return fwrite(bytes.p, 1, bytes.n, ctx) == bytes.n ? HS_OK : HS_E_IO;
}

static void write_seed(const char *folder, unsigned how, hs_provider *p, hs_credential *sender) {
    char path[4096];
    uint8_t rooms[2][4096];
    const hs_span to[2] = {der_of(people_ec_cert, rooms[0]), der_of(people_rsa_cert, rooms[1])};
    const hs_span content = text(how & 1 ? "" : "meet me at noon");
    hs__cms_seal *s;
    (void)snprintf(path, sizeof(path), "%s/cms/how-%02x", folder, how);
    FILE *f = fopen(path, "wb");
    MUST(f != NULL);
    const hs__cms_seal_options o = {.provider = p,
                                    .sender = how & 2 ? sender : NULL,
                                    .receivers = to,
                                    .n_receivers = how & 4 ? 2 : 1,
                                    .now = 1800000000,
                                    .size = how & 8 ? HS__CMS_SIZE_UNKNOWN : content.n,
                                    .pem = how & 16,
                                    .out = {put, f}};
    MUST(hs__cms_seal_new(&o, NULL, &s) == HS_OK);
    MUST(hs__cms_seal_begin(s) == HS_OK);
    MUST(hs__cms_seal_write(s, content) == HS_OK);
    MUST(hs__cms_seal_end(s) == HS_OK);
    hs__cms_seal_free(s);
    MUST(fclose(f) == 0);
}

int main(int argc, char **argv) {
    char path[4096];
    const hs_span none = {NULL, 0};
    hs_provider *inner;
    hs_provider *p;
    hs_credential *sender;
    if (argc != 2) {
        return 1;
    }
    (void)mkdir(argv[1], 0777);
    (void)snprintf(path, sizeof(path), "%s/cms", argv[1]);
    (void)mkdir(path, 0777);
    MUST(hs_provider_new(NULL, &inner) == HS_OK);
    MUST(hs__fuzz_provider_new(inner, &p) == HS_OK);
    MUST(hs_credential_new(p, text(people_ec_cert), text(people_ec_key), none, &sender) == HS_OK);
    for (unsigned how = 0; how < 32; how++) {
        /* A signature of the provider without security has a length of its own, never the one that
         * DER has promised. */
        if ((how & 10) != 2) {
            write_seed(argv[1], how, p, sender);
        }
    }
    hs_credential_unref(sender);
    hs_provider_unref(p);
    hs_provider_unref(inner);
    return 0;
}
