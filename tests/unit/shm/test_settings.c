#include "shm/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/shm/shm_test.h"

static char path[64];

/* A settings file with this text, for the next read; the environment is empty. */
static void put_file(const char *text) {
    shm_fixture unused;
    shm_name(&unused);
    snprintf(path, sizeof path, "/tmp/hs-test-%ld.conf", (long)getpid());
    FILE *const f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static int remove_file(void **state) {
    (void)state;
    unlink(path);
    return 0;
}

static hs_status get(hs_keys_options o, hs__shm_settings *out, hs_keys_error *error) {
    o.size = sizeof o;
    if (!o.config_file)
        o.config_file = path;
    return hs__shm_settings_read(&o, out, error);
}

static void without_a_word_there_are_defaults(void **state) {
    (void)state;
    hs__shm_settings s;
    hs_keys_error error;
    put_file("");
    assert_int_equal(get((hs_keys_options){.write = true}, &s, &error), HS_OK);
    assert_string_equal(s.name, "/handshake-keys");
    assert_int_equal(s.slots, 1024);
    assert_false(s.has_slots || s.has_group || s.has_owner);
    assert_int_equal(s.owner, geteuid());
}

static void the_file_is_heard_then_the_environment_then_the_options(void **state) {
    (void)state;
    hs__shm_settings s;
    hs_keys_error error;
    put_file("# ours\n\n  name = /file # or so\nslots=7\ngroup = 12\n");
    assert_int_equal(get((hs_keys_options){.write = true}, &s, &error), HS_OK);
    assert_string_equal(s.name, "/file");
    assert_true(s.has_slots && s.slots == 7 && s.has_group && s.group == 12);
    setenv("HS_KEYS_SHM", "/environment", 1);
    setenv("HS_KEYS_SLOTS", "8", 1);
    setenv("HS_KEYS_GROUP", "root", 1);
    assert_int_equal(get((hs_keys_options){.write = true}, &s, &error), HS_OK);
    assert_string_equal(s.name, "/environment");
    assert_true(s.slots == 8 && s.group == 0);
    const hs_keys_options o = {.write = true, .name = "/option", .slots = 9, .group = "13"};
    assert_int_equal(get(o, &s, &error), HS_OK);
    assert_string_equal(s.name, "/option");
    assert_true(s.slots == 9 && s.group == 13);
}

static void the_environment_names_the_file(void **state) {
    (void)state;
    hs__shm_settings s;
    hs_keys_error error;
    const hs_keys_options o = {.size = sizeof o};
    put_file("name = /named\nowner = root\n");
    setenv("HS_KEYS_CONFIG", path, 1);
    assert_int_equal(hs__shm_settings_read(&o, &s, &error), HS_OK);
    assert_string_equal(s.name, "/named");
    assert_true(s.has_owner && s.owner == 0);
    setenv("HS_KEYS_CONFIG", "/nowhere/keys.conf", 1); /* a named one has to be there */
    assert_int_equal(hs__shm_settings_read(&o, &s, &error), HS_E_IO);
    assert_non_null(strstr(error.text, "/nowhere/keys.conf"));
}

static void a_writer_looks_at_the_group_and_a_reader_at_the_owner(void **state) {
    (void)state;
    hs__shm_settings s;
    hs_keys_error error;
    put_file("group = no-such-group\nowner = no-such-user\n");
    assert_int_equal(get((hs_keys_options){.write = true}, &s, &error), HS_E_KEYS_SETTING);
    assert_non_null(strstr(error.text, "no-such-group"));
    assert_int_equal(get((hs_keys_options){.write = false}, &s, &error), HS_E_KEYS_SETTING);
    assert_non_null(strstr(error.text, "no-such-user"));
    assert_int_equal(get((hs_keys_options){.owner = "12"}, &s, &error), HS_OK);
    assert_int_equal(s.owner, 12);
    assert_false(s.has_group);
}

static void what_is_wrong_is_refused_and_said(void **state) {
    (void)state;
    const struct {
        const char *text, *said;
    } rows[] = {
        {"\nname /x\n", ".conf:2: not `name = value`"},
        {"size = 3\n", "`size` is none of"},
        {"name = x\n", "`x`"},
        {"name = /\n", "`/`"},
        {"name = /..\n", "`/..`"},
        {"name = /a/b\n", "`/a/b`"},
        {"slots = 0\n", "expected 1 to 65536"},
        {"slots = 65537\n", "expected 1 to"},
        {"slots = -1\n", "expected 1 to"},
        {"slots = 10 k\n", "expected 1 to"},
        {"slots = 99999999999999999999\n", "expected 1 to"},
        {"group = 4294967295\n", "no group"}, /* would mean: leave it as it is */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        hs__shm_settings s;
        hs_keys_error error;
        put_file(rows[i].text);
        assert_int_equal(get((hs_keys_options){.write = true}, &s, &error), HS_E_KEYS_SETTING);
        assert_int_equal(error.status, HS_E_KEYS_SETTING);
        assert_non_null(strstr(error.text, rows[i].said));
    }
}

static void a_value_longer_than_any_name_is_refused(void **state) {
    (void)state;
    hs__shm_settings s;
    hs_keys_error error;
    char name[300] = "/";
    put_file("");
    memset(name + 1, 'n', 254);
    assert_int_equal(get((hs_keys_options){.name = name}, &s, &error), HS_OK);
    assert_string_equal(s.name, name);
    name[255] = 'n';
    assert_int_equal(get((hs_keys_options){.name = name}, &s, &error), HS_E_KEYS_SETTING);
    setenv("HS_KEYS_SHM", name, 1);
    assert_int_equal(get((hs_keys_options){.slots = 1}, &s, &error), HS_E_KEYS_SETTING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_word_there_are_defaults),
        cmocka_unit_test(the_file_is_heard_then_the_environment_then_the_options),
        cmocka_unit_test(the_environment_names_the_file),
        cmocka_unit_test(a_writer_looks_at_the_group_and_a_reader_at_the_owner),
        cmocka_unit_test(what_is_wrong_is_refused_and_said),
        cmocka_unit_test(a_value_longer_than_any_name_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, remove_file);
}
