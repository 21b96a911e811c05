/* Writes the first inputs of the fuzz targets: FOLDER/<target>/<name>, out of RFC 8448, of
 * messages of TLS 1.2, and certificates. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "messages.h"
#include "pki_seeds.h"
#include "proto/client_hello.h"
#include "proto/encrypted_extensions.h"
#include "proto/server_hello.h"

static void write_seed(const char *folder, const char *target, const char *name, hs_span head,
                       hs_span bytes) {
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, target);
    (void)mkdir(path, 0777);
    (void)snprintf(path, sizeof(path), "%s/%s/%s", folder, target, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(head.p, 1, head.n, f) != head.n ||
        fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

/* The block of a message, behind the byte that says which message it is of. */
static void write_block(const char *folder, const pt_message *m) {
    hs__rd_root root;
    hs__client_hello ch;
    hs__server_hello sh;
    hs__encrypted_extensions ee;
    uint8_t in = 0;
    hs_span block = {NULL, 0};
    if (hs__client_hello_read(m->message, NULL, &root, &ch) == HS_OK) {
        block = ch.extensions.block;
    } else if (hs__server_hello_read(m->message, NULL, &root, &sh) == HS_OK) {
        while (1u << in != (unsigned)sh.kind) {
            in++;
        }
        block = sh.extensions.block;
    } else if (hs__encrypted_extensions_read(m->message, NULL, &root, &ee) == HS_OK) {
        in = 3;
        block = ee.extensions.block;
    }
    if (block.n > 0) {
        write_seed(folder, "extensions", m->name, (hs_span){&in, 1}, block);
    }
}

static void write_messages(const char *folder, const pt_message *messages, size_t n) {
    const hs_span none = {(const uint8_t *)"", 0};
    for (size_t i = 0; i < n; i++) {
        const pt_message *m = &messages[i];
        write_seed(folder, pt_kind_of_message(m)->name, m->name, none, m->message);
        write_seed(folder, "decode", m->name, none, m->message);
        write_block(folder, m);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        (void)fprintf(stderr, "usage: make_seeds FOLDER\n");
        return 1;
    }
    (void)mkdir(argv[1], 0777);
    const hs_span none = {(const uint8_t *)"", 0};
    write_messages(argv[1], pt_rfc8448, pt_rfc8448_count);
    write_messages(argv[1], pt_tls12, pt_tls12_count);
    static const uint8_t request[] = {HS__HT_hello_request, 0, 0, 0};
    write_seed(argv[1], "hello_request", "empty", none, (hs_span){request, sizeof(request)});
    static const uint8_t update[] = {HS__HT_key_update, 0, 0, 1, 1};
    static const uint8_t record[] = {HS__CONTENT_alert, 3, 3, 0, 2, 1, 0};
    write_seed(argv[1], "key_update", "requested", none, (hs_span){update, sizeof(update)});
    write_seed(argv[1], "record", "close_notify", none, (hs_span){record, sizeof(record)});
    static const char dump[] = "00000000: 1503 0300 0202 28  ......(\n";
    write_seed(argv[1], "decode", "dump", none, (hs_span){(const uint8_t *)dump, sizeof(dump) - 1});
    write_pki_seeds(argv[1], write_seed);
    return 0;
}
