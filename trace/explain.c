#include "trace/explain.h"

#include <assert.h>
#include <string.h>

static const hs__paragraph paragraphs[] = {
    {"ClientHello",
     "The client opens with all that it can do: versions, cipher suites, groups, signature "
     "schemes, and its half of a key exchange for the group it guesses the server will take. "
     "Nothing here is secret yet, the server's name included.",
     "rfc9846#section-4.2.2"},
    {"HelloRetryRequest",
     "The guess was wrong, or the server wants a cookie back before it spends effort. It asks for "
     "a second ClientHello. On the wire this is a ServerHello whose random is the SHA-256 of "
     "\"HelloRetryRequest\". It costs one round trip.",
     "rfc9846#section-4.2.4"},
    {"ServerHello",
     "The server picks one version, one cipher suite and one group, and sends its own half of the "
     "key exchange. From here both ends can compute a secret that nobody else on the path can, and "
     "all that follows is encrypted.",
     "rfc9846#section-4.2.3"},
    {"handshake keys",
     "Both ends mixed the two halves of the key exchange with a hash of the hellos. The keys made "
     "from that protect the rest of the handshake; at this point nobody has proved who they are.",
     "rfc9846#section-7.1"},
    {"EncryptedExtensions",
     "Answers to the client's extensions that are not needed to set up the keys, and so can be "
     "hidden from the path.",
     "rfc9846#section-4.4.1"},
    {"CertificateRequest",
     "The server asks the client to say who it is as well. It names the signature schemes, and "
     "perhaps the issuers, that it will accept.",
     "rfc9846#section-4.4.2"},
    {"Certificate",
     "A certificate binds a name to a public key, signed by an issuer. The sender's own comes "
     "first, then those that lead towards a root. Certificates are public: having one proves "
     "nothing until CertificateVerify comes.",
     "rfc9846#section-4.5.1"},
    {"CertificateVerify",
     "The sender signs the hash of all messages so far with the private key of its certificate. "
     "This proves possession of the key, and binds it to this very connection.",
     "rfc9846#section-4.5.2"},
    {"proof of key",
     "What is signed begins with 64 blanks and a text that differs for server and client, so that "
     "a signature made for one purpose cannot serve another.",
     "rfc9846#section-4.5.2"},
    {"trust",
     "The chain is followed from the peer's certificate to a root that this machine trusts. Each "
     "step is checked: signature, dates, names, what the key may be used for. The name asked for "
     "must be among the certificate's subjectAltNames.",
     "rfc5280#section-6"},
    {"Finished",
     "A MAC over the hash of the whole handshake, keyed with a secret that only the two ends have. "
     "If anyone had changed a single bit on the way, the hashes, and so the MACs, would differ.",
     "rfc9846#section-4.5.3"},
    {"application keys",
     "Fresh keys for the data, made from the handshake up to the server's Finished. The exporter "
     "secret lets programs above derive keys of their own.",
     "rfc9846#section-7.1"},
    {"complete",
     "Both ends have verified the other's Finished: they agree on every byte of the handshake, and "
     "hold the same keys.",
     "rfc9846#section-4.5.3"},
    {"NewSessionTicket",
     "The server hands out a ticket. The client can come back with it and skip the certificates; "
     "the keys will be new all the same.",
     "rfc9846#section-4.7.1"},
    {"key update",
     "The key of one direction is replaced by one derived from it. The old one is forgotten, so "
     "what was sent before stays safe if the new one leaks.",
     "rfc9846#section-7.2"},
    {"key schedule",
     "One secret after another: HKDF-Extract mixes a new secret in, HKDF-Expand-Label derives "
     "values for one purpose each. Labels and transcript hashes make sure that no two are alike.",
     "rfc9846#section-7.1"},
    {"transcript",
     "The running hash over all handshake messages in order. Signatures, Finished and keys depend "
     "on it, so nothing can be changed behind either end's back.",
     "rfc9846#section-4.1"},
    {"record",
     "Messages travel in records. The five header bytes stay in clear and are covered by the tag; "
     "the real type is inside; the nonce is the IV xor the record's number.",
     "rfc9846#section-5.2"},
    {"alert",
     "An alert tells the peer why the connection ends. All but close_notify and user_canceled are "
     "fatal, whatever level they carry. They are terse on purpose: detail helps attackers.",
     "rfc9846#section-6"},
};

static_assert(sizeof paragraphs / sizeof *paragraphs <= 64, "their numbers are bits of 64");

const hs__paragraph *hs__explain(const char *subject, unsigned *number) {
    for (unsigned i = 0; i < sizeof paragraphs / sizeof *paragraphs; i++) {
        if (strcmp(paragraphs[i].subject, subject) == 0) {
            *number = i;
            return &paragraphs[i];
        }
    }
    return NULL;
}
