/* fuzz.h - what the fuzz targets share.
 *
 * A target is a function that takes any bytes. Built with -Dfuzz=true (clang) it is a
 * libFuzzer program; else replay.c gives it a main that runs the files it is given. */
#ifndef HS_TEST_FUZZ_H
#define HS_TEST_FUZZ_H

#include <stdlib.h>

#include "proto/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that must hold, in every build. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A sink that checks that fields follow each other without gap or overlap. */
typedef struct {
    hs_span message;
    size_t next;
} fuzz_cover;

static inline void fuzz_on_field(void *ctx, const hs__field *f) {
    fuzz_cover *c = ctx;
    MUST(f->off == c->next && f->bytes.n > 0 && f->bytes.p == c->message.p + f->off);
    c->next += f->bytes.n;
    char path[HS__PATH_MAX];
    hs__field_path(f, path, sizeof(path));
    MUST(path[0] != '\0');
    if (f->names != NULL) {
        (void)f->names((uint32_t)f->value);
    }
}

#endif
