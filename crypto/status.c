#include "handshake/status.h"

static const struct row {
    const char *name;
    const char *text;
    const char *rule;
    int alert;
} rows[] = {
    {"HS_OK", "no error", "", HS_NO_ALERT},
#define HS_ERROR(name, alert, rule, text) {"HS_E_" #name, text, rule, alert},
#include "handshake/errors.def"
#undef HS_ERROR
};

static const struct row unknown = {"HS_E_?", "not a status of this library", "", HS_NO_ALERT};

static const struct row *row_of(hs_status status) {
    return (size_t)status < sizeof rows / sizeof rows[0] ? &rows[status] : &unknown;
}

const char *hs_status_name(hs_status status) {
    return row_of(status)->name;
}

const char *hs_status_text(hs_status status) {
    return row_of(status)->text;
}

int hs_status_alert(hs_status status) {
    return row_of(status)->alert;
}

const char *hs_status_rule(hs_status status) {
    return row_of(status)->rule;
}
