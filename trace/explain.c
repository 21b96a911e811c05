#include "trace/explain.h"

#include <assert.h>
#include <string.h>

#include "trace/steps.h"

static const hs__paragraph paragraphs[] = {
    /* TLS 1.2 before what is true of any: the first that fits is taken. */
    {"ClientHello", HS__IN_12,
     "The client opens with all that it can do: versions, cipher suites, groups, signature "
     "schemes. Nothing here is secret, the server's name included.",
     "rfc5246#section-7.4.1.2", 0},
    {"ServerHello", HS__IN_12,
     "The server picks one version and one cipher suite, which in TLS 1.2 names key exchange, "
     "signature, cipher and hash at once. Nothing is encrypted before ChangeCipherSpec: whoever "
     "watches reads all messages up to there.",
     "rfc5246#section-7.4.1.3", 0},
    {"Certificate", HS__IN_12,
     "A certificate binds a name to a public key, signed by an issuer. The sender's own comes "
     "first, then those that lead towards a root. In TLS 1.2 it is in clear: the path learns who "
     "the server is, and the client, if it has one.",
     "rfc5246#section-7.4.2", 0},
    {"HelloRequest", HS__IN_12,
     "The server wants a new handshake inside this connection: renegotiation. We refuse with a "
     "warning and go on with the keys we have. It has been used to put an attacker's bytes before "
     "a client's, and TLS 1.3 has removed it: new keys come by KeyUpdate.",
     "rfc9846#section-4.2.2", 0},
    {"CertificateStatus", HS__IN_12,
     "The server brings along what the CA says of its certificate today, signed by the CA (OCSP "
     "stapling). So the client need not ask the CA, which would then learn where it goes.",
     "rfc6066#section-8", 0},
    {"ServerKeyExchange", HS__IN_12,
     "The server's half of the key exchange, made for this connection and forgotten after it, "
     "signed with the key of the certificate. So that key only signs, and whoever steals it later "
     "cannot open what was recorded: forward secrecy.",
     "rfc8422#section-5.4", 0},
    {"server_key_exchange", HS__IN_12,
     "What is signed is client_random, server_random and the params. The randoms are fresh, so no "
     "signature can be used again; but suites and versions offered are not covered, which "
     "downgrade attacks have used. TLS 1.3 signs the whole transcript.",
     "rfc8422#section-5.4", 0},
    {"CertificateRequest", HS__IN_12,
     "The server asks the client to say who it is as well. It names the kinds of key, the "
     "signature schemes and perhaps the issuers that it will accept, in clear.",
     "rfc5246#section-7.4.4", 0},
    {"ServerHelloDone", HS__IN_12,
     "The server has said all it has to say; the client's turn. This wait is the round trip that "
     "TLS 1.3 saves.",
     "rfc5246#section-7.4.5", 0},
    {"ClientKeyExchange", HS__IN_12_RSA,
     "48 bytes: the version that was offered, then 46 random ones, encrypted with RSA (PKCS#1 "
     "v1.5). They come out of the private key of the certificate alone; but that key lives for "
     "years. Whoever records this and gets the key later, by theft or by law, reads it all. "
     "And a server that lets one see whether the padding was right can be made to open it "
     "(Bleichenbacher). For both reasons TLS 1.3 has removed it.",
     "rfc9846#section-1.3", 0},
    {"ClientKeyExchange", HS__IN_12_ECDHE,
     "The client's half of the key exchange. From it and the server's half both ends compute the "
     "same secret; from the two halves alone nobody else can.",
     "rfc8422#section-5.7", 0},
    {"CertificateVerify", HS__IN_12,
     "The client signs all messages so far with the private key of its certificate. In TLS 1.2 "
     "only clients send it: the server's proof is its signed share, or that it can open the "
     "secret.",
     "rfc5246#section-7.4.8", 0},
    {"proof of key", HS__IN_12,
     "The signature covers every message up to here, so it is good for this connection alone.",
     "rfc5246#section-7.4.8", 0},
    {"main secret, extended", HS__IN_12,
     "48 bytes that all keys come from. The extended main secret hashes the handshake, server's "
     "certificate included, into it. Two handshakes can then never have the same one, even when "
     "an attacker in the middle makes both with the same randoms.",
     "rfc7627#section-4", 0},
    {"main secret, of randoms", HS__IN_12,
     "48 bytes that all keys come from. Without extended_main_secret only the secret and both "
     "randoms go in. A man in the middle can make two handshakes with the same main secret, one "
     "to each side, and later pass one off as the other when it is resumed or renegotiated (the "
     "triple handshake attack).",
     "rfc7627#section-1", 0},
    {"keys", HS__IN_12,
     "The PRF stretches the main secret and both randoms into one block of bytes. It is cut in "
     "this order: client_write_key, server_write_key, client_write_IV, server_write_IV. Older "
     "suites have two MAC keys before them; with AES-GCM and ChaCha20-Poly1305 the cipher itself "
     "checks integrity.",
     "rfc5246#section-6.3", 0},
    {"key schedule", HS__IN_12,
     "Two steps: preliminary secret (older: premaster secret) to main secret (older: master "
     "secret), main secret to key block. One function does both, the PRF: HMAC, run until there "
     "are enough bytes, over a label and a seed.",
     "rfc5246#section-8.1", 0},
    {"Finished", HS__IN_12,
     "12 bytes of the PRF over the main secret and the hash of the whole handshake so far; the "
     "first record under the new keys. If anyone had changed a single bit on the way, they would "
     "differ. The second one covers the first.",
     "rfc5246#section-7.4.9", 0},
    {"NewSessionTicket", HS__IN_12,
     "The server hands out the state of this session, sealed with a key of its own. It comes "
     "before ChangeCipherSpec, so in clear: who watches sees the same ticket come back and knows "
     "that it is the same client. Whoever gets the ticket key opens the main secret in it.",
     "rfc5077#section-3.3", 0},
    {"record", HS__IN_12,
     "Messages travel in records. The type stays in clear and is the real one. With AES-GCM 8 "
     "bytes of the nonce stand in front of the ciphertext, the other 4 are the write IV; the tag "
     "covers record number, type, version and length besides the content.",
     "rfc5288#section-3", 0},
    {"resumption", HS__IN_12_RESUMED,
     "Both ends still have the main secret of an earlier handshake: the server in its cache under "
     "the session's id, or sealed in the ticket that the client brings. Fresh randoms make fresh "
     "keys of it, in one round trip. No certificate is shown: the peer is who it was then. Nothing "
     "new is exchanged either, so the old main secret opens this connection, too.",
     "rfc5246#section-7.3", 0},
    {"alert", HS__IN_12,
     "An alert tells the peer why the connection ends, if its level is fatal; after a warning it "
     "may go on. They are terse on purpose: detail helps attackers.",
     "rfc5246#section-7.2", 0},

    {"ClientHello", 0,
     "The client opens with all that it can do: versions, cipher suites, groups, signature "
     "schemes, and its half of a key exchange for the group it guesses the server will take. "
     "Nothing here is secret yet, the server's name included.",
     "rfc9846#section-4.2.2", 0},
    {"HelloRetryRequest", 0,
     "The guess was wrong, or the server wants a cookie back before it spends effort. It asks for "
     "a second ClientHello. On the wire this is a ServerHello whose random is the SHA-256 of "
     "\"HelloRetryRequest\". It costs one round trip.",
     "rfc9846#section-4.2.4", 0},
    {"ServerHello", 0,
     "The server picks one version, one cipher suite and one group, and sends its own half of the "
     "key exchange. From here both ends can compute a secret that nobody else on the path can, and "
     "all that follows is encrypted.",
     "rfc9846#section-4.2.3", 0},
    {"handshake keys", 0,
     "Both ends mixed the two halves of the key exchange with a hash of the hellos. The keys made "
     "from that protect the rest of the handshake; at this point nobody has proved who they are.",
     "rfc9846#section-7.1", 0},
    {"EncryptedExtensions", 0,
     "Answers to the client's extensions that are not needed to set up the keys, and so can be "
     "hidden from the path.",
     "rfc9846#section-4.4.1", 0},
    {"CertificateRequest", 0,
     "The server asks the client to say who it is as well. It names the signature schemes, and "
     "perhaps the issuers, that it will accept.",
     "rfc9846#section-4.4.2", 0},
    {"Certificate", 0,
     "A certificate binds a name to a public key, signed by an issuer. The sender's own comes "
     "first, then those that lead towards a root. Certificates are public: having one proves "
     "nothing until CertificateVerify comes.",
     "rfc9846#section-4.5.1", 0},
    {"CertificateVerify", 0,
     "The sender signs the hash of all messages so far with the private key of its certificate. "
     "This proves possession of the key, and binds it to this very connection.",
     "rfc9846#section-4.5.2", 0},
    {"proof of key", 0,
     "What is signed begins with 64 blanks and a text that differs for server and client, so that "
     "a signature made for one purpose cannot serve another.",
     "rfc9846#section-4.5.2", 0},
    {"trust", 0,
     "The chain is followed from the peer's certificate to a root that this machine trusts. Each "
     "step is checked: signature, dates, names, what the key may be used for. The name asked for "
     "must be among the certificate's subjectAltNames.",
     "rfc5280#section-6", 0},
    {"Finished", 0,
     "A MAC over the hash of the whole handshake, keyed with a secret that only the two ends have. "
     "If anyone had changed a single bit on the way, the hashes, and so the MACs, would differ.",
     "rfc9846#section-4.5.3", 0},
    {"application keys", 0,
     "Fresh keys for the data, made from the handshake up to the server's Finished. The exporter "
     "secret lets programs above derive keys of their own.",
     "rfc9846#section-7.1", 0},
    {"complete", 0,
     "Both ends have verified the other's Finished: they agree on every byte of the handshake, and "
     "hold the same keys.",
     "rfc9846#section-4.5.3", 0},
    {"NewSessionTicket", 0,
     "The server hands out a ticket. The client can come back with it and skip the certificates; "
     "the keys will be new all the same.",
     "rfc9846#section-4.7.1", 0},
    {"key update", 0,
     "The key of one direction is replaced by one derived from it. The old one is forgotten, so "
     "what was sent before stays safe if the new one leaks.",
     "rfc9846#section-7.2", 0},
    {"key schedule", 0,
     "One secret after another: HKDF-Extract mixes a new secret in, HKDF-Expand-Label derives "
     "values for one purpose each. Labels and transcript hashes make sure that no two are alike.",
     "rfc9846#section-7.1", 0},
    {"transcript", 0,
     "The running hash over all handshake messages in order. Signatures, Finished and keys depend "
     "on it, so nothing can be changed behind either end's back.",
     "rfc9846#section-4.1", 0},
    {"record", 0,
     "Messages travel in records. The five header bytes stay in clear and are covered by the tag; "
     "the real type is inside; the nonce is the IV xor the record's number.",
     "rfc9846#section-5.2", 0},
    {"alert", 0,
     "An alert tells the peer why the connection ends. All but close_notify and user_canceled are "
     "fatal, whatever level they carry. They are terse on purpose: detail helps attackers.",
     "rfc9846#section-6", 0},
};

