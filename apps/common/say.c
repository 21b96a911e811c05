#include "apps/common/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/common/json.h"
#include "pki/text.h"

/* What the command line asked for; set once, before any thread starts. */
static const char *program_name = "handshake";
static hs__common wishes;

void hs__say_setup(const char *name, const hs__common *common) {
    program_name = name;
    wishes = *common;
}

bool hs__wants_color(FILE *stream) {
    if (wishes.color != HS__COLOR_AUTO)
        return wishes.color == HS__COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if ((no_color && *no_color) || !term || strcmp(term, "dumb") == 0)
        return false;
    return isatty(fileno(stream)) == 1;
}

const char *hs__style_on(FILE *stream, hs__style style) {
    static const char *const CODES[] = {
        [HS__PLAIN] = "",       [HS__BOLD] = "\033[1m",   [HS__DIM] = "\033[2m",
        [HS__RED] = "\033[31m", [HS__GREEN] = "\033[32m", [HS__YELLOW] = "\033[33m",
        [HS__CYAN] = "\033[36m"};
    return hs__wants_color(stream) ? CODES[style] : "";
}

const char *hs__style_off(FILE *stream) {
    return hs__wants_color(stream) ? "\033[0m" : "";
}

/* One call of fprintf a line, so that lines of several threads do not mix. */
static void say(hs__style style, const char *label, const char *format, va_list args) {
    char text[2000];
    vsnprintf(text, sizeof text, format, args);
    fprintf(stderr, "%s: %s%s%s%s\n", program_name, hs__style_on(stderr, style), label,
            *label ? hs__style_off(stderr) : "", text);
}

void hs__say_error(const char *format, ...) {
    va_list args;
    va_start(args, format);
    say(HS__RED, "error: ", format, args);
    va_end(args);
}

void hs__say_warning(const char *format, ...) {
    if (wishes.quiet)
        return;
    va_list args;
    va_start(args, format);
    say(HS__YELLOW, "warning: ", format, args);
    va_end(args);
}

void hs__say_progress(const char *format, ...) {
    if (wishes.quiet)
        return;
    va_list args;
    va_start(args, format);
    say(HS__PLAIN, "", format, args);
    va_end(args);
}

hs__exit hs__say_fault(const hs__fault *fault) {
    hs__say_error("%s", fault->text);
    if (fault->hint[0])
        fprintf(stderr, "  %s%s%s\n", hs__style_on(stderr, HS__CYAN), fault->hint,
                hs__style_off(stderr));
    if (wishes.json)
        hs__json_line(stdout, json_pack("{s:b, s:i, s:o, s:o}", "ok", 0, "exit", (int)fault->code,
                                        "error", hs__json_string(fault->text), "hint",
                                        hs__json_string(fault->hint)));
    return fault->code;
}

hs__exit hs__say_end(hs__exit code) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (errno != EPIPE) /* a reader who has seen enough, as `| head`, needs no message */
        hs__say_error("the result could not be written to standard output: %s", strerror(errno));
    return code == HS__EXIT_OK ? HS__EXIT_INTERNAL : code;
}

const char *hs__safe(const char *text) {
    static _Thread_local char buffers[8][512];
    static _Thread_local unsigned next;
    char *out = buffers[next++ % 8];
    hs__text t;
    hs__text_init(&t, out, sizeof buffers[0]);
    hs__text_foreign(&t, (hs_span){(const uint8_t *)text, strlen(text)});
    return out;
}
