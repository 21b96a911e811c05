#include "apps/common/library.h"

#include <stdio.h>

#include "apps/common/say.h"

static hs__exit fail_unknown(const char *name, hs__fault *fault) {
    char all[200] = "";
    size_t at = 0;
    for (const char *const *known = hs_provider_names(); *known && at < sizeof all; known++)
        at += (size_t)snprintf(all + at, sizeof all - at, "%s%s", at ? ", " : "", *known);
    return hs__fail(fault, HS__EXIT_USAGE, "--provider: '%s' is not one of %s", hs__safe(name),
                    all);
}

hs__exit hs__library_choose(const char *name, hs__key_type needed, hs_provider **out,
                            hs__fault *fault) {
    for (const char *const *known = hs_provider_names(); *known; known++) {
        hs_status st = hs_provider_new(name ? name : *known, out);
        if (st == HS_E_UNSUPPORTED && name)
            return fail_unknown(name, fault);
        if (st)
            return hs__fail_status(fault, st, "the crypto library %s", *known);
        if (name || hs__provider_has_key_type(*out, needed))
            return HS__EXIT_OK;
        hs_provider_unref(*out);
        *out = NULL;
    }
    return hs__fail(fault, HS__EXIT_USAGE, "no crypto library built in has %s keys",
                    hs__key_type_name(needed));
}
