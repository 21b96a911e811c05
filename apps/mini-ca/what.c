#include "apps/mini-ca/what.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool is_file(const char *path) {
    struct stat st;
    return strcmp(path, "-") == 0 || (stat(path, &st) == 0 && S_ISREG(st.st_mode));
}

static hs__exit by_file(const json_t *certificates, const char *folder, const char *path,
                        json_t **entry, hs__fault *fault) {
    char serial[64];
    hs__certs certs;
    hs__exit code = hs__certs_read(path, &certs, fault);
    if (code)
        return code;
    hs__hex(certs.v[0].serial, serial, sizeof serial);
    hs__certs_free(&certs);
    *entry = hs__index_find_serial(certificates, serial);
    if (*entry)
        return HS__EXIT_OK;
    return hs__fault_set(fault, HS__EXIT_INTERNAL,
                         "the certificate in %s was not made by the CA in %s", hs__safe(path),
                         hs__safe(folder));
}

hs__exit mini_ca_what(const json_t *certificates, const char *folder, const char *what,
                      json_t **entry, hs__fault *fault) {
    if (is_file(what))
        return by_file(certificates, folder, what, entry, fault);
    *entry = hs__index_find(certificates, what);
    if (*entry)
        return HS__EXIT_OK;
    hs__fault_set(fault, HS__EXIT_INTERNAL,
                  "there is no file %s, and no certificate with that serial number or name in %s",
                  hs__safe(what), hs__safe(folder));
    return hs__hint(fault, "mini-ca -C %s list shows what there is", hs__safe(folder));
}

hs__exit mini_ca_entry_cert(const json_t *entry, hs__certs *out, hs__fault *fault) {
    const char *pem = hs__index_text(entry, "pem");
    return hs__certs_parse((hs_span){(const uint8_t *)pem, strlen(pem)}, "the index", out, fault);
}

const char *mini_ca_entry_text(const json_t *entry, char *out) {
    const char *name = json_string_value(json_array_get(json_object_get(entry, "names"), 0));
    snprintf(out, MINI_CA_ENTRY, "%.60s (%.300s)", hs__safe(hs__index_text(entry, "serial")),
             hs__safe(name ? name : hs__index_text(entry, "subject")));
    return out;
}
