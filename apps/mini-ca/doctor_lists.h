/* doctor_lists.h - the part of `mini-ca doctor` about revocation lists. */
#ifndef HS_MINI_CA_DOCTOR_LISTS_H
#define HS_MINI_CA_DOCTOR_LISTS_H

#include "apps/mini-ca/revocation.h"

/* A row of the doctor's report. */
void doctor_row(void *to, const char *check, bool ok, const char *fix, const char *text);

/* Each list in the CA's folder: whole, by this CA, in time, and with all that the index has as
 * revoked. `command` begins the advice: "mini-ca -C DIR". */
void doctor_lists(void *to, const hs__ca *ca, const json_t *certificates, const char *command);

#endif
