#include <stdio.h>
#include <string.h>

#include "apps/mini-ca/show.h"

/* "ECDSA P-256", and the id that its certificates carry as subjectKeyIdentifier. */
static hs__exit describe_key(const hs_provider *p, const hs__private_key *key, char *kind,
                             size_t room, char *id, hs__fault *fault) {
    hs__public_numbers numbers;
    uint8_t bytes[HS__KEY_ID];
    hs_status st = p->key_public(p, key, &numbers);
    if (st == HS_OK)
        st = hs__spki_key_id(p, &numbers, bytes);
    if (st)
        return hs__fail_status(fault, st, "the private key");
    if (numbers.n.n > 0)
        snprintf(kind, room, "RSA %u", hs__public_bits(&numbers));
    else
        snprintf(kind, room, "%s", hs__key_type_name(numbers.type));
    hs__hex((hs_span){bytes, sizeof bytes}, id, 2 * HS__KEY_ID + 1);
    return HS__EXIT_OK;
}

hs__exit show_key(const show *sh, hs_span text, hs__fault *fault) {
    const hs_provider *p = sh->provider;
    const hs__password_source *source = sh->password;
    char kind[64] = "encrypted", id[2 * HS__KEY_ID + 1] = "";
    hs__bytes password = {0};
    hs__private_key *key = NULL;
    hs__exit code = HS__EXIT_OK;
    hs_status st = p->key_load(p, text, (hs_span){NULL, 0}, &key);
    bool is_encrypted = st == HS_E_KEY_PASSWORD_NEEDED;
    if (is_encrypted && (source->file || source->fd >= 0)) {
        code = hs__password_get(source, "the key", false, &password, fault);
        if (code == HS__EXIT_OK)
            st = p->key_load(p, text, hs__bytes_span(&password), &key);
    }
    hs__bytes_free(&password);
    if (code == HS__EXIT_OK && st && st != HS_E_KEY_PASSWORD_NEEDED)
        code = hs__fail_status(fault, st, "the private key");
    if (code == HS__EXIT_OK && key)
        code = describe_key(p, key, kind, sizeof kind, id, fault);
    if (key)
        p->key_free(p, key);
    if (code)
        return code;
    if (sh->is_json) {
        show_add(
            sh, "keys",
            json_pack("{s:s, s:b, s:s}", "key", kind, "encrypted", is_encrypted, "key_id", id));
        return HS__EXIT_OK;
    }
    printf("Private key\n  %-17s %s%s\n", "key", kind, is_encrypted && *id ? ", encrypted" : "");
    if (*id)
        printf("  %-17s %s\n", "key id", id);
    return HS__EXIT_OK;
}
