/* library.h - which crypto library a program works with. */
#ifndef HS_APPS_LIBRARY_H
#define HS_APPS_LIBRARY_H

#include "apps/common/fault.h"
#include "crypto/provider.h"

/* Row for a struct `type` with a `const char *` field. */
#define HS__PROVIDER_OPTION(type, field)                                                           \
    {                                                                                              \
        .name = "provider", .kind = HS__OPT_TEXT, .at = offsetof(type, field), .argument = "LIB",  \
        .help = "crypto library: mbedtls (default) or libcrypto"                                   \
    }

/* The provider called `name`; NULL: the first one that has keys of both types, or the first one
 * where none has. Its caller gets a reference. */
HS_MUST_CHECK hs__exit hs__library_choose(const char *name, hs__key_type a, hs__key_type b,
                                          hs_provider **out, hs__fault *fault);

#endif
