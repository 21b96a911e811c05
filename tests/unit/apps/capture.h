/* capture.h - what a function prints, for tests. */
#ifndef HS_TESTS_CAPTURE_H
#define HS_TESTS_CAPTURE_H

#include <stdio.h>
#include <unistd.h>

typedef struct {
    FILE *stream, *file;
    int saved;
} capture;

/* From here on what goes to `stream` is kept. */
static inline capture capture_start(FILE *stream) {
    capture c = {.stream = stream, .file = tmpfile()};
    fflush(stream);
    c.saved = dup(fileno(stream));
    dup2(fileno(c.file), fileno(stream));
    return c;
}

/* Ends it; returns what was printed. */
static inline const char *capture_end(capture *c) {
    static char text[16384];
    fflush(c->stream);
    dup2(c->saved, fileno(c->stream));
    close(c->saved);
    rewind(c->file);
    text[fread(text, 1, sizeof text - 1, c->file)] = 0;
    fclose(c->file);
    return text;
}

#endif
