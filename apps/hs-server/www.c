/* --www: the files below a folder. A path is walked name by name and no symbolic link is followed,
 * so there is no way out of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "apps/common/say.h"
#include "apps/hs-server/server.h"

enum { PATH_ROOM = 4096 };

static const struct {
    const char *ending, *type;
} TYPES[] = {
    {"html", "text/html; charset=utf-8"},
    {"htm", "text/html; charset=utf-8"},
    {"txt", "text/plain; charset=utf-8"},
    {"md", "text/plain; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"jsonl", "application/jsonl"},
    {"xml", "application/xml"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"ico", "image/vnd.microsoft.icon"},
    {"woff2", "font/woff2"},
    {"wasm", "application/wasm"},
    {"pdf", "application/pdf"},
    {"pem", "application/x-pem-file"},
    {"crl", "application/pkix-crl"},
};

static const char *type_of(const char *path) {
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof TYPES / sizeof *TYPES; i++)
        if (strcasecmp(dot + 1, TYPES[i].ending) == 0)
            return TYPES[i].type;
    return "application/octet-stream";
}

/* ---- the path ---------------------------------------------------------------------------- */
static int hex(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Without the query and with %XX replaced; false: not a path, or with a NUL in it. */
static bool decode(const char *url, char out[PATH_ROOM]) {
    size_t n = 0;
    if (*url != '/')
        return false;
    for (; *url && *url != '?' && *url != '#'; url++) {
        int c = (unsigned char)*url;
        if (c == '%') {
            int high = hex(url[1]), low = high >= 0 ? hex(url[2]) : -1;
            if (low < 0)
                return false;
            c = high * 16 + low;
            url += 2;
        }
        if (c == 0 || n + 1 >= PATH_ROOM)
            return false;
        out[n++] = (char)c;
    }
    out[n] = 0;
    return true;
}

/* Opens what `path` leads to below `root`; -1 with errno. `path` is taken apart. */
static int open_below(int root, char *path) {
    int fd = dup(root);
    char *save = NULL;
    for (char *name = strtok_r(path, "/", &save); name && fd >= 0;
         name = strtok_r(NULL, "/", &save)) {
        bool is_up = strcmp(name, "..") == 0;
        int next = is_up ? -1 : openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        int problem = is_up ? ENOENT : errno;
        close(fd);
        fd = next;
        errno = problem;
    }
    return fd;
}

/* ---- the answer -------------------------------------------------------------------------- */
static void fill_file(http_answer *a, int fd, const struct stat *st, const char *type) {
    char date[40];
    struct tm tm;
    gmtime_r(&st->st_mtime, &tm);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    *a = (http_answer){.status = 200, .file = fd, .length = (uint64_t)st->st_size};
    snprintf(a->head, sizeof a->head,
             "Content-Type: %s\r\nContent-Length: %lld\r\nLast-Modified: %s\r\n"
             "X-Content-Type-Options: nosniff\r\n",
             type, (long long)st->st_size, date);
}

static void not_found(http_answer *a) {
    http_answer_text(a, 404, "There is no such file here.\n");
}

/* Relative links of a folder's page need the slash at the end. */
static void move_to_slash(const char *url, http_answer *a) {
    size_t n = strcspn(url, "?#");
    if (n > 400 || strpbrk(url, "\r\n")) {
        not_found(a);
        return;
    }
    http_answer_text(a, 301, "It is a folder.\n");
    size_t at = strlen(a->head);
    /* "//host" would lead elsewhere. */
    while (url[0] == '/' && url[1] == '/' && n > 1) {
        url++;
        n--;
    }
    snprintf(a->head + at, sizeof a->head - at, "Location: %.*s/\r\n", (int)n, url);
}

void www_answer(const http_request *r, http_answer *a) {
    char path[PATH_ROOM], walked[PATH_ROOM];
    struct stat st;
    if (!decode(r->url, path)) {
        http_answer_text(a, 400, "That is not a path.\n");
        return;
    }
    size_t n = strlen(path);
    bool is_folder = path[n - 1] == '/';
    memcpy(walked, path, n + 1);
    int fd = open_below(r->c->app->root, walked);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && is_folder) {
        int page = openat(fd, "index.html", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        close(fd);
        fd = page;
        snprintf(path, sizeof path, "index.html");
        is_folder = false;
    }
    bool is_there = fd >= 0 && fstat(fd, &st) == 0;
    if (is_there && S_ISREG(st.st_mode) && !is_folder) {
        fill_file(a, fd, &st, type_of(path));
        return;
    }
    if (is_there && S_ISDIR(st.st_mode))
        move_to_slash(r->url, a);
    else
        not_found(a);
    if (fd >= 0)
        close(fd);
}

hs__exit www_open(server *app, hs__fault *fault) {
    app->root = open(app->a.www, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (app->root >= 0)
        return HS__EXIT_OK;
    return hs__fault_set(fault, HS__EXIT_INTERNAL, "--www=%s: %s", hs__safe(app->a.www),
                         strerror(errno));
}
