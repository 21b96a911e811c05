/* keys.h - symmetric keys that the programs of one machine share.
 *
 * A key agreement service (hs-keyd, hs-key) writes the keys that it agreed on into POSIX shared
 * memory, and any program that may read it takes the key in force from there: no socket, no lock,
 * no waiting. The library (libhandshake-keys) is C alone and needs no other.
 *
 * Read a key:                                 Write one:
 *     hs_keys *keys;                              o.write = true;
 *     hs_keys_options o = {.size = sizeof o};     st = hs_keys_open(&o, &keys, &error);
 *     st = hs_keys_open(&o, &keys, &error);       st = hs_keys_put(keys, &key);
 *     st = hs_keys_current(keys, "branch-1",      st = hs_keys_revoke(keys, "center", 17, now);
 *                          "center", &key);
 *     ... use key.secret ...
 *     if (!hs_keys_still_current(keys, &key))
 *         ... fetch it again ...
 *     hs_keys_wipe(&key);
 *     hs_keys_close(keys);
 *
 * Rules
 * - One writer at a time, any number of readers. Readers take no locks and never hold up the
 *   writer. What a reader gets is a whole key as it was written, or an error; never parts of two
 *   keys, never one that was revoked before the call. The copy is the reader's own: it does not go
 *   away when the key is revoked, so ask hs_keys_still_current before each use of a kept copy.
 * - A pair of client and server has one current key. Putting the next one makes it current, and the
 *   one before can still be found by its id, for what is under way with it; the one before that is
 *   wiped. When the current key is revoked the pair has none: no older one takes its place.
 * - A key is known by the server's id and the number that the server gave it.
 * - Revoking wipes the key's bytes in the shared memory before it returns. Those of a key past its
 *   time are wiped when a writer opens the memory or puts the next key.
 * - The memory is created for its owner alone (mode 0600), or with a group that may read it (0640).
 *   Who opens it looks first: it must belong to the right user and be closed to all others. It is
 *   left out of core dumps and kept out of the swap where the system's limits allow.
 * - It outlives the writer, which may be a short command, and ends with hs_keys_remove or a reboot.
 *   A writer that was killed in the middle of a change leaves that slot unreadable; the next writer
 *   wipes it.
 * - An hs_keys that reads may be used by threads at once; one that writes by one thread at a time.
 *   Open it in one thread at a time: names of users and groups are looked up.
 *   Texts are NUL-terminated. Times are milliseconds since 1970, UTC; 0 is none. */
#ifndef HANDSHAKE_KEYS_H
#define HANDSHAKE_KEYS_H

#include "handshake/status.h"
#include "handshake/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HS_KEYS_ID_MAX     11 /* bytes in the id of a client or server */
#define HS_KEYS_SECRET_MAX 64 /* bytes in a key */
#define HS_KEYS_SLOTS_MAX  65536

/* ---- open and close ----------------------------------------------------------------------- */
typedef struct hs_keys hs_keys;

/* All-zero but `size` reads the memory that the machine's settings name. What is NULL or 0 here is
 * taken from the environment, then from the settings file, then the default:
 *
 *   member  environment    file           default
 *   name    HS_KEYS_SHM    name = /NAME   /handshake-keys
 *   slots   HS_KEYS_SLOTS  slots = N      1024
 *   group   HS_KEYS_GROUP  group = NAME   none: mode 0600
 *   owner   HS_KEYS_OWNER  owner = NAME   reader: our own user, or root; writer: always our own
 *
 * A program that runs with more rights than its caller (setuid) does not look at the environment.
 * The file has one `name = value` a line and comments after `#`. */
typedef struct {
    size_t size;             /* sizeof(hs_keys_options) */
    const char *name;        /* '/' and 1 to 254 bytes without another '/' */
    uint32_t slots;          /* writer: most keys at once, 1 to HS_KEYS_SLOTS_MAX. Room for one
                                key of each pair, and better two */
    const char *group;       /* writer: the group that may read, by name or number */
    const char *owner;       /* reader: whose memory it has to be, by name or number */
    const char *config_file; /* settings file; NULL: HS_KEYS_CONFIG in the environment, then
                                /etc/handshake/keys.conf, which may be missing */
    bool write;              /* create it where it is missing, and write */
} hs_keys_options;

/* Why an open failed: the status, errno where the system refused (else 0), a sentence with the name
 * and what was found. */
typedef struct {
    hs_status status;
    int os_error;
    char text[320];
} hs_keys_error;

/* `error` may be NULL; *out is NULL on failure.
 * HS_E_KEYS_SETTING: an option, variable or line that is not what is written above.
 * HS_E_KEYS_MISSING: nothing there to read, or the writer has only begun.
 * HS_E_KEYS_OWNER:   another owner, or open to more users than it should be. Nothing was read.
 * HS_E_KEYS_LAYOUT:  not ours, of another version or machine, cut short; or, when writing, with
 *                    another number of slots than asked for (open it with `slots` as it is, remove
 *                    it, open it anew).
 * HS_E_KEYS_LOCKED:  writing, and somebody else does.
 * HS_E_IO:           the system refused; os_error says why. */
