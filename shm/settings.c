#include "shm/settings.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_FILE  "/etc/handshake/keys.conf"
#define DEFAULT_NAME "/handshake-keys"

enum { VALUE_SIZE = 256, DEFAULT_SLOTS = 1024 };

/* Settings as text; "" where nobody said anything. */
typedef enum { NAME, SLOTS, GROUP, OWNER, SETTINGS } setting;
typedef char values[SETTINGS][VALUE_SIZE];

static const struct {
    const char *key, *variable;
} rows[SETTINGS] = {
    [NAME] = {"name", "HS_KEYS_SHM"},
    [SLOTS] = {"slots", "HS_KEYS_SLOTS"},
    [GROUP] = {"group", "HS_KEYS_GROUP"},
    [OWNER] = {"owner", "HS_KEYS_OWNER"},
};

hs_status hs__shm_fail(hs_keys_error *error, hs_status status, int os_error, const char *format,
                       ...) {
    va_list args;
    error->status = status;
    error->os_error = os_error;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    const size_t n = strlen(error->text);
    if (os_error != 0)
        snprintf(error->text + n, sizeof error->text - n, ": %s", strerror(os_error));
    return status;
}

/* ---- the three places ------------------------------------------------------------------------ */
static hs_status keep(values v, setting s, const char *text, const char *from,
                      hs_keys_error *error) {
    if (!text || !*text)
        return HS_OK;
    if (strlen(text) >= VALUE_SIZE)
        return hs__shm_fail(error, HS_E_KEYS_SETTING, 0, "%s: %s is longer than %d bytes", from,
                            rows[s].key, VALUE_SIZE - 1);
    strcpy(v[s], text);
    return HS_OK;
}

static char *trim(char *text) {
    while (isspace((unsigned char)*text))
        text++;
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return text;
}

static hs_status take_line(values v, char *line, const char *where, hs_keys_error *error) {
    line[strcspn(line, "#")] = '\0';
    char *const key = trim(line);
    if (*key == '\0')
        return HS_OK;
    char *const equals = strchr(key, '=');
    if (!equals)
        return hs__shm_fail(error, HS_E_KEYS_SETTING, 0, "%s: not `name = value`", where);
    *equals = '\0';
    const char *const name = trim(key);
    for (setting s = 0; s < SETTINGS; s++) {
        if (strcmp(name, rows[s].key) == 0)
            return keep(v, s, trim(equals + 1), where, error);
    }
    return hs__shm_fail(error, HS_E_KEYS_SETTING, 0,
                        "%s: `%.40s` is none of name, slots, group, owner", where, name);
}

static hs_status take_file(values v, const char *path, bool may_miss, hs_keys_error *error) {
    FILE *const f = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    hs_status st = HS_OK;
    if (!f && may_miss && errno == ENOENT)
        return HS_OK;
    if (!f)
        return hs__shm_fail(error, HS_E_IO, errno, "%.200s", path);
    for (int number = 1; !st && getline(&line, &size, f) >= 0; number++) {
        char where[VALUE_SIZE];
        snprintf(where, sizeof where, "%.200s:%d", path, number);
        st = take_line(v, line, where, error);
    }
    if (!st && ferror(f))
        st = hs__shm_fail(error, HS_E_IO, errno, "%.200s", path);
    free(line);
    fclose(f);
    return st;
}

/* Each place has its say over the one before it. */
static hs_status collect(values v, const hs_keys_options *o, hs_keys_error *error) {
    const char *file = o->config_file ? o->config_file : secure_getenv("HS_KEYS_CONFIG");
    const bool is_named = file && *file;
    hs_status st = take_file(v, is_named ? file : SYSTEM_FILE, !is_named, error);
    for (setting s = 0; !st && s < SETTINGS; s++)
        st = keep(v, s, secure_getenv(rows[s].variable), rows[s].variable, error);
    const char *const given[SETTINGS] = {[NAME] = o->name, [GROUP] = o->group, [OWNER] = o->owner};
    for (setting s = 0; !st && s < SETTINGS; s++)
        st = keep(v, s, given[s], "options", error);
    if (o->slots != 0)
        snprintf(v[SLOTS], VALUE_SIZE, "%lu", (unsigned long)o->slots);
    return st;
}

/* ---- from text to what it means -------------------------------------------------------------- */
static bool number_of(const char *text, unsigned long most, unsigned long *out) {
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    *out = strtoul(text, &end, 10);
    return *end == '\0' && errno == 0 && *out <= most;
}

static hs_status name_of(const char *text, char out[256], hs_keys_error *error) {
    const char *const name = *text ? text : DEFAULT_NAME;
    /* "/." and "/.." would be folders. */
    if (name[0] != '/' || name[1] == '\0' || strchr(name + 1, '/') || strcmp(name, "/.") == 0 ||
        strcmp(name, "/..") == 0)
        return hs__shm_fail(error, HS_E_KEYS_SETTING, 0,
                            "name `%.200s`: it is a '/' and then a name without '/'", name);
    snprintf(out, 256, "%s", name);
    return HS_OK;
}

static hs_status slots_of(const char *text, hs__shm_settings *out, hs_keys_error *error) {
    unsigned long n = DEFAULT_SLOTS;
    out->has_slots = *text != '\0';
    if (out->has_slots && (!number_of(text, HS_KEYS_SLOTS_MAX, &n) || n == 0))
        return hs__shm_fail(error, HS_E_KEYS_SETTING, 0, "slots `%.40s`: expected 1 to %d", text,
                            HS_KEYS_SLOTS_MAX);
    out->slots = (uint32_t)n;
    return HS_OK;
}

static hs_status group_of(const char *text, hs__shm_settings *out, hs_keys_error *error) {
    unsigned long number;
    out->has_group = *text != '\0';
    if (!out->has_group)
        return HS_OK;
    const struct group *const g = getgrnam(text);
    if (g)
        out->group = g->gr_gid;
    else if (number_of(text, (gid_t)-1 - 1ul, &number))
        out->group = (gid_t)number;
    else
        return hs__shm_fail(error, HS_E_KEYS_SETTING, 0, "no group `%.80s`", text);
    return HS_OK;
}

static hs_status owner_of(const char *text, hs__shm_settings *out, hs_keys_error *error) {
    unsigned long number;
    out->has_owner = *text != '\0';
    out->owner = geteuid();
    if (!out->has_owner)
        return HS_OK;
    const struct passwd *const p = getpwnam(text);
    if (p)
        out->owner = p->pw_uid;
    else if (number_of(text, (uid_t)-1 - 1ul, &number))
        out->owner = (uid_t)number;
    else
        return hs__shm_fail(error, HS_E_KEYS_SETTING, 0, "no user `%.80s`", text);
    return HS_OK;
}

hs_status hs__shm_settings_read(const hs_keys_options *o, hs__shm_settings *out,
                                hs_keys_error *error) {
    values v = {{0}};
    memset(out, 0, sizeof *out);
    hs_status st = collect(v, o, error);
    if (!st)
        st = name_of(v[NAME], out->name, error);
    if (!st)
        st = slots_of(v[SLOTS], out, error);
    /* A writer's memory is its own; which group may read is for the writer to say. */
    if (!st)
        st = group_of(o->write ? v[GROUP] : "", out, error);
    if (!st)
        st = owner_of(o->write ? "" : v[OWNER], out, error);
    return st;
}
