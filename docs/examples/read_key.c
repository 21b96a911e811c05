/* read_key.c - takes the key in force between a client and a server from this machine's shared
 * memory, and uses it.
 *
 *   read_key CLIENT-ID SERVER-ID [SECONDS]
 *
 * What it does with the key is no more than to say how long it is: put your encryption there.
 * Which memory it reads is for the settings to say (HS_KEYS_SHM or /etc/handshake/keys.conf).
 * Exit code: 0 it was used, 1 there is no key, 2 there is no memory. */
#include <handshake/keys.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void use(const hs_shared_key *key) {
    printf("key %" PRIu64 " of %s and %s: %zu bytes\n", key->id, key->client_id, key->server_id,
           key->secret_n);
    fflush(stdout);
}

/* The copy is kept from one use to the next, which is quick, and asked for again when it is not
 * the key in force any more. */
static hs_status use_every_second(const hs_keys *keys, const char *client, const char *server,
                                  int seconds) {
    hs_shared_key key = {.id = 0};
    hs_status st = HS_OK;
    for (int i = 0; !st && i <= seconds; i++) {
        if (i > 0)
            sleep(1);
        if (!hs_keys_still_current(keys, &key))
            st = hs_keys_current(keys, client, server, &key);
        if (!st)
            use(&key);
    }
    hs_keys_wipe(&key);
    return st;
}

int main(int argc, char **argv) {
    const hs_keys_options o = {.size = sizeof o};
    hs_keys *keys;
    hs_keys_error error;
    if (argc < 3) {
        fprintf(stderr, "usage: read_key CLIENT-ID SERVER-ID [SECONDS]\n");
        return 2;
    }
    if (hs_keys_open(&o, &keys, &error) != HS_OK) {
        fprintf(stderr, "%s (%s)\n", error.text, hs_status_text(error.status));
        return 2;
    }
    const int seconds = argc > 3 ? atoi(argv[3]) : 0;
    const hs_status st = use_every_second(keys, argv[1], argv[2], seconds);
    if (st)
        fprintf(stderr, "%s\n", hs_status_text(st));
    hs_keys_close(keys);
    return st ? 1 : 0;
}
