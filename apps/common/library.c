#include "apps/common/library.h"

#include <stdio.h>
#include <string.h>

#include "apps/common/say.h"

static hs__exit fail_unknown(const char *name, hs__fault *fault) {
    char all[200] = "";
    size_t at = 0;
    for (const char *const *known = hs_provider_names(); *known && at < sizeof all; known++)
        at += (size_t)snprintf(all + at, sizeof all - at, "%s%s", at ? ", " : "", *known);
    return hs__fault_set(fault, HS__EXIT_USAGE, "--provider: '%s' is not known, expected one of %s",
                         hs__safe(name), all);
}

static hs__exit open_library(const char *name, hs_provider **out, hs__fault *fault) {
    hs_status st = hs_provider_new(name, out);
    return st ? hs__fail_status(fault, st, "the crypto library %s", name) : HS__EXIT_OK;
}

hs__exit hs__library_choose(const char *name, hs__key_type a, hs__key_type b, hs_provider **out,
                            hs__fault *fault) {
    const char *const *known = hs_provider_names();
    if (name) {
        while (*known && strcmp(*known, name) != 0)
            known++;
        return *known ? open_library(name, out, fault) : fail_unknown(name, fault);
    }
    for (; *known; known++) {
        hs__exit code = open_library(*known, out, fault);
        if (code)
            return code;
        if (hs__provider_has_key_type(*out, a) && hs__provider_has_key_type(*out, b))
            return HS__EXIT_OK;
        hs_provider_unref(*out);
    }
    return open_library(hs_provider_names()[0], out, fault);
}
