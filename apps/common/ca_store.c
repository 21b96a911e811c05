#include "apps/common/ca_store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/common/ca.h"
#include "apps/common/say.h"

static const char PENDING[] = "pending.json", NEW[] = ".mini-ca-new", OLD[] = ".mini-ca-old";

enum { PENDING_LIMIT = 512 * 1024 * 1024, STAGED_PATH = HS__FILE_PATH + sizeof NEW };

/* ---- what is to be done, as it stands in pending.json ------------------------------------ */
/* {"index": TEXT or null, "files": [{"path", "mode", "force", "text"}]} */

static json_t *file_json(const hs__ca_file *file) {
    char folder[HS__FILE_PATH], whole[PATH_MAX];
    const char *slash = strrchr(file->path, '/'), *name = slash ? slash + 1 : file->path;
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - file->path) + 1 : 1,
             slash ? file->path : ".");
    /* Whoever finishes it may do so from another folder. */
    if (!realpath(folder, whole))
        return NULL;
    return json_pack("{s:o, s:i, s:b, s:s%}", "path",
                     json_sprintf("%s/%s", strcmp(whole, "/") ? whole : "", name), "mode",
                     (int)file->mode, "force", file->force, "text", (const char *)file->text.p,
                     file->text.n);
}

static const char *path_of(const json_t *file) {
    return hs__index_text(file, "path");
}

/* The file that a new one takes the place of, while that may still have to be undone. */
static const char *kept(const char *path, char out[STAGED_PATH]) {
    snprintf(out, STAGED_PATH, "%.*s%s", HS__FILE_PATH - 1, path, OLD);
    return out;
}

/* Where it is written before it gets its name; the lock makes this name ours. */
static const char *staged(const char *path, char out[STAGED_PATH]) {
    snprintf(out, STAGED_PATH, "%.*s%s", HS__FILE_PATH - 1, path, NEW);
    return out;
}

static bool has_content(const char *path, const char *text, size_t n) {
    hs__bytes there;
    hs__fault ignored;
    if (!hs__file_exists(path) || hs__file_read(path, PENDING_LIMIT, &there, &ignored))
        return false;
    bool same = there.n == n && memcmp(there.p, text, n) == 0;
    hs__bytes_free(&there);
    return same;
}

static bool is_done(const json_t *file) {
    const json_t *text = json_object_get(file, "text");
    return has_content(path_of(file), json_string_value(text), json_string_length(text));
}

/* ---- doing it ---------------------------------------------------------------------------- */
static hs__exit stage_all(const json_t *files, hs__fault *fault) {
    size_t i;
    const json_t *file;
    hs__exit code = HS__EXIT_OK;
    json_array_foreach(files, i, file) {
        char temporary[STAGED_PATH];
        const json_t *text = json_object_get(file, "text");
        hs_span data = {(const uint8_t *)json_string_value(text), json_string_length(text)};
        if (code == HS__EXIT_OK && !is_done(file))
            code = hs__file_stage(staged(path_of(file), temporary), path_of(file), data,
                                  (mode_t)json_integer_value(json_object_get(file, "mode")), fault);
    }
    return code;
}

/* A second name for what is there now, so that it can come back; notes where nothing was. */
static void keep_old(json_t *file) {
    char old[STAGED_PATH];
    unlink(kept(path_of(file), old));
    if (link(path_of(file), old) != 0 && errno == ENOENT)
        json_object_set_new(file, "is_new", json_true());
}

/* How many have got their names; on a fault those are not all. */
static size_t settle_all(const json_t *files, hs__exit *code, hs__fault *fault) {
    size_t i;
    json_t *file;
    *code = HS__EXIT_OK;
    json_array_foreach(files, i, file) {
        char temporary[STAGED_PATH];
        bool force = json_is_true(json_object_get(file, "force"));
        if (is_done(file))
            continue;
        keep_old(file);
        *code = hs__file_settle(staged(path_of(file), temporary), path_of(file), force, fault);
        if (*code)
            return i;
    }
    return i;
}

/* Names that were in use on the way. */
static void clean_up(const json_t *files) {
    size_t i;
    const json_t *file;
    json_array_foreach(files, i, file) {
        char name[STAGED_PATH];
        unlink(staged(path_of(file), name));
        unlink(kept(path_of(file), name));
    }
}

/* Puts back what the first n files have taken the place of. */
static void undo(const json_t *files, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char old[STAGED_PATH];
        const json_t *file = json_array_get(files, i);
        if (json_is_true(json_object_get(file, "is_new")) && is_done(file))
            unlink(path_of(file));
        else
            (void)rename(kept(path_of(file), old), path_of(file));
    }
}

