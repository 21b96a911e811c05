/* docs/examples/read_key.c, run as anybody would: its path is the argument. */
#include "tests/unit/shm/shm_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static const char *program;

/* Runs it and gives its exit code; all that it says is in `said`. */
static int run(const char *arguments, char *said, size_t size) {
    char command[1024];
    snprintf(command, sizeof command, "'%s' %s 2>&1", program, arguments);
    FILE *const f = popen(command, "r");
    assert_non_null(f);
    said[fread(said, 1, size - 1, f)] = '\0';
    return WEXITSTATUS(pclose(f));
}

static void it_uses_the_key_in_force_and_no_other(void **state) {
    (void)state;
    shm_fixture f;
    char said[512];
    const hs_shared_key key = shm_key("branch-1", "center", 17);
    shm_new(&f, 4);
    setenv("HS_KEYS_SHM", f.name, 1);
    assert_int_equal(run("branch-1 center", said, sizeof said), 1);
    assert_string_equal(said, "no such key in the shared memory\n");
    assert_int_equal(hs_keys_put(f.writer, &key), HS_OK);
    assert_int_equal(run("branch-1 center", said, sizeof said), 0);
    assert_string_equal(said, "key 17 of branch-1 and center: 62 bytes\n");
    assert_int_equal(run("branch-1 center 1", said, sizeof said), 0);
    assert_string_equal(said, "key 17 of branch-1 and center: 62 bytes\n"
                              "key 17 of branch-1 and center: 62 bytes\n");
    assert_int_equal(hs_keys_revoke(f.writer, "center", 17, 1), HS_OK);
    assert_int_equal(run("branch-1 center", said, sizeof said), 1);
    assert_string_equal(said, "the key was revoked\n");
    shm_free(&f);
    assert_int_equal(run("branch-1 center", said, sizeof said), 2);
    assert_non_null(strstr(said, "there is no shared memory of keys under this name"));
    unsetenv("HS_KEYS_SHM");
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_uses_the_key_in_force_and_no_other),
    };
    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
