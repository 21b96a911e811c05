/* What is known of each algorithm without any library. */
#include "crypto/ids.h"

static const struct {
    const char *name;
    uint8_t len, block_len;
} hashes[] = {
    [HS__SHA1] = {"SHA-1", 20, 64},
    [HS__SHA256] = {"SHA-256", 32, 64},
    [HS__SHA384] = {"SHA-384", 48, 128},
    [HS__SHA512] = {"SHA-512", 64, 128},
};

size_t hs__hash_len(hs__hash_id id) {
    return hashes[id].len;
}

size_t hs__hash_block_len(hs__hash_id id) {
    return hashes[id].block_len;
}

const char *hs__hash_name(hs__hash_id id) {
    return hashes[id].name;
}

static const struct {
    const char *name;
    size_t key_len;
} aeads[] = {
    [HS__AES_128_GCM] = {"AES-128-GCM", 16},
    [HS__AES_256_GCM] = {"AES-256-GCM", 32},
    [HS__CHACHA20_POLY1305] = {"ChaCha20-Poly1305", 32},
};

size_t hs__aead_key_len(hs__aead_id id) {
    return aeads[id].key_len;
}

const char *hs__aead_name(hs__aead_id id) {
    return aeads[id].name;
}

/* ML-KEM-768: encapsulation key 1184, ciphertext 1120 - 32, each followed by an X25519 share. */
static const hs__group_form groups[] = {
    {HS__GROUP_SECP256R1, 65, 65, 32, 32, true},
    {HS__GROUP_SECP384R1, 97, 97, 48, 48, true},
    {HS__GROUP_SECP521R1, 133, 133, 66, 66, true},
    {HS__GROUP_X25519, 32, 32, 32, 32, false},
    {HS__GROUP_X25519MLKEM768, 1216, 1120, 64, 0, false},
};

const hs__group_form *hs__group_form_of(uint16_t group) {
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (groups[i].id == group)
            return &groups[i];
    }
    return NULL;
}

hs_status hs__share_check(uint16_t group, bool is_client_share, hs_span share) {
    const hs__group_form *form = hs__group_form_of(group);
    if (!form)
        return HS_E_UNSUPPORTED;
    if (share.n != (is_client_share ? form->client_share : form->server_share))
        return HS_E_BAD_POINT;
    if (form->is_nist && share.p[0] != 0x04)
        return HS_E_BAD_POINT;
    return HS_OK;
}
