#include "apps/common/fault.h"

#include <stdarg.h>
#include <stdio.h>

hs__exit hs__fault_set(hs__fault *fault, hs__exit code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(fault->text, sizeof fault->text, format, args);
    va_end(args);
    fault->hint[0] = 0;
    fault->code = code;
    return code;
}

hs__exit hs__hint(hs__fault *fault, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(fault->hint, sizeof fault->hint, format, args);
    va_end(args);
    return fault->code;
}

static hs__exit exit_for(hs_status status) {
    switch ((int)status) {
    case HS_E_KEY_PASSWORD:
    case HS_E_KEY_PASSWORD_NEEDED:
    case HS_E_KEY_MISMATCH:
        return HS__EXIT_PASSWORD;
    case HS_E_CONFIG:
    case HS_E_UNSUPPORTED:
        return HS__EXIT_USAGE;
    }
    return HS__EXIT_INTERNAL;
}

hs__exit hs__fail_status(hs__fault *fault, hs_status status, const char *format, ...) {
    char what[500];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return hs__fault_set(fault, exit_for(status), "%s: %s", what, hs_status_text(status));
}
