/* The list of breaks, and one of them read from text. */
#include "engine/lab.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/codepoints.h"

enum {
    CLIENT_ROLE = HS__LAB_CLIENT,
    SERVER_ROLE = HS__LAB_SERVER,
    BOTH_ROLES = HS__LAB_CLIENT | HS__LAB_SERVER,
    BOTH_VERSIONS = HS__TLS12 | HS__TLS13
};

const hs__lab_row hs__lab_rows[HS__LAB_N_BREAKS] = {
#define HS__LAB_BREAK(id, name, parameter, kind, number, roles, versions, wire, text, answer)      \
    {HS__LAB_##id, name, parameter, HS__LAB_TAKES_##kind, number, roles, versions,                 \
     wire,         text, answer},
#include "engine/lab_breaks.def"
};

static const hs__lab_row *find(const char *name, size_t n) {
    for (size_t i = 0; i < HS__LAB_N_BREAKS; i++) {
        if (strlen(hs__lab_rows[i].name) == n && memcmp(hs__lab_rows[i].name, name, n) == 0) {
            return &hs__lab_rows[i];
        }
    }
    return NULL;
}

/* ---- parameters: each returns where it ends, or NULL ------------------------------------- */

static const char *read_number(const char *s, uint32_t *out) {
    char *end;
    if (!isdigit((unsigned char)*s)) {
        return NULL;
    }
    const unsigned long long v = strtoull(s, &end, 10);
    *out = (uint32_t)v;
    return v < HS__LAB_ANYWHERE ? end : NULL;
}

/* ClientHello is client_hello as people write it: case and '_' do not count. */
static bool same_word(const char *name, const char *s, size_t n) {
    size_t i = 0;
    for (; *name != '\0'; name++) {
        if (*name == '_') {
            continue;
        }
        while (i < n && s[i] == '_') {
            i++;
        }
        if (i == n || tolower((unsigned char)s[i]) != *name) {
            return false;
        }
        i++;
    }
    return i == n;
}

static const char *read_message(const char *s, uint8_t *out) {
    const size_t n = strcspn(s, ",");
    for (size_t i = 0; i < hs__handshake_types.n; i++) {
        if (same_word(hs__handshake_types.rows[i].name, s, n)) {
            *out = (uint8_t)hs__handshake_types.rows[i].code;
            return s + n;
        }
    }
    return NULL;
}

/* By name, number, or as people call it. */
static const char *read_extension(const char *s, uint16_t *out) {
    static const struct {
        const char *name;
        uint16_t code;
    } nicknames[] = {{"sni", HS__EXT_server_name},
                     {"alpn", HS__EXT_application_layer_protocol_negotiation},
                     {"ems", HS__EXT_extended_main_secret},
                     {"extended_master_secret", HS__EXT_extended_main_secret},
                     {"ocsp", HS__EXT_status_request}};
    const size_t n = strlen(s);
    for (size_t i = 0; i < sizeof(nicknames) / sizeof(nicknames[0]); i++) {
        if (strcmp(nicknames[i].name, s) == 0) {
            *out = nicknames[i].code;
            return s + n;
        }
    }
    const hs__code *row = hs__code_by_name(&hs__extension_types, s, n);
    uint32_t number = 0;
    const char *end = row != NULL ? s + n : read_number(s, &number);
    *out = row != NULL ? row->code : (uint16_t)number;
    return number <= UINT16_MAX ? end : NULL;
}

static const char *read_alert(const char *s, uint32_t *out) {
    const hs__code *row = hs__code_by_name(&hs__alerts, s, strlen(s));
    if (row != NULL) {
        *out = row->code;
        return s + strlen(s);
    }
    const char *end = read_number(s, out);
    return end != NULL && *out <= UINT8_MAX ? end : NULL;
}

static const char *read_place(const char *s, uint32_t *out) {
    return s != NULL && *s == ',' ? read_number(s + 1, out) : s;
}

/* `s` is NULL where there is none; then the row's own number counts, or none at all. */
static const char *read_parameter(hs__lab *lab, const char *s) {
    const bool optional = lab->row->parameter[0] == '[' || lab->row->parameter[0] == '\0';
    if (s == NULL) {
        return optional ? "" : NULL;
    }
    switch (lab->row->kind) {
    case HS__LAB_TAKES_NOTHING:
        return NULL;
    case HS__LAB_TAKES_MESSAGE:
        return read_message(s, &lab->message);
    case HS__LAB_TAKES_MESSAGE_BYTE:
        return read_place(read_message(s, &lab->message), &lab->place);
    case HS__LAB_TAKES_EXTENSION:
        return read_extension(s, &lab->extension);
    case HS__LAB_TAKES_RECORD:
    case HS__LAB_TAKES_NUMBER:
        return read_number(s, &lab->number);
    case HS__LAB_TAKES_RECORD_BIT:
        return read_place(read_number(s, &lab->number), &lab->place);
    case HS__LAB_TAKES_ALERT:
        return read_alert(s, &lab->number);
    case HS__LAB_TAKES_FILE:
        lab->file = s;
        return *s != '\0' ? "" : NULL;
    }
    return NULL;
}

hs_status hs__lab_read(const char *text, hs__lab *out, char why[HS__LAB_WHY]) {
    const size_t n = strcspn(text, "=");
    const hs__lab_row *row = find(text, n);
    if (row == NULL) {
        (void)snprintf(why, HS__LAB_WHY, "there is no break of that name");
        return HS_E_MISUSE;
    }
    *out = (hs__lab){.row = row, .text = text, .number = row->number, .place = HS__LAB_ANYWHERE};
    const char *end = read_parameter(out, text[n] == '=' ? text + n + 1 : NULL);
    if (end == NULL || *end != '\0') {
        (void)snprintf(why, HS__LAB_WHY, "%s takes %s%s", row->name,
                       row->parameter[0] != '\0' ? "=" : "no parameter", row->parameter);
        return HS_E_MISUSE;
    }
    return HS_OK;
}