/* The index as it will be, beside its place. "" in `temporary`: it stays as it is. */
static hs__exit stage_index(const char *folder, const json_t *pending, char temporary[STAGED_PATH],
                            hs__fault *fault) {
    char path[HS__FILE_PATH];
    const json_t *text = json_object_get(pending, "index");
    hs_span data = {(const uint8_t *)json_string_value(text), json_string_length(text)};
    hs__ca_path(folder, "index.jsonl", path);
    temporary[0] = 0;
    if (!data.p || has_content(path, (const char *)data.p, data.n))
        return HS__EXIT_OK;
    return hs__file_stage(staged(path, temporary), path, data, 0600, fault);
}

static hs__exit settle_index(const char *folder, const char *temporary, hs__fault *fault) {
    char path[HS__FILE_PATH];
    if (!*temporary)
        return HS__EXIT_OK;
    hs__exit code =
        hs__file_settle(temporary, hs__ca_path(folder, "index.jsonl", path), true, fault);
    if (code)
        unlink(temporary);
    return code;
}

static void forget(const char *folder) {
    char path[HS__FILE_PATH];
    unlink(hs__ca_path(folder, PENDING, path));
}

/* Once it is written down: all is written beside its place, then files get their names, then the
 * index. What cannot be done is undone. */
static hs__exit apply(const char *folder, const json_t *pending, hs__fault *fault) {
    const json_t *files = json_object_get(pending, "files");
    char index[STAGED_PATH] = "";
    size_t settled = 0;
    hs__exit code = stage_all(files, fault);
    if (code == HS__EXIT_OK)
        code = stage_index(folder, pending, index, fault);
    if (code == HS__EXIT_OK)
        settled = settle_all(files, &code, fault);
    if (code == HS__EXIT_OK)
        code = settle_index(folder, index, fault);
    if (code) {
        undo(files, settled);
        if (*index)
            unlink(index);
    }
    clean_up(files);
    forget(folder);
    return code;
}

/* ---- finishing what was interrupted ------------------------------------------------------ */
/* The certificate is in the index from then on, whatever becomes of the files: somebody may have
 * taken their folder away meanwhile, which must not stop the CA for ever. */
static hs__exit finish(const char *folder, const json_t *pending, hs__fault *fault) {
    const json_t *files = json_object_get(pending, "files");
    hs__fault about_files = {0};
    hs__exit files_code = stage_all(files, &about_files);
    if (files_code == HS__EXIT_OK)
        (void)settle_all(files, &files_code, &about_files);
    char index[STAGED_PATH];
    hs__exit code = stage_index(folder, pending, index, fault);
    if (code == HS__EXIT_OK)
        code = settle_index(folder, index, fault);
    if (code)
        return code;
    clean_up(files);
    forget(folder);
    if (files_code)
        hs__say_warning("an interrupted run could be finished in part only: %s; the certificate "
                        "is in the index: mini-ca list, mini-ca export",
                        about_files.text);
    else
        hs__say_warning("finished what an interrupted run had begun in %s", hs__safe(folder));
    return HS__EXIT_OK;
}

static hs__exit recover(const char *folder, hs__fault *fault) {
    char path[HS__FILE_PATH], temporary[STAGED_PATH];
    hs__bytes text;
    hs__ca_path(folder, PENDING, path);
    /* Was not written to its end: it never counted. */
    unlink(staged(path, temporary));
    if (!hs__file_exists(path)) {
        hs__ca_path(folder, "index.jsonl", path);
        unlink(staged(path, temporary));
        return HS__EXIT_OK;
    }
    hs__exit code = hs__file_read(path, PENDING_LIMIT, &text, fault);
    if (code)
        return code;
    json_t *pending = json_loadb((const char *)text.p, text.n, 0, NULL);
    hs__bytes_free(&text);
    if (json_is_array(json_object_get(pending, "files"))) {
        code = finish(folder, pending, fault);
    } else {
        hs__fault_set(fault, HS__EXIT_INTERNAL, "%s is not as mini-ca wrote it", hs__safe(path));
        code = hs__hint(fault, "look at it, take it away, then: mini-ca -C %s doctor",
                        hs__safe(folder));
    }
    json_decref(pending);
    return code;
}

