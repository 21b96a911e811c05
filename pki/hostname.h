/* hostname.h - is a certificate for this host, or for this mailbox? (RFC 9525, which came after
 * 6125; RFC 5280 4.2.1.6 and 7.5.)
 *
 * The name a user asked for is a DNS name, an IP address or an e-mail address. Only subjectAltName
 * counts: a DNS name matches dNSName, an address matches iPAddress, a mailbox matches rfc822Name,
 * the subject never matches. */
#ifndef HS_PKI_HOSTNAME_H
#define HS_PKI_HOSTNAME_H

#include "pki/certificate.h"

enum { HS__HOST_MAX = 253 };

typedef struct {
    bool is_ip;
    char dns[HS__HOST_MAX + 1]; /* lower case, without a trailing dot */
    size_t dns_n;
    uint8_t ip[16];
    size_t ip_n; /* 4 or 16 */
} hs__host;

/* A DNS name in A-labels (one trailing dot is dropped), or an IP literal (also [::1], and
 * with a zone that is dropped). HS_E_ILLEGAL_VALUE: neither. */
HS_MUST_CHECK hs_status hs__host_read(const char *name, hs__host *out);

/* `pattern` is a dNSName: equal without regard to case, or "*." and the rest, where the star
 * stands for exactly one label and at least two labels follow it. */
bool hs__host_matches_dns(const hs__host *host, hs_span pattern);

/* The name is for the host. */
bool hs__host_matches_name(const hs__host *host, const hs__general_name *name);

/* Some name of the certificate is for the host. */
bool hs__host_matches(const hs__host *host, const hs__cert *cert);

/* localhost, names under .localhost and .test (and test), 127.0.0.0/8, ::1. */
bool hs__host_is_local(const hs__host *host);

/* What follows the only '@' of an e-mail address, if it is a host name; else .p NULL. */
hs_span hs__mailbox_host(hs_span mailbox);

/* The same mailbox: what is before the '@' as it stands, the host without regard to case. False
 * where one of them is no e-mail address. */
bool hs__mailbox_equal(hs_span a, hs_span b);

/* A dNSName that may stand in a certificate: labels of letters, digits, '-' and '_'. */
bool hs__dns_is_well_formed(hs_span name, bool may_be_wildcard);

#endif
