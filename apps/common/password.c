#include "apps/common/password.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "apps/common/say.h"
#include "apps/common/value.h"
#include "crypto/provider.h"

enum { PASSWORD_MAX = 1024 };

const char *hs__password_take_fd(const char *value, void *field) {
    uint64_t number;
    if (!hs__read_number(value, &number) || number > 65535)
        return "the number of an open descriptor";
    *(int *)field = (int)number;
    return NULL;
}

/* Reads up to the end of the first line, byte by byte: what follows belongs to others. */
static hs__exit read_line(int fd, const char *where, hs__bytes *out, hs__fault *fault) {
    *out = (hs__bytes){.p = calloc(1, PASSWORD_MAX + 1), .n = 0};
    if (!out->p)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    for (;;) {
        char c;
        ssize_t n = read(fd, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return hs__fault_set(fault, HS__EXIT_INTERNAL, "cannot read the password from %s: %s",
                                 where, strerror(errno));
        if (n == 0 || c == '\n')
            break;
        if (out->n == PASSWORD_MAX)
            return hs__fault_set(fault, HS__EXIT_INTERNAL,
                                 "the password in %s is longer than %d bytes", where, PASSWORD_MAX);
        out->p[out->n++] = (uint8_t)c;
    }
    if (out->n > 0 && out->p[out->n - 1] == '\r')
        out->p[--out->n] = 0;
    return HS__EXIT_OK;
}

static hs__exit from_file(const char *path, hs__bytes *out, hs__fault *fault) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "cannot read the password file %s: %s",
                             hs__safe(path), strerror(errno));
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0)
        hs__say_warning("others may read the password file %s; chmod 600 it", hs__safe(path));
    hs__exit code = read_line(fd, hs__safe(path), out, fault);
    close(fd);
    return code;
}

static hs__exit from_descriptor(int fd, hs__bytes *out, hs__fault *fault) {
    char where[32];
    snprintf(where, sizeof where, "descriptor %d", fd);
    return read_line(fd, where, out, fault);
}

/* ---- the terminal ------------------------------------------------------------------------ */
static int terminal = -1;
static struct termios before;

/* Echo comes back also when the user gives up with Ctrl-C. */
static void interrupted(int signal_number) {
    (void)signal_number;
    (void)tcsetattr(terminal, TCSANOW, &before);
    _exit(HS__EXIT_INTERRUPTED);
}

static hs__exit ask(const char *question, hs__bytes *out, hs__fault *fault) {
    struct sigaction on = {.sa_handler = interrupted}, old_int, old_term;
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    silent.c_lflag |= ECHONL;
    sigaction(SIGINT, &on, &old_int);
    sigaction(SIGTERM, &on, &old_term);
    hs__exit code;
    if (tcsetattr(terminal, TCSAFLUSH, &silent) == 0) {
        /* Asked only now: what is typed before the flush is lost. */
        dprintf(terminal, "%s: ", question);
        code = read_line(terminal, "the terminal", out, fault);
    } else {
        code = hs__fault_set(fault, HS__EXIT_INTERNAL, "cannot switch the terminal's echo off: %s",
                             strerror(errno));
    }
    (void)tcsetattr(terminal, TCSANOW, &before);
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGTERM, &old_term, NULL);
    return code;
}

static hs__exit ask_twice(hs__bytes *out, hs__fault *fault) {
    hs__bytes again = {0};
    hs__exit code = ask("The same again", &again, fault);
    bool same = code == HS__EXIT_OK && again.n == out->n && hs__ct_equal(again.p, out->p, out->n);
    hs__bytes_free(&again);
    if (code == HS__EXIT_OK && !same)
        code =
            hs__fault_set(fault, HS__EXIT_PASSWORD, "the two passwords differ; nothing was done");
    return code;
}

static hs__exit from_terminal(const char *what, bool is_new, hs__bytes *out, hs__fault *fault) {
    char question[600];
    terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0 || tcgetattr(terminal, &before) != 0) {
        hs__fault_set(fault, HS__EXIT_PASSWORD,
                      "%s needs a password and there is no terminal to ask on", what);
        hs__hint(fault, "give --password-file=F or --password-fd=N");
    } else {
        snprintf(question, sizeof question, is_new ? "New password for %s" : "Password for %s",
                 what);
        fault->code = ask(question, out, fault);
        if (fault->code == HS__EXIT_OK && is_new)
            fault->code = ask_twice(out, fault);
    }
    if (terminal >= 0)
        close(terminal);
    terminal = -1;
    return fault->code;
}

hs__exit hs__password_get(const hs__password_source *source, const char *what, bool is_new,
                          hs__bytes *out, hs__fault *fault) {
    hs__exit code;
    *out = (hs__bytes){0};
    if (source->file)
        code = from_file(source->file, out, fault);
    else if (source->fd >= 0)
        code = from_descriptor(source->fd, out, fault);
    else
        code = from_terminal(what, is_new, out, fault);
    if (code == HS__EXIT_OK && is_new && out->n == 0)
        code = hs__fault_set(fault, HS__EXIT_PASSWORD, "the password for %s is empty", what);
    if (code)
        hs__bytes_free(out);
    return code;
}
