// The shell command with which openssl (3.0 or later) gives a value of the trace again.
//
// Works on the events of one connection, that is on parsed lines of the trace. The result of
// commandFor is {text, about} or, where there is none, {why}. It ends in the value just as the
// trace writes it, or, for signatures, in "Verified OK" or "OK". What a trace says is foreign: only hex
// digits and known words come into a command, labels in quotes. Needs bash, openssl and xxd.

const HASH_OPTIONS = {
  'SHA-256': {option: 'sha256', digest: 'SHA256', size: 32},
  'SHA-384': {option: 'sha384', digest: 'SHA384', size: 48},
};
// OBJECT IDENTIFIER elements, and for curves the size of a private key
const CURVE_OIDS = {
  secp256r1: {oid: '06082a8648ce3d030107', size: 32},
  secp384r1: {oid: '06052b81040022', size: 48},
  secp521r1: {oid: '06052b81040023', size: 66},
};
const EC_PUBLIC_KEY = '06072a8648ce3d0201';
const X25519 = '06032b656e';
const SIGNATURE_OPTIONS = {
  ecdsa_secp256r1_sha256: ['sha256'], ecdsa_secp384r1_sha384: ['sha384'],
  ecdsa_secp521r1_sha512: ['sha512'], rsa_pkcs1_sha256: ['sha256'],
  rsa_pkcs1_sha384: ['sha384'], rsa_pkcs1_sha512: ['sha512'],
  rsa_pss_rsae_sha256: ['sha256', 'pss'], rsa_pss_rsae_sha384: ['sha384', 'pss'],
  rsa_pss_rsae_sha512: ['sha512', 'pss'], rsa_pss_pss_sha256: ['sha256', 'pss'],
  rsa_pss_pss_sha384: ['sha384', 'pss'], rsa_pss_pss_sha512: ['sha512', 'pss'],
  ed25519: null,
};
// The counter with which each AEAD begins, before or after the nonce (RFC 5116, 8439).
const STREAM_CIPHERS = {
  'AES-128-GCM': {option: 'aes-128-ctr', iv: (nonce) => nonce + '00000002'},
  'AES-256-GCM': {option: 'aes-256-ctr', iv: (nonce) => nonce + '00000002'},
  'ChaCha20-Poly1305': {option: 'chacha20', iv: (nonce) => '01000000' + nonce},
};
const TAG_DIGITS = 32, HEADER_DIGITS = 10; // in hex digits
const TO_HEX = 'xxd -p | tr -d \'\\n\'';
const FIRST_WORD = 'cut -d\' \' -f1 | tr -d \'\\n\'';
const LOWER = 'tr A-F a-f | tr -d :';

class NoCommand extends Error {}

function shownHex(text, what) {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/.test(text)) {
    throw new NoCommand(`the trace does not show ${what}`);
  }
  return text;
}

function rowOf(table, word, what) {
  if (!Object.hasOwn(table, word) || !table[word]) {
    throw new NoCommand(`openssl has no command for ${what}`);
  }
  return table[word];
}

function safeLabel(label) {
  if (!/^[A-Za-z0-9 ]{1,40}$/.test(label)) {
    throw new NoCommand('the label is none of TLS');
  }
  return label;
}

const asFile = (digits) => `<(printf ${digits} | xxd -r -p)`;
const wrapLines = (...lines) => lines.join(' \\\n  ');

function der(tag, ...parts) {
  const body = parts.join(''), n = body.length / 2;
  const size = n.toString(16).padStart(2, '0');
  return tag + (n < 128 ? size : '81' + size) + body;
}

// ---- what a command needs of other lines -------------------------------------------------

// The events of one connection, in order, and where each of them stands.
export function makeBook(events) {
  return {events, place: new Map(events.map((e, i) => [e, i]))};
}

