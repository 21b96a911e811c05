#include "trace/steps.h"

#include <assert.h>

enum { FULL_12 = HS__IN_12_ECDHE | HS__IN_12_RSA };

const hs__paragraph hs__steps[] = {
    {"ClientHello", 0,
     "the client sends the versions and cipher suites that it can do, and a random number.",
     "rfc5246#section-7.4.1.2", 1},

    {"ServerHello", HS__IN_12,
     "the server answers with its choice, with a random number of its own and, unless it resumes, "
     "with its certificate in the next message.",
     "rfc5246#section-7.4.1.3", 2},
    {"ServerHello", HS__IN_13,
     "the server answers with its choice and its random number. The certificate, which TLS 1.2 "
     "sends at once and in clear, waits: key_share in this message lets both make keys first, so "
     "that Certificate comes encrypted.",
     "rfc9846#section-4.2.3", 2},

    {"trust", FULL_12 | HS__AT_CLIENT,
     "the client checks the server: the certificate is in date, its issuer is trusted, the "
     "issuer's key opens the signature on it, the name is the one that was asked for. If not, it "
     "ends here.",
     "rfc5280#section-6", 3},
    {"ClientKeyExchange", FULL_12 | HS__AT_SERVER,
     "the client checked the server: its certificate's dates, issuer, signature and name. That is "
     "not to be seen from here; had a check failed, an alert would stand in this place.",
     "rfc5280#section-6", 3},
    {"trust", HS__IN_13 | HS__AT_CLIENT,
     "the client checks the server as in TLS 1.2: in date, issuer trusted, signature good, name "
     "right. Certificate brought what it checks, encrypted now, and CertificateVerify proves that "
     "the server has the key.",
     "rfc9846#section-4.5.2", 3},
    {"client's Finished", HS__IN_13 | HS__AT_SERVER,
     "the client has checked the server: with Certificate and CertificateVerify. That is not to be "
     "seen from here; had a check failed, an alert would stand in this place.",
     "rfc9846#section-4.5.2", 3},

    {"ClientKeyExchange", HS__IN_12_RSA,
     "the client makes a random secret, encrypts it with the public key of the certificate and "
     "sends it.",
     "rfc5246#section-7.4.7.1", 4},
    {"ClientKeyExchange", HS__IN_12_ECDHE,
     "this is where ECDHE differs from the classic way. No secret is encrypted to the "
     "certificate's key: the server has sent a fresh share that this key signs, the client sends "
     "its own share, and the secret itself never travels.",
     "rfc8422#section-2", 4},
    {"handshake keys", HS__IN_13,
     "key_share in ClientHello and ServerHello has taken this step over. In the classic way the "
     "client encrypts a secret to the certificate's key; here the secret never travels, and the "
     "certificate's key only signs.",
     "rfc9846#section-4.3.8", 4},

    {"keys", HS__IN_12_RSA,
     "the server opens the secret with its private key; both derive the same symmetric keys from "
     "it and the two random numbers. What comes under them is checked for integrity.",
     "rfc5246#section-8.1", 5},
    {"keys", HS__IN_12_ECDHE,
     "both compute the same secret from their own half and the other's, and derive the same "
     "symmetric keys from it and the two random numbers. What comes under them is checked for "
     "integrity.",
     "rfc5246#section-8.1", 5},
    {"keys", HS__IN_12_RESUMED,
     "steps 3 and 4 are left out. Both have the main secret of the earlier session and derive "
     "fresh symmetric keys from it and the two new random numbers.",
     "rfc5246#section-7.3", 5},
    {"handshake keys", HS__IN_13,
     "both derive the same symmetric keys, by way of ServerHello already and before anybody has "
     "shown a certificate. All that follows is encrypted and checked for integrity; in TLS 1.2 "
     "that begins with step 6.",
     "rfc9846#section-7.1", 5},

    {"client's ChangeCipherSpec", HS__IN_12,
     "the client says: from now on I use these keys. Its Finished, the next message and the first "
     "under them, says: I am done, and this is what I saw of the handshake.",
     "rfc5246#section-7.1", 6},
    {"server's ChangeCipherSpec", HS__IN_12,
     "the server says the same: these keys from now on, and Finished. In a resumed handshake it "
     "does so before the client.",
     "rfc5246#section-7.1", 7},
    {"server's Finished", HS__IN_13,
     "Finished has taken this step over, and the order is turned around: the server is done first. "
     "Nobody announces new keys, each has its place; a ChangeCipherSpec, if there is one, means "
     "nothing.",
     "rfc9846#section-4.5.3", 7},
    {"client's Finished", HS__IN_13,
     "the client's Finished has taken this step over; it may be followed by data at once, one "
     "round trip earlier than in TLS 1.2.",
     "rfc9846#section-4.5.3", 6},

    {"complete", HS__IN_12,
     "data flows under the symmetric keys, and each record is checked when it is opened.",
     "rfc5246#section-10", 8},
    {"complete", HS__IN_13,
     "data flows under the symmetric keys, which are not those of the handshake any more, and each "
     "record is checked when it is opened.",
     "rfc9846#section-5.2", 8},
};

const unsigned hs__steps_n = sizeof hs__steps / sizeof *hs__steps;

static_assert(sizeof hs__steps / sizeof *hs__steps <= 64, "their numbers are bits of 64");
