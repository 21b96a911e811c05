#include "cms/show.h"

#include "tests/unit/cms/cms_test.h"

/* What was told, and that it follows without a gap. */
typedef struct {
    uint64_t next;
    uint64_t content;
    size_t n_recipients;
    bool saw_nonce, saw_mac;
} told;

static void on_leaf(void *ctx, const hs__cms_leaf *leaf) {
    told *t = ctx;
    assert_int_equal(leaf->off, t->next);
    assert_true(leaf->n > 0 && leaf->path[0] != '\0');
    const bool is_cut = leaf->kind == HS__CMS_LEAF_CONTENT;
    assert_true(leaf->bytes.n == leaf->n || (is_cut && leaf->bytes.n <= HS__CMS_LEAF_BYTES));
    t->next += leaf->n;
    t->content += leaf->kind == HS__CMS_LEAF_CONTENT ? leaf->n : 0;
    t->saw_nonce = t->saw_nonce || strstr(leaf->path, "aes-nonce") != NULL;
    t->saw_mac = t->saw_mac || strstr(leaf->path, ".mac") != NULL;
}

static void on_recipient(void *ctx, const hs__cms_recipient *r) {
    told *t = ctx;
    assert_true(r->is_known && !r->is_mine);
    t->n_recipients++;
}

static told show(heap *message, hs_status want) {
    told t = {0};
    hs__cms_info info;
    const hs__cms_show_options o = {{heap_get, message}, on_leaf, on_recipient, &t};
    message->at = 0;
    assert_int_equal(hs__cms_show(provider(), &o, &info, NULL, NULL), want);
    return t;
}

static void leaves_cover_each_byte(void **state) {
    (void)state;
    static uint8_t page[40000];
    person rsa = person_new(HS__KEY_RSA, "CN=ralf");
    person ec = person_new(HS__KEY_P256, "CN=petra");
    for (unsigned how = 0; how < 2; how++) {
        const letter l = {.from = &ec,
                          .to = {&rsa, &ec},
                          .n_to = 2,
                          .is_ber = how,
                          .content = {page, sizeof(page)}};
        hs__cms_sealed sealed;
        heap m = seal(&l, &sealed);
        const told t = show(&m, HS_OK);
        assert_int_equal(t.next, m.n);
        assert_int_equal(t.content, sealed.signed_n);
        assert_int_equal(t.n_recipients, 2);
        assert_true(t.saw_nonce && t.saw_mac);
        for (m.n--; m.n > 0; m.n -= m.n > 99 ? 99 : m.n) {
            (void)show(&m, HS_E_CMS_TRUNCATED);
        }
        heap_free(&m);
    }
    person_free(&rsa);
    person_free(&ec);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_cover_each_byte),
    };
    return RUN(tests);
}