// What an event's input names: the last derivation of that name before the event. The main secret of
// a resumed TLS 1.2 session is derived nowhere; a trace that shows secrets tells it. Or undefined.
export function sourceOf(book, event, name) {
  const before = book.events.slice(0, book.place.get(event));
  const found = before.findLast((e) => e.ev === 'derive' && e.name === name);
  const isResumed = !found && name === 'main_secret';
  return isResumed ? book.events.find((e) => e.ev === 'secret' && e.label === 'CLIENT_RANDOM') : found;
}

// The messages of a transcript, by its names: "CH SH EE" -> msg events.
export function messagesOf(book, transcript) {
  const hashed = book.events.filter((e) => e.ev === 'msg' && e.name !== 'hello_request');
  return transcript.messages.split(' ').map((name, i) => ({name, event: hashed[i]}));
}

// The transcript whose hash counts at an event: the last one before it.
export function transcriptAt(book, event) {
  const before = book.events.slice(0, book.place.get(event));
  return before.findLast((e) => e.ev === 'transcript');
}

function secretOf(book, event, name) {
  if (name === '0') {
    return '00'.repeat(rowOf(HASH_OPTIONS, event.hash, 'this hash').size);
  }
  return shownHex(sourceOf(book, event, name)?.value, name);
}

// ---- one function for each way to derive -------------------------------------------------

function kdf(length, e, ...options) {
  return wrapLines(`openssl kdf -keylen ${Number(length)}`,
    `-kdfopt digest:${rowOf(HASH_OPTIONS, e.hash, e.hash).digest}`, ...options) + ` | ${LOWER}`;
}

function extractCommand(book, e) {
  return kdf(e.len, e, '-kdfopt mode:EXTRACT_ONLY',
    `-kdfopt hexsalt:${secretOf(book, e, e.inputs.salt)}`,
    `-kdfopt hexkey:${secretOf(book, e, e.inputs.ikm)}`, 'HKDF');
}

function expandCommand(book, e) {
  const data = shownHex(e.input_values?.context ?? '', 'the context');
  if (!data && e.inputs.context !== '""') {
    throw new NoCommand('the trace does not show the context');
  }
  return kdf(e.len, e, '-kdfopt mode:EXPAND_ONLY',
    `-kdfopt hexkey:${secretOf(book, e, e.inputs.secret)}`,
    '-kdfopt \'prefix:tls13 \'', `-kdfopt 'label:${safeLabel(e.inputs.label)}'`,
    ...(data ? [`-kdfopt hexdata:${data}`] : []), 'TLS13-KDF');
}

function prfCommand(book, e) {
  return kdf(e.len, e, `-kdfopt hexsecret:${secretOf(book, e, e.inputs.secret)}`,
    `-kdfopt 'seed:${safeLabel(e.inputs.label)}'`,
    `-kdfopt hexseed:${shownHex(e.input_values?.seed, 'the seed')}`, 'TLS1-PRF');
}

function partCommand(book, e) {
  const from = Number(e.inputs.offset) * 2 + 1;
  return `printf ${secretOf(book, e, e.inputs.from)} | ` +
    `cut -c${from}-${from + Number(e.len) * 2 - 1} | tr -d '\\n'`;
}

// PKCS #8 and SubjectPublicKeyInfo around the bare numbers, so that openssl reads them.
function exchangeCommand(book, e) {
  const own = shownHex(e.input_values?.private, 'our private key');
  const peer = shownHex(e.input_values?.public, 'the public key of the peer');
  const algorithm = e.fn === 'x25519' ? der('30', X25519)
    : der('30', EC_PUBLIC_KEY, rowOf(CURVE_OIDS, e.fn, e.fn).oid);
  const inner = e.fn === 'x25519' ? der('04', own)
    : der('30', '020101', der('04', own.padStart(CURVE_OIDS[e.fn].size * 2, '0')));
  return wrapLines('openssl pkeyutl -derive',
        `-keyform DER -inkey ${asFile(der('30', '020100', algorithm, der('04', inner)))}`,
        '-peerform DER ' +
          `-peerkey ${asFile(der('30', algorithm, der('03', '00', peer)))}`) +
    ` | ${TO_HEX}`;
}