static_assert(sizeof paragraphs / sizeof *paragraphs <= 64, "their numbers are bits of 64");

enum { VERSIONS = HS__IN_13 | HS__IN_12, SIDES = HS__AT_CLIENT | HS__AT_SERVER };

static bool fits_group(unsigned wanted, unsigned situation, unsigned group) {
    return (wanted & group) == 0 || (wanted & situation & group) != 0;
}

static bool fits(const hs__paragraph *p, const char *subject, unsigned situation) {
    return strcmp(p->subject, subject) == 0 && fits_group(p->in, situation, VERSIONS) &&
           fits_group(p->in, situation, SIDES);
}

static const hs__paragraph *next(const hs__paragraph *rows, unsigned n, const char *subject,
                                 unsigned situation, unsigned *number) {
    for (; *number < n; ++*number) {
        if (fits(&rows[*number], subject, situation)) {
            return &rows[*number];
        }
    }
    return NULL;
}

const hs__paragraph *hs__explain(const char *subject, unsigned situation, unsigned *number) {
    *number = 0;
    return next(paragraphs, sizeof paragraphs / sizeof *paragraphs, subject, situation, number);
}

const hs__paragraph *hs__step(const char *subject, unsigned situation, unsigned *number) {
    return next(hs__steps, hs__steps_n, subject, situation, number);
}