HS_MUST_CHECK hs_status hs_keys_open(const hs_keys_options *o, hs_keys **out, hs_keys_error *error);

/* Ends the use by this program. The memory stays, with its keys. NULL is allowed. */
void hs_keys_close(hs_keys *keys);

/* Writer: wipes every key, takes the memory's name away and closes. Readers get
 * HS_E_KEYS_REMOVED. HS_E_MISUSE (of a reader): nothing happened, it is not closed. */
HS_MUST_CHECK hs_status hs_keys_remove(hs_keys *keys);

typedef struct {
    const char *name;    /* borrowed until hs_keys_close */
    uint32_t slots;      /* room for that many keys */
    uint32_t in_use;     /* that many can be used; those past their time count */
    uint64_t generation; /* grows with each change: the same number, nothing new */
    bool is_locked;      /* our view is kept out of the swap */
} hs_keys_info;

void hs_keys_get_info(const hs_keys *keys, hs_keys_info *out);

/* ---- a key -------------------------------------------------------------------------------- */
typedef struct {
    char server_id[HS_KEYS_ID_MAX + 1];
    char client_id[HS_KEYS_ID_MAX + 1];
    uint64_t id;            /* the server's number for it, not 0 */
    uint64_t made_at_ms;    /* when it was agreed on */
    uint64_t expires_at_ms; /* it is refused from then on; 0: never */
    uint64_t ended_at_ms;   /* when it was revoked; 0: it was not. hs_keys_put takes 0 only */
    bool is_usable;         /* status 1: neither revoked nor past its time. Not for hs_keys_put */
    bool is_current;        /* its pair's key in force. Not for hs_keys_put */
    uint8_t secret[HS_KEYS_SECRET_MAX];
    size_t secret_n;
    uint64_t mark[2]; /* where it was found: for hs_keys_still_current */
} hs_shared_key;

/* Zeros, so that no copy of a secret is left behind. */
void hs_keys_wipe(hs_shared_key *key);

/* ---- reading: of readers and of the writer ------------------------------------------------- */

/* The key in force between a client and a server, or the key with this number.
 * HS_E_SHARED_KEY_UNKNOWN, HS_E_SHARED_KEY_REVOKED, HS_E_SHARED_KEY_EXPIRED: no such key, or not
 * any more. A key that was revoked long ago may be unknown, for slots are used again.
 * HS_E_KEYS_BUSY: a writer stopped in the middle of what may be this key.
 * HS_E_KEYS_REMOVED: close, and open again.
 * After any failure *out is zeros. */
HS_MUST_CHECK hs_status hs_keys_current(const hs_keys *keys, const char *client_id,
                                        const char *server_id, hs_shared_key *out);
HS_MUST_CHECK hs_status hs_keys_find(const hs_keys *keys, const char *server_id, uint64_t id,
                                     hs_shared_key *out);

/* Is this copy, from one of the two above, still as it was: in force when it was, not revoked, not
 * replaced, not past its time? One look and no system call, made to be asked before each use. When
 * it says no, fetch the key again. */
bool hs_keys_still_current(const hs_keys *keys, const hs_shared_key *key);

/* All slots that hold something, revoked keys too, without their secrets: begin with *at = 0 and
 * call until it gives HS_E_SHARED_KEY_UNKNOWN. A list that is walked while it changes may
 * miss a key or show it twice. */
HS_MUST_CHECK hs_status hs_keys_next(const hs_keys *keys, uint32_t *at, hs_shared_key *out);

/* ---- writing: HS_E_MISUSE for readers ------------------------------------------------------- */

/* Makes it its pair's current key. The same key once more is HS_OK and changes nothing.
 * Slots of revoked and expired keys are used again first, then those of keys before the current
 * ones. HS_E_KEYS_FULL: none of these. HS_E_SHARED_KEY_EXISTS: this id has other contents.
 * HS_E_SHARED_KEY_REVOKED, HS_E_SHARED_KEY_EXPIRED: it was revoked here, or is past its time.
 * HS_E_CONFIG: an id that is empty, a number of 0, a secret of no or too many bytes. */
HS_MUST_CHECK hs_status hs_keys_put(hs_keys *keys, const hs_shared_key *key);

/* Wipes it. What stays is that it was there, until the slot is needed. HS_OK also when it was
 * revoked before. HS_E_SHARED_KEY_UNKNOWN: not here. */
HS_MUST_CHECK hs_status hs_keys_revoke(hs_keys *keys, const char *server_id, uint64_t id,
                                       uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