function decryptCommand(book, e) {
  const text = shownHex(e.input_values?.ciphertext, 'the encrypted secret');
  return `printf ${text} | xxd -r -p |\n` +
    `  openssl pkeyutl -decrypt -inkey server-key.pem | ${TO_HEX}`;
}

const DERIVE_COMMANDS = {
  'HKDF-Extract': {make: extractCommand, about: 'HKDF-Extract: HMAC with the salt as key'},
  'HKDF-Expand-Label': {make: expandCommand, about: 'openssl builds the HkdfLabel itself'},
  PRF: {make: prfCommand, about: 'the PRF of TLS 1.2; its seed is label and bytes together'},
  part: {make: partCommand, about: 'no cryptography: these bytes are cut out'},
  'RSAES-PKCS1-v1_5': { make: decryptCommand, about: 'only the owner of the server\'s key ' +
    'can do this: put its file where server-key.pem stands' },
};
const EXCHANGE_COMMAND = { make: exchangeCommand, about: 'the bytes before each number say what ' +
  'kind of key it is' };

// ---- hashes, MACs, signatures, records ---------------------------------------------------

function wholeMessage(message) {
  if (!message || message.hidden || message.raw?.length !== message.len * 2) {
    throw new NoCommand('the trace does not show each byte of these messages');
  }
  return shownHex(message.raw, 'the message');
}

// A field or a certificate: `at` has its off and len.
function cutFrom(message, at) {
  const raw = wholeMessage(message);
  return shownHex(at && raw.slice(at.off * 2, (at.off + at.len) * 2),
          'what was signed, and by whom');
}

function transcriptPart(book, {name, event}) {
  if (!name.startsWith('message_hash')) {
    return `printf ${wholeMessage(event)}  # ${name.replace(/[^A-Za-z0-9]/g, '')}`;
  }
  const first = book.events.find((e) => e.ev === 'transcript');
  const digest = shownHex(first?.value, 'the hash of the first ClientHello');
  const head = 'fe0000' + (digest.length / 2).toString(16);
  return `printf ${head + digest}  # message_hash, of the hash of the first ClientHello`;
}

function transcriptCommand(book, e) {
  const parts = messagesOf(book, e).map((m) => transcriptPart(book, m));
  return `(\n  ${parts.join('\n  ')}\n) | xxd -r -p |\n` +
    `  openssl dgst -${rowOf(HASH_OPTIONS, e.hash, e.hash).option} -r | ${FIRST_WORD}`;
}

// TLS 1.3: a MAC over the hash of what went before; in TLS 1.2 a derivation of its own.
function finishedCommand(book, e) {
  const own = book.events.find((d) => d.ev === 'derive' && d.name === `${e.side}_verify_data`);
  if (own) {
    return prfCommand(book, own);
  }
  const key = book.events.find((d) => d.ev === 'derive' && d.name === `${e.side}_finished_key`);
  const before = transcriptAt(book, e);
  return `printf ${shownHex(before?.value, 'the hash before it')} | xxd -r -p |\n` +
    `  openssl dgst -${rowOf(HASH_OPTIONS, before.hash, before.hash).option} -mac HMAC \\\n` +
    `  -macopt hexkey:${shownHex(key?.value, `${e.side}_finished_key`)} -r ` +
    `| ${FIRST_WORD}`;
}

function signatureCommand(book, e) {
  const [hash, padding] = rowOf(SIGNATURE_OPTIONS, e.scheme, `${e.scheme} from a pipe`);
  const dir = (e.side === 'server') === (book.events[0].role === 'client') ? 'rx' : 'tx';
  const name = e.what === 'certificate_verify' ? e.what : 'server_key_exchange';
  const last = (wanted) => book.events.findLast((m) => m.ev === 'msg' && m.name === wanted &&
    m.dir === dir);
  const message = last(name), field = message?.fields?.find((f) => f.path === 'signature');
  const holder = last('certificate'), cert = cutFrom(holder, holder?.certs?.[0]);
  const pss = padding ? ['-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest'] : [];
  return wrapLines(`openssl dgst -${hash}`, ...pss,
        `-verify <(printf ${cert} | xxd -r -p | ` +
          'openssl x509 -inform DER -noout -pubkey)',
        `-signature ${asFile(cutFrom(message, field))}`,
        asFile(shownHex(e.signed_content, 'what was signed')));
}

