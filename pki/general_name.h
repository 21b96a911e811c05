/* general_name.h - GeneralName (RFC 5280 4.2.1.6): the names in subjectAltName and in name
 * constraints. */
#ifndef HS_PKI_GENERAL_NAME_H
#define HS_PKI_GENERAL_NAME_H

#include "pki/der.h"

/* Numbers are those of the CHOICE's tags. */
typedef enum {
    HS__NAME_OTHER = 0,
    HS__NAME_EMAIL = 1,
    HS__NAME_DNS = 2,
    HS__NAME_X400 = 3,
    HS__NAME_DIRECTORY = 4,
    HS__NAME_EDI = 5,
    HS__NAME_URI = 6,
    HS__NAME_IP = 7,
    HS__NAME_REGISTERED_ID = 8
} hs__general_kind;

/* value: text for EMAIL, DNS and URI; 4 or 16 bytes for IP (8 or 32, address and mask, in a
 * constraint); a whole Name for DIRECTORY; the content as it is for the others. */
typedef struct {
    hs__general_kind kind;
    hs_span value;
} hs__general_name;

/* Reads one; `in_constraint` decides about the length of an address. */
hs__general_name hs__general_name_read(hs__rd *r, const char *field, bool in_constraint);

/* Walks over the content of a GeneralNames that was read before; false at its end. */
bool hs__general_name_next(hs_span *list, hs__general_name *out);

/* "DNS:a.test", "IP:127.0.0.1", "IP:10.0.0.0/8"; foreign bytes as \xNN, cut to fit. */
void hs__general_name_text(const hs__general_name *name, char *out, size_t room);

/* The part behind the colon. */
void hs__general_name_value_text(const hs__general_name *name, char *out, size_t room);

void hs__general_name_write(hs__der_out *o, const hs__general_name *name);

#endif
