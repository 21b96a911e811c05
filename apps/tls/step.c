#include "apps/tls/step.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
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

/* ---- waiting, which Ctrl-C ends: whoever waits for SIGINT by the loop is told afterwards --- */
typedef struct {
    struct sigaction before;
    bool was_interrupted;
} interrupts;

static int wake[2];

static void on_interrupt(int number) {
    char byte = (char)number;
    (void)!write(wake[1], &byte, 1);
}

static bool interrupts_watch(interrupts *i) {
    const struct sigaction own = {.sa_handler = on_interrupt};
    *i = (interrupts){0};
    if (pipe2(wake, O_CLOEXEC) != 0)
        return false;
    sigaction(SIGINT, &own, &i->before);
    return true;
}

static void interrupts_leave(interrupts *i) {
    sigaction(SIGINT, &i->before, NULL);
    close(wake[0]);
    close(wake[1]);
    if (i->was_interrupted)
        raise(SIGINT);
}

/* false: the end, an error, or an interrupt. */
static bool read_key(interrupts *i, char *key) {
    struct pollfd from[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = wake[0], .events = POLLIN}};
    int n = poll(from, 2, -1);
    while (n < 0 && errno == EINTR)
        n = poll(from, 2, -1);
    i->was_interrupted = n > 0 && from[1].revents != 0;
    return n > 0 && !i->was_interrupted && read(STDIN_FILENO, key, 1) == 1;
}

static bool wait_for_line(interrupts *i) {
    char c = 0;
    while (c != '\n')
        if (!read_key(i, &c))
            return false;
    return true;
}

static bool wait_for_key(interrupts *i) {
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
    bool goes_on = read_key(i, &key);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    fprintf(stderr, "\r%*s\r", (int)(sizeof PROMPT - 1), "");
    fflush(stderr);
    return goes_on && key != 'q' && key != 'Q';
}

static bool wait_for_person(hs__step *step) {
    interrupts i;
    if (!interrupts_watch(&i))
        return false;
    bool goes_on = isatty(STDIN_FILENO) ? wait_for_key(&i) : wait_for_line(&i);
    step->was_interrupted = i.was_interrupted;
    interrupts_leave(&i);
    return goes_on;
}

void hs__step_before(hs__step *step, const char *text, size_t n) {
    if (step->runs_on || !is_step(step, text, n))
        return;
    if (step->has_begun)
        step->runs_on = !wait_for_person(step);
    step->has_begun = true;
}
