/* --show=keys: the ids of the secrets, to compare with the other end's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/hs-client/client.h"

struct client_key {
    char name[64];
    char id[9];
};

/* Every event of the connection comes here; renderers get theirs. */
void client_on_trace(void *ctx, const hs_trace *event) {
    client *c = ctx;
    hs__seen_event(c->seen, event);
    if (c->side)
        hs_render_event(c->side, event);
    if (event->kind == HS_TR_MESSAGE && event->u.message.type == HS__HT_certificate_request)
        c->asked_for_certificate = true;
    if (event->kind != HS_TR_DERIVE || event->u.derive.id.n < 4)
        return;
    client_key *keys = realloc(c->keys, (c->n_keys + 1) * sizeof *keys);
    if (!keys)
        return;
    const uint8_t *id = event->u.derive.id.p;
    client_key *key = &keys[c->n_keys++];
    snprintf(key->name, sizeof key->name, "%s", event->u.derive.name);
    snprintf(key->id, sizeof key->id, "%02x%02x%02x%02x", id[0], id[1], id[2], id[3]);
    c->keys = keys;
}

void client_keys_print(const client *c) {
    for (size_t i = 0; i < c->n_keys; i++)
        printf("%-12s %s %s\n", i ? "" : "keys", c->keys[i].id, c->keys[i].name);
}

json_t *client_keys_json(const client *c) {
    json_t *all = json_object();
    for (size_t i = 0; i < c->n_keys; i++)
        json_object_set_new(all, c->keys[i].name, json_string(c->keys[i].id));
    return all;
}
