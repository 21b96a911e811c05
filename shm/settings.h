/* settings.h - where the memory is and who may use it: from options, environment and file. */
#ifndef HS_SHM_SETTINGS_H
#define HS_SHM_SETTINGS_H

#include <sys/types.h>

#include "handshake/keys.h"

typedef struct {
    char name[256];
    uint32_t slots;
    bool has_slots; /* somebody asked for that many */
    bool has_group; /* writer: readable for this group */
    bool has_owner; /* reader: root's will not do */
    gid_t group;
    uid_t owner;
} hs__shm_settings;

/* HS_E_KEYS_SETTING or HS_E_IO, with a text in *error. */
HS_MUST_CHECK hs_status hs__shm_settings_read(const hs_keys_options *o, hs__shm_settings *out,
                                              hs_keys_error *error);

/* Keeps why, and returns the status. os_error: errno or 0; the system's words are put behind. */
HS_PRINTF(4, 5)
hs_status hs__shm_fail(hs_keys_error *error, hs_status status, int os_error, const char *format,
                       ...);

#endif
