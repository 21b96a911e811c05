#include "tests/unit/crypto/each_provider.h"

#include <stdio.h>
#include <stdlib.h>

enum { TESTS_MAX = 64, NAME_MAX_LEN = 160 };

static int run_group(hs_provider *p, const struct CMUnitTest *tests, size_t n) {
    static char names[TESTS_MAX][NAME_MAX_LEN];
    static struct CMUnitTest named[TESTS_MAX];
    char group[64];
    if (n > TESTS_MAX)
        abort();
    for (size_t i = 0; i < n; i++) {
        named[i] = tests[i];
        snprintf(names[i], sizeof names[i], "%s [%s]", tests[i].name, hs_provider_name(p));
        named[i].name = names[i];
        named[i].initial_state = p;
    }
    snprintf(group, sizeof group, "%s %s", hs_provider_name(p), hs_provider_version(p));
    return _cmocka_run_group_tests(group, named, n, NULL, NULL);
}

int hs__each_provider(const struct CMUnitTest *tests, size_t n) {
    int failed = 0;
    for (const char *const *name = hs_provider_names(); *name; name++) {
        hs_provider *p;
        hs_status st = hs_provider_new(*name, &p);
        if (st) {
            fprintf(stderr, "%s: %s\n", *name, hs_status_text(st));
            return 1;
        }
        failed += run_group(p, tests, n);
        hs_provider_unref(p);
    }
    return failed;
}
