#include "pki/extension.h"

#include "tests/unit/pki/pki_test.h"

/* What the reader below was asked about. */
typedef struct {
    hs__oid seen[8];
    bool critical[8];
    size_t n;
} notes;

/* Knows subjectKeyIdentifier only. */
static bool read_one(void *ctx, hs__oid id, bool is_critical, hs__rd *value) {
    notes *out = ctx;
    out->seen[out->n] = id;
    out->critical[out->n++] = is_critical;
    if (id != HS__OID_SUBJECT_KEY_ID) {
        return false;
    }
    (void)hs__der_value(value, NULL, HS__DER_OCTET_STRING);
    return true;
}

static hs_status read_list(const char *hex, notes *out, hs__cert_extension_list *list,
                           hs__rd_root *root) {
    static bytes b; /* the list points into it */
    hs__rd r;
    b = unhex(hex);
    *out = (notes){.n = 0};
    hs__rd_init(&r, root, of(&b), NULL, NULL);
    hs__cert_extension_list_read(&r, "extensions", read_one, out, list);
    hs__rd_done(&r);
    return root->status;
}

/* subjectKeyIdentifier 01; keyUsage, critical; 1.2.3, critical */
#define KEY_ID  "30 0a 06 03 55 1d 0e 04 03 04 01 01"
#define USAGE   "30 0d 06 03 55 1d 0f 01 01 ff 04 03 03 01 00"
#define UNKNOWN "30 0b 06 02 2a 03 01 01 ff 04 02 05 00"

static void each_is_offered_to_the_reader(void **state) {
    (void)state;
    hs__cert_extension_list list;
    hs__rd_root root;
    notes n;
    assert_ok(read_list("30 28" KEY_ID USAGE UNKNOWN, &n, &list, &root));
    assert_int_equal(n.n, 3);
    assert_int_equal(n.seen[0], HS__OID_SUBJECT_KEY_ID);
    assert_int_equal(n.seen[1], HS__OID_KEY_USAGE);
    assert_int_equal(n.seen[2], HS__OID_UNKNOWN);
    assert_true(!n.critical[0] && n.critical[1] && n.critical[2]);
    /* The first critical one without a reader is told, all are counted. */
    assert_int_equal(list.n_unknown_critical, 2);
    assert_int_equal(hs__oid_find(list.unknown_critical), HS__OID_KEY_USAGE);
}

static void a_list_can_be_walked_over(void **state) {
    (void)state;
    hs__cert_extension_list list;
    hs__cert_extension e;
    hs__rd_root root;
    notes n;
    assert_ok(read_list("30 28" KEY_ID USAGE UNKNOWN, &n, &list, &root));
    hs_span rest = list.all;
    assert_true(hs__cert_extension_next(&rest, &e));
    assert_true(e.id == HS__OID_SUBJECT_KEY_ID && !e.is_critical && e.value.n == 3);
    assert_true(hs__cert_extension_next(&rest, &e));
    assert_true(e.id == HS__OID_KEY_USAGE && e.is_critical && e.value.n == 3);
    assert_true(hs__cert_extension_next(&rest, &e));
    assert_true(e.id == HS__OID_UNKNOWN && e.oid.n == 2);
    assert_false(hs__cert_extension_next(&rest, &e));
}

static void faults_have_their_place(void **state) {
    (void)state;
    static const struct {
        const char *hex, *where;
    } cases[] = {
        {"30 00", "extensions"},
        {"30 18" KEY_ID KEY_ID, "extensions[1].extnID"},
        /* critical FALSE is the default, which DER leaves out */
        {"30 0f 30 0d 06 03 55 1d 0e 01 01 00 04 03 04 01 01", "extensions[0].critical"},
        {"30 0e 30 0c 06 03 55 1d 0e 04 05 04 01 01 05 00",
         "extensions[0].extnValue[subjectKeyIdentifier]"},
        {"30 07 30 05 06 03 55 1d 0e", "extensions[0].extnValue"},
        {"30 08 30 06 04 02 2a 03 05 00", "extensions[0].extnID"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        hs__cert_extension_list list;
        hs__rd_root root;
        notes n;
        assert_int_not_equal(read_list(cases[i].hex, &n, &list, &root), HS_OK);
        assert_string_equal(root.where, cases[i].where);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_offered_to_the_reader),
        cmocka_unit_test(a_list_can_be_walked_over),
        cmocka_unit_test(faults_have_their_place),
    };
    return RUN(tests);
}
