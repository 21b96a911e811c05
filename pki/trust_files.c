/* Anchors from files: a bundle, a folder, the operating system's bundle. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "handshake/pki.h"

/* Far above any bundle: the largest known have 1 MB. */
enum { FILE_MAX = 16 << 20 };

/* The whole file; *out is the caller's to free. */
static hs_status read_file(const char *path, uint8_t **out, size_t *n) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return HS_E_IO;
    }
    hs_status st = HS_E_IO;
    uint8_t *bytes = NULL;
    struct stat info;
    if (fstat(fileno(f), &info) != 0) {
        goto out;
    }
    if (!S_ISREG(info.st_mode) || info.st_size > FILE_MAX) {
        errno = S_ISREG(info.st_mode) ? EFBIG : EINVAL;
        goto out;
    }
    bytes = malloc((size_t)info.st_size + 1);
    if (bytes == NULL) {
        st = HS_E_NOMEM;
        goto out;
    }
    *n = fread(bytes, 1, (size_t)info.st_size, f);
    if (ferror(f) != 0) {
        goto out;
    }
    *out = bytes;
    bytes = NULL;
    st = HS_OK;
out:
    free(bytes);
    (void)fclose(f);
    return st;
}

static hs_status add_file(hs_trust *t, const char *path, const char *source, unsigned flags,
                          size_t *added, size_t *skipped) {
    uint8_t *bytes = NULL;
    size_t n = 0;
    hs_status st = read_file(path, &bytes, &n);
    if (st == HS_OK) {
        st = hs_trust_add(t, (hs_span){bytes, n}, source, flags, added, skipped);
    }
    free(bytes);
    return st;
}

static bool is_certificate_file(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot != NULL && (strcasecmp(dot, ".pem") == 0 || strcasecmp(dot, ".crt") == 0 ||
                           strcasecmp(dot, ".cer") == 0);
}

/* Files of the folder that hold no certificate, or cannot be read, are counted as skipped. */
static hs_status add_folder(hs_trust *t, DIR *folder, const char *path, unsigned flags,
                            size_t *added, size_t *skipped) {
    hs_status st = HS_OK;
    size_t files = 0;
    while (st == HS_OK) {
        const struct dirent *entry = readdir(folder);
        if (entry == NULL) {
            break;
        }
        char file[4096];
        size_t more = 0;
        size_t bad = 0;
        if (!is_certificate_file(entry->d_name) ||
            snprintf(file, sizeof(file), "%s/%s", path, entry->d_name) >= (int)sizeof(file)) {
            continue;
        }
        st = add_file(t, file, path, flags, &more, &bad);
        const bool is_useless = st == HS_E_IO || st == HS_E_NO_CERTIFICATE;
        files += is_useless ? 0 : 1;
        *skipped += bad + (is_useless && bad == 0 ? 1 : 0);
        *added += more;
        st = is_useless ? HS_OK : st;
    }
    return st == HS_OK && files == 0 ? HS_E_NO_CERTIFICATE : st;
}

hs_status hs_trust_add_path(hs_trust *t, const char *path, unsigned flags, size_t *added,
                            size_t *skipped) {
    size_t n_added = 0;
    size_t n_skipped = 0;
    hs_status st;
    DIR *folder = opendir(path);
    if (folder != NULL) {
        st = add_folder(t, folder, path, flags, &n_added, &n_skipped);
        (void)closedir(folder);
    } else {
        st = add_file(t, path, path, flags, &n_added, &n_skipped);
    }
    if (added != NULL) {
        *added = n_added;
    }
    if (skipped != NULL) {
        *skipped = n_skipped;
    }
    return st;
}

/* Without it wildcards are judged a little less strictly; so that it is not there is no failure. */
static hs_status load_suffixes(hs_trust *t) {
    static const char *const lists[] = {
        "/usr/share/publicsuffix/public_suffix_list.dat", /* Debian, Fedora, Arch */
        "/usr/share/publicsuffix/effective_tld_names.dat",
    };
    uint8_t *bytes = NULL;
    size_t n = 0;
    hs_status st = HS_E_IO;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && st == HS_E_IO; i++) {
        st = read_file(lists[i], &bytes, &n);
    }
    if (st == HS_OK) {
        st = hs_trust_set_suffixes(t, (hs_span){bytes, n});
    }
    free(bytes);
    return st == HS_E_NOMEM ? st : HS_OK;
}

hs_status hs_trust_add_system(hs_trust *t, size_t *added) {
    static const char *const bundles[] = {
        "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Arch */
        "/etc/pki/tls/certs/ca-bundle.crt",                  /* Fedora, RHEL */
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* RHEL and kin */
        "/etc/ssl/ca-bundle.pem",                            /* SUSE */
        "/etc/ssl/cert.pem",                                 /* Alpine, the BSDs */
    };
    hs_status st = HS_E_IO;
    for (size_t i = 0; i < sizeof(bundles) / sizeof(bundles[0]) && st == HS_E_IO; i++) {
        st = add_file(t, bundles[i], "system bundle", HS_TRUST_WEB_PKI, added, NULL);
    }
    return st == HS_OK ? load_suffixes(t) : st;
}
