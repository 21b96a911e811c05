#include "crypto/provider.h"

#include <string.h>

#include "crypto/libcrypto/libcrypto.h"
#include "crypto/mbedtls/mbedtls.h"

/* The default comes first. */
static const struct {
    const char *name;
    hs_status (*make)(hs_provider **out);
} providers[] = {
    {"mbedtls", hs__mbedtls_new},
#ifdef HS_HAVE_LIBCRYPTO
    {"libcrypto", hs__libcrypto_new},
#endif
};

static const char *const names[] = {
    "mbedtls",
#ifdef HS_HAVE_LIBCRYPTO
    "libcrypto",
#endif
    NULL,
};

hs_status hs_provider_new(const char *name, hs_provider **out) {
    *out = NULL;
    for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++) {
        if (!name || strcmp(name, providers[i].name) == 0)
            return providers[i].make(out);
    }
    return HS_E_UNSUPPORTED;
}

const char *const *hs_provider_names(void) {
    return names;
}

hs_provider *hs_provider_ref(hs_provider *p) {
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

void hs_provider_unref(hs_provider *p) {
    if (p && atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1)
        p->destroy(p);
}

const char *hs_provider_name(const hs_provider *p) {
    return p->name;
}

const char *hs_provider_version(const hs_provider *p) {
    return p->version;
}

const char *hs_provider_rsa_leak(const hs_provider *p) {
    return p->rsa_leak;
}

bool hs__provider_has_group(const hs_provider *p, uint16_t group) {
    for (const uint16_t *g = p->groups; *g; g++) {
        if (*g == group)
            return true;
    }
    return false;
}

bool hs__provider_has_key_type(const hs_provider *p, hs__key_type type) {
    for (size_t i = 0; i < p->n_key_types; i++) {
        if (p->key_types[i] == type)
            return true;
    }
    return false;
}
