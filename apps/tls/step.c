#include "apps/tls/step.h"

#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const char PROMPT[] = "         -- any key goes on, q runs to the end --";

/* Lines of the first level have a time, or without times a mark: spec/trace.md. */
static bool is_step(const hs__step *step, const char *text, size_t n) {
    static const char MARKS[] = "-> <- == ## ok !! --";
    char mark[3] = "";
    if (!step->no_time)
        return n > 9 && isdigit((unsigned char)text[7]);
    if (n < 3 || text[2] != ' ')
        return false;
    memcpy(mark, text, 2);
    return mark[0] != ' ' && strstr(MARKS, mark);
}

/* false: the end, an error, or a signal, which somebody else answers. */
static bool read_key(char *key) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&input, 1, -1) == 1 && read(STDIN_FILENO, key, 1) == 1;
}

static bool wait_for_line(void) {
    char c = 0;
    while (c != '\n')
        if (!read_key(&c))
            return false;
    return true;
}

static bool wait_for_key(void) {
    struct termios before, raw;
    char key = 0;
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    fputs(PROMPT, stderr);
    fflush(stderr);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    bool goes_on = read_key(&key);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    fprintf(stderr, "\r%*s\r", (int)(sizeof PROMPT - 1), "");
    fflush(stderr);
    return goes_on && key != 'q' && key != 'Q';
}

void hs__step_before(hs__step *step, const char *text, size_t n) {
    if (step->runs_on || !is_step(step, text, n))
        return;
    if (step->has_begun)
        step->runs_on = isatty(STDIN_FILENO) ? !wait_for_key() : !wait_for_line();
    step->has_begun = true;
}