function asCertificate(cert) {
  return `<(printf ${shownHex(cert.der, 'the certificates')} | xxd -r -p | openssl x509 -inform DER)`;
}

// The name that the certificate had to be for, as an option of openssl.
function nameOption(tests) {
  const name = tests.find((t) => t.t === 'name')?.want ?? '';
  if (!/^[A-Za-z0-9.:-]{1,253}$/.test(name)) return [];
  return [`${/^[\d.]+$|:/.test(name) ? '-verify_ip' : '-verify_hostname'} ${name}`];
}

// As of the time of the handshake.
function chainCommand(book, e) {
  if (e.path.length < 2) {
    throw new NoCommand('the path does not end in a certificate that is trusted');
  }
  const [leaf, ...rest] = e.path.map(asCertificate);
  const at = Date.parse(book.events[0].wall_time);
  return wrapLines('openssl verify', `-purpose ${e.side === 'client' ? 'sslclient' : 'sslserver'}`,
    ...(at > 0 ? [`-attime ${Math.floor(at / 1000)}`] : []), ...nameOption(e.tests ?? []),
    `-trusted ${rest.pop()}`, ...rest.map((cert) => `-untrusted ${cert}`), leaf) +
    ' | sed \'s/.*: //\'';
}

const CHECK_COMMANDS = {
  chain: {make: chainCommand, about: 'what openssl makes of the same certificates; its rules are ' +
    'not all of ours'},
  finished: {make: finishedCommand, about: 'what Finished must hold'},
  certificate_verify: {make: signatureCommand, about: 'by the key in the certificate'},
  server_key_exchange: {make: signatureCommand, about: 'by the key in the certificate'},
};

// openssl has no AEAD on the command line, but below its tag each one is a stream cipher.
function recordCommand(book, e) {
  const cipher = rowOf(STREAM_CIPHERS, e.aead?.alg, 'a record like this one');
  const key = shownHex(sourceOf(book, e, e.aead.key)?.value, 'the key');
  const before = HEADER_DIGITS + (e.aead.explicit_nonce?.length ?? 0);
  const raw = shownHex(e.raw, 'the record');
  if (raw.length !== HEADER_DIGITS + e.len * 2) {
    throw new NoCommand('the page has only the beginning of this record');
  }
  const body = raw.slice(before, -TAG_DIGITS);
  return `printf ${body} | xxd -r -p |\n  openssl enc -d -${cipher.option} -K ${key} \\\n` +
    `  -iv ${cipher.iv(shownHex(e.aead.nonce, 'the nonce'))} | ${TO_HEX}`;
}

const COMMANDS = {
  derive: (e) => (Object.hasOwn(DERIVE_COMMANDS, e.fn) ? DERIVE_COMMANDS[e.fn] : EXCHANGE_COMMAND),
  check: (e) => (Object.hasOwn(CHECK_COMMANDS, e.what) ? CHECK_COMMANDS[e.what] : undefined),
  transcript: () => ({make: transcriptCommand, about: 'the messages one after the other'}),
  record: () => ({ make: recordCommand, about: 'decrypts, and does not check the tag: openssl ' +
    'has no AEAD on its command line' }),
};

// The command for an event; see above.
export function commandFor(book, event) {
  const kind = Object.hasOwn(COMMANDS, event.ev) ? COMMANDS[event.ev](event) : undefined;
  if (!kind) {
    return {why: 'openssl has no command for this'};
  }
  try {
    return {text: kind.make(book, event), about: kind.about};
  } catch (error) {
    return {why: error instanceof NoCommand ? error.message : 'its line is not complete'};
  }
}
