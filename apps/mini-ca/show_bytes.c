#include <stdio.h>

#include "apps/mini-ca/show.h"
#include "pki/der.h"
#include "pki/oid.h"

enum { PER_LINE = 16, VALUE_BYTES = 16, NAME_COLUMN = 55 };

static bool is_text_tag(uint64_t tag) {
    return tag == HS__DER_UTF8_STRING || tag == HS__DER_PRINTABLE_STRING ||
           tag == HS__DER_IA5_STRING || tag == HS__DER_UTC_TIME || tag == HS__DER_GENERALIZED_TIME;
}

/* By the tag that stood before: a name for an object identifier, text, or the first bytes. */
static void put_bytes(const hs__field *f, uint64_t tag, hs__text *t) {
    char oid[HS__OID_TEXT_MAX];
    if (tag == HS__DER_OID) {
        hs__oid_text(f->bytes, oid, sizeof oid);
        hs__text_add(t, oid);
    } else if (is_text_tag(tag)) {
        hs__text_foreign(t, f->bytes);
    } else {
        hs__text_hex(t, (hs_span){f->bytes.p, f->bytes.n < VALUE_BYTES ? f->bytes.n : VALUE_BYTES});
        hs__text_add(t, f->bytes.n > VALUE_BYTES ? "..." : "");
    }
}

/* The name that stands for a tag, a number, or the value. */
static void put_value(const hs__field *f, uint64_t tag, hs__text *t) {
    const char *name = f->names ? f->names((uint32_t)f->value) : NULL;
    switch (f->kind) {
    case HS__FIELD_LENGTH:
        hs__text_f(t, "%llu byte%s", (unsigned long long)f->value, f->value == 1 ? "" : "s");
        break;
    case HS__FIELD_UINT:
        hs__text_f(t, "%llu", (unsigned long long)f->value);
        break;
    case HS__FIELD_CODE:
        if (name)
            hs__text_add(t, name);
        else
            hs__text_f(t, "0x%llx", (unsigned long long)f->value);
        break;
    case HS__FIELD_TEXT:
        hs__text_foreign(t, f->bytes);
        break;
    case HS__FIELD_BYTES:
        put_bytes(f, tag, t);
        break;
    }
}

static void put_line(size_t off, hs_span bytes, const char *name, const char *value) {
    int at = printf("  %04zx ", off);
    for (size_t i = 0; i < bytes.n; i++)
        at += printf(" %02x", bytes.p[i]);
    if (name)
        printf("%*s%s%s%s", at < NAME_COLUMN ? NAME_COLUMN - at : 1, "", name, *value ? " = " : "",
               value);
    putchar('\n');
}

static void put_field(void *ctx, const hs__field *f) {
    char path[HS__PATH_MAX], value[300];
    hs__text t;
    uint64_t *tag = ctx;
    hs__field_path(f, path, sizeof path);
    hs__text_init(&t, value, sizeof value);
    put_value(f, *tag, &t);
    if (f->kind == HS__FIELD_CODE)
        *tag = f->value;
    for (size_t at = 0; at == 0 || at < f->bytes.n; at += PER_LINE) {
        size_t n = f->bytes.n - at < PER_LINE ? f->bytes.n - at : PER_LINE;
        put_line(f->off + at, (hs_span){f->bytes.p + at, n}, at ? NULL : path, value);
    }
}

void show_bytes(hs_span der, show_reader *read) {
    hs__rd_root root;
    uint64_t tag = 0;
    const hs__field_sink sink = {.field = put_field, .ctx = &tag};
    (void)read(der, &sink, &root);
}
