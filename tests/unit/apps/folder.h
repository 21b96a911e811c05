/* folder.h - a folder of its own for each test, gone when it ends. */
#ifndef HS_TESTS_FOLDER_H
#define HS_TESTS_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline int folder_remove_one(const char *path, const struct stat *st, int flag,
                                    struct FTW *ftw) {
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

/* cmocka setup: makes a folder, goes there; *state is its path. */
static inline int folder_make(void **state) {
    static char path[64];
    snprintf(path, sizeof path, "/tmp/hs-test-XXXXXX");
    *state = mkdtemp(path);
    return *state && chdir(path) == 0 ? 0 : -1;
}

static inline int folder_remove(void **state) {
    return chdir("/") || nftw(*state, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