const char *hs__store_unfinished(const char *folder, char out[HS__STORE_TEXT]) {
    static const char *const FILES[] = {"pending.json", "pending.json.mini-ca-new",
                                        "index.jsonl.mini-ca-new"};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        char path[HS__FILE_PATH];
        if (!hs__file_exists(hs__ca_path(folder, FILES[i], path)))
            continue;
        snprintf(out, HS__STORE_TEXT, "%s is there: a run was interrupted, %s", FILES[i],
                 i == 0 ? "and is to be finished" : "before anything had changed");
        return out;
    }
    return NULL;
}

/* ---- the store --------------------------------------------------------------------------- */
hs__exit hs__store_open(const hs_provider *provider, const char *folder, hs__ca_store *out,
                        hs__fault *fault) {
    *out = (hs__ca_store){.provider = provider, .lock = -1, .events = json_array()};
    snprintf(out->folder, sizeof out->folder, "%s", folder);
    out->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (out->lock < 0 || flock(out->lock, LOCK_EX) != 0)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "cannot lock the CA's folder %s: %s",
                             hs__safe(folder), strerror(errno));
    hs__exit code = recover(folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__index_read(provider, folder, &out->index, fault);
    if (code == HS__EXIT_OK && json_array_size(out->index.faults) > 0)
        hs__say_warning("%s/index.jsonl is damaged: mini-ca -C %s doctor says more",
                        hs__safe(folder), hs__safe(folder));
    return code;
}

void hs__store_close(hs__ca_store *store) {
    if (!store->provider)
        return;
    if (store->lock >= 0)
        close(store->lock);
    hs__index_free(&store->index);
    json_decref(store->events);
    *store = (hs__ca_store){.lock = -1};
}

hs__exit hs__store_add(hs__ca_store *store, json_t *event, hs__fault *fault) {
    if (event && json_array_append_new(store->events, event) == 0)
        return HS__EXIT_OK;
    return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
}

/* The whole change as JSON; `text` is the index as it will be. */
static hs__exit describe(const hs__ca_store *store, const hs__ca_file *files, size_t n,
                         const hs__bytes *text, json_t **out, hs__fault *fault) {
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        errno = EINVAL;
        json_t *file = file_json(&files[i]);
        if (file && json_array_append_new(list, file) == 0)
            continue;
        json_decref(list);
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "cannot write %s: %s",
                             hs__safe(files[i].path), strerror(errno));
    }
    json_t *index = json_array_size(store->events) > 0
                        ? json_stringn((const char *)text->p, text->n)
                        : json_null();
    *out = json_pack("{s:o, s:o}", "index", index, "files", list);
    return *out ? HS__EXIT_OK
                : hs__fault_set(fault, HS__EXIT_INTERNAL, "the index is not UTF-8 any more");
}

static hs__exit write_down(const hs__ca_store *store, const json_t *pending, hs__fault *fault) {
    char path[HS__FILE_PATH], temporary[STAGED_PATH];
    char *text = json_dumps(pending, JSON_INDENT(1));
    if (!text)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    size_t n = strlen(text);
    hs__ca_path(store->folder, PENDING, path);
    staged(path, temporary);
    hs__exit code =
        hs__file_stage(temporary, path, (hs_span){(const uint8_t *)text, n}, 0600, fault);
    if (code == HS__EXIT_OK)
        code = hs__file_settle(temporary, path, true, fault);
    if (code)
        unlink(temporary);
    hs__wipe(text, n); /* keys are in it */
    free(text);
    return code;
}

static hs__exit check_files(const hs__ca_file *files, size_t n, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    for (size_t i = 0; i < n && !code; i++)
        code = hs__file_may_write(files[i].path, files[i].force, fault);
    return code;
}

hs__exit hs__store_commit(hs__ca_store *store, const hs__ca_file *files, size_t n,
                          hs__fault *fault) {
    hs__bytes text = {0};
    json_t *pending = NULL;
    if (store->is_spent)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "a change of the CA was done already");
    hs__exit code = check_files(files, n, fault);
    if (code == HS__EXIT_OK)
        code = hs__index_extend(store->provider, &store->index, store->events, &text, fault);
    if (code == HS__EXIT_OK)
        code = describe(store, files, n, &text, &pending, fault);
    /* One effect alone is all or nothing by itself. */
    if (code == HS__EXIT_OK && n > 0)
        code = write_down(store, pending, fault);
    if (code == HS__EXIT_OK)
        code = apply(store->folder, pending, fault);
    store->is_spent = code == HS__EXIT_OK;
    json_decref(pending);
    hs__bytes_free(&text);
    return code;
}
