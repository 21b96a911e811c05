/* names.h - names as users type them for certificates and name constraints. */
#ifndef HS_APPS_NAMES_H
#define HS_APPS_NAMES_H

#include "pki/general_name.h"

/* Owns the bytes of its names; in front of each stands a dot, for rules that want one. All zero
 * is an empty list. */
typedef struct {
    hs__general_name *v;
    size_t n;
} hs__name_list;
void hs__name_list_free(hs__name_list *list);

/* Adds what a certificate is to be for: "a.test", "*.a.test", "127.0.0.1", "::1", "a@b.test",
 * "https://a.test/", with or without its type in front: "DNS:", "IP:", "email:", "URI:". A name
 * that is there already is not added again. NULL if added, else what is wrong with it; static. */
const char *hs__name_list_add(hs__name_list *list, const char *text);

/* Adds a rule for name constraints: "test" and ".test" are the name and all below it; "10.0.0.0/8",
 * "::1" are addresses. */
const char *hs__name_list_add_rule(hs__name_list *list, const char *text);

/* One of the names has this kind. */
bool hs__name_list_has(const hs__name_list *list, hs__general_kind kind);

#endif
