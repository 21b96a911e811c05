/* cms_peer - seals and opens files with cms/ and nothing around it, for tests against openssl cms.
 *
 *   cms_peer seal PROVIDER der|ber|pem|berpem FROM.pem FROM.key IN OUT TO.pem...  (FROM - : nobody)
 *   cms_peer open PROVIDER ME.pem ME.key IN OUT                                   (ME - : nobody)
 *   cms_peer show PROVIDER IN
 *
 * Prints facts as "name value" lines; a failure prints "failed STATUS where problem" and exits 1.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cms/show.h"
#include "pki/pem.h"

enum { FILE_MAX = 65536, PIECE = 60000 };

static void die(const char *what) {
    printf("failed %s\n", what);
    exit(1);
}

static void check(hs_status st, const char *what) {
    if (st) {
        printf("failed %s %s\n", hs_status_name(st), what);
        exit(1);
    }
}

static hs_span load(const char *path) {
    uint8_t *p = malloc(FILE_MAX);
    FILE *f = fopen(path, "rb");
    if (p == NULL || f == NULL) {
        die(path);
    }
    const size_t n = fread(p, 1, FILE_MAX, f);
    (void)fclose(f);
    return (hs_span){p, n};
}

static hs_span load_cert(const char *path) {
    hs_span text = load(path);
    uint8_t *der = malloc(text.n);
    hs__pem_block block;
    size_t n;
    check(hs__pem_next(&text, &block), path);
    check(hs__pem_decode(&block, der, &n), path);
    return (hs_span){der, n};
}

static hs_credential *load_credential(hs_provider *p, const char *cert, const char *key) {
    const hs_span none = {NULL, 0};
    hs_credential *c = NULL;
    if (strcmp(cert, "-") != 0) {
        check(hs_credential_new(p, load(cert), load(key), none, &c), cert);
    }
    return c;
}

static hs_status put(void *ctx, hs_span bytes) {
    return fwrite(bytes.p, 1, bytes.n, ctx) == bytes.n ? HS_OK : HS_E_IO;
}

static hs_status get(void *ctx, uint8_t *buf, size_t room, size_t *n) {
    *n = fread(buf, 1, room, ctx);
    return ferror((FILE *)ctx) ? HS_E_IO : HS_OK;
}

static void print_hex(const char *name, const uint8_t *p, size_t n) {
    printf("%s ", name);
    for (size_t i = 0; i < n; i++) {
        printf("%02x", p[i]);
    }
    printf("\n");
}

static void seal(hs_provider *p, char **args, size_t n_to) {
    static uint8_t piece[PIECE];
    hs_span to[HS__CMS_RECEIVERS_MAX];
    hs__cms_seal *s;
    size_t n;
    FILE *in = fopen(args[3], "rb");
    FILE *out = fopen(args[4], "wb");
    if (in == NULL || out == NULL || fseek(in, 0, SEEK_END) != 0) {
        die(args[3]);
    }
    const long size = ftell(in);
    rewind(in);
    for (size_t i = 0; i < n_to; i++) {
        to[i] = load_cert(args[5 + i]);
    }
    const hs__cms_seal_options o = {.provider = p,
                                    .sender = load_credential(p, args[1], args[2]),
                                    .receivers = to,
                                    .n_receivers = n_to,
                                    .now = time(NULL),
                                    .size = strncmp(args[0], "ber", 3) == 0 ? HS__CMS_SIZE_UNKNOWN
                                                                            : (uint64_t)size,
                                    .pem = strstr(args[0], "pem") != NULL,
                                    .out = {put, out}};
    check(hs__cms_seal_new(&o, NULL, &s), "new");
    check(hs__cms_seal_begin(s), "begin");
    for (n = fread(piece, 1, PIECE, in); n > 0; n = fread(piece, 1, PIECE, in)) {
        check(hs__cms_seal_write(s, (hs_span){piece, n}), "write");
    }
    check(hs__cms_seal_end(s), "end");
    const hs__cms_sealed *told = hs__cms_seal_told(s);
    print_hex("serial", told->serial, HS__CMS_SERIAL);
    for (size_t i = 0; i < told->n_receivers; i++) {
        printf("receiver %s, %s, %zu\n", told->receivers[i].who, told->receivers[i].how,
               told->receivers[i].wrapped_n);
    }
    printf("signature %s\n", told->signature);
    hs__cms_seal_free(s);
    hs_credential_unref(o.sender);
    (void)fclose(in);
    if (fclose(out) != 0) {
        die(args[4]);
    }
}

static void step(hs__cms_open *o, hs_status st) {
    if (st) {
        printf("failed %s %s %s\n", hs_status_name(st), hs__cms_open_where(o),
               hs__cms_open_problem(o));
        exit(1);
    }
}

static void print_recipient(void *ctx, const hs__cms_recipient *r) {
    (void)ctx;
    printf("recipient %s, %s, %zu%s\n", r->who, r->how, r->wrapped_n, r->is_mine ? ", mine" : "");
}

static void open_message(hs_provider *p, char **args) {
    hs__cms_open *o;
    FILE *in = fopen(args[2], "rb");
    FILE *out = fopen(args[3], "wb");
    if (in == NULL || out == NULL) {
        die(args[2]);
    }
    hs_credential *me = load_credential(p, args[0], args[1]);
    const hs__cms_open_options options = {
        .provider = p, .receiver = me, .in = {get, in}, .allow_pkcs1 = true};
    check(hs__cms_open_new(&options, &o), "new");
    hs_credential_unref(me);
    step(o, hs__cms_open_envelope(o));
    const hs__cms_info *info = hs__cms_open_info(o);
    printf("kind %s\ncipher %s\n", hs__cms_kind_name(info->kind), info->cipher);
    for (size_t i = 0; i < info->n_recipients; i++) {
        print_recipient(NULL, &info->recipients[i]);
    }
    step(o, hs__cms_open_key(o));
    step(o, hs__cms_open_content(o, (hs__cms_sink){put, out}));
    printf("content %" PRIu64 "\nber %d\npem %d\n", info->content_n, info->is_ber, info->is_pem);
    if (fclose(out) != 0) {
        die(args[3]);
    }
    if (info->is_signed) {
        step(o, hs__cms_open_signature(o));
        printf("signer %s\nsignature %s\nchain %zu\nreceiver %d\n", info->signer, info->signature,
               info->n_chain, info->is_receiver);
        print_hex("serial", info->serial, info->has_serial ? HS__CMS_SERIAL : 0);
    }
    hs__cms_open_free(o);
    (void)fclose(in);
}

static uint64_t shown;

static void print_leaf(void *ctx, const hs__cms_leaf *leaf) {
    (void)ctx;
    if (leaf->off != shown) {
        die("a gap between leaves");
    }
    shown += leaf->n;
    printf("%" PRIu64 " %" PRIu64 " %s: %s\n", leaf->off, leaf->n, leaf->path, leaf->text);
}

static void show(hs_provider *p, char **args) {
    char where[HS__PATH_MAX];
    char problem[HS__PROBLEM_MAX];
    hs__cms_info info;
    FILE *in = fopen(args[0], "rb");
    if (in == NULL) {
        die(args[0]);
    }
    const hs__cms_show_options o = {{get, in}, print_leaf, print_recipient, NULL};
    const hs_status st = hs__cms_show(p, &o, &info, where, problem);
    if (st) {
        printf("failed %s %s %s\n", hs_status_name(st), where, problem);
        exit(1);
    }
    printf("kind %s\nall %" PRIu64 "\n", hs__cms_kind_name(info.kind), shown);
    (void)fclose(in);
}

/* The most memory that was held, in KiB; nothing where the system does not tell. */
static void print_memory(void) {
    char line[256];
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            printf("memory %ld\n", strtol(line + 6, NULL, 10));
        }
    }
    if (f != NULL) {
        (void)fclose(f);
    }
}

int main(int argc, char **argv) {
    hs_provider *p;
    if (argc < 4) {
        die("too few words");
    }
    check(hs_provider_new(argv[2], &p), argv[2]);
    if (strcmp(argv[1], "seal") == 0 && argc > 8) {
        seal(p, argv + 3, (size_t)argc - 8);
    } else if (strcmp(argv[1], "open") == 0 && argc == 7) {
        open_message(p, argv + 3);
    } else if (strcmp(argv[1], "show") == 0) {
        show(p, argv + 3);
    } else {
        die("what?");
    }
    hs_provider_unref(p);
    print_memory();
    return 0;
}
