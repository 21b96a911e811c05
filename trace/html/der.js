// A certificate's DER as fields, with the names of RFC 5280. It reads what a peer made up: whatever
// does not fit is left as bytes.
import {hexOf} from './dom.js';

const OIDS = {
  '2.5.4.3': 'commonName',
  '2.5.4.4': 'surname',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'countryName',
  '2.5.4.7': 'localityName',
  '2.5.4.8': 'stateOrProvinceName',
  '2.5.4.10': 'organizationName',
  '2.5.4.11': 'organizationalUnitName',
  '2.5.4.12': 'title',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '0.9.2342.19200300.100.1.25': 'domainComponent',
  '1.2.840.113549.1.1.1': 'rsaEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'id-RSASSA-PSS',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.2.840.10045.2.1': 'id-ecPublicKey',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.2.840.10045.3.1.7': 'secp256r1',
  '1.3.132.0.34': 'secp384r1',
  '1.3.132.0.35': 'secp521r1',
  '1.3.101.112': 'Ed25519',
  '1.3.101.113': 'Ed448',
  '2.5.29.14': 'subjectKeyIdentifier',
  '2.5.29.15': 'keyUsage',
  '2.5.29.17': 'subjectAltName',
  '2.5.29.18': 'issuerAltName',
  '2.5.29.19': 'basicConstraints',
  '2.5.29.30': 'nameConstraints',
  '2.5.29.31': 'cRLDistributionPoints',
  '2.5.29.32': 'certificatePolicies',
  '2.5.29.35': 'authorityKeyIdentifier',
  '2.5.29.37': 'extKeyUsage',
  '1.3.6.1.5.5.7.1.1': 'authorityInfoAccess',
  '1.3.6.1.5.5.7.1.24': 'tlsFeature',
  '1.3.6.1.4.1.11129.2.4.2': 'signedCertificateTimestamps',
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
  '1.3.6.1.5.5.7.48.1': 'ocsp',
  '1.3.6.1.5.5.7.48.2': 'caIssuers',
};

// What the parts of a SEQUENCE are called, in their order; parts with a context tag by that.
const PARTS_OF = {
  certificate: ['tbsCertificate', 'signatureAlgorithm', 'signatureValue'],
  tbsCertificate: [
    'serialNumber',
    'signature',
    'issuer',
    'validity',
    'subject',
    'subjectPublicKeyInfo',
  ],
  signatureAlgorithm: ['algorithm', 'parameters'],
  signature: ['algorithm', 'parameters'],
  algorithm: ['algorithm', 'parameters'],
  validity: ['notBefore', 'notAfter'],
  subjectPublicKeyInfo: ['algorithm', 'subjectPublicKey'],
  basicConstraints: ['cA', 'pathLenConstraint'],
  attributes: ['attribute'],
  attribute: ['type', 'value'],
};
const TAGGED = {
  tbsCertificate: {0xa0: 'version', 0xa3: 'extensions'},
  subjectAltName: {
    0x81: 'rfc822Name',
    0x82: 'dNSName',
    0x86: 'uniformResourceIdentifier',
    0x87: 'iPAddress',
  },
  authorityKeyIdentifier: {0x80: 'keyIdentifier'},
};
const NOTES = {
  tbsCertificate: ['what the issuer signed', '4.1.1.1'],
  signatureValue: ['by the issuer, over tbsCertificate', '4.1.1.3'],
  serialNumber: ['the issuer gives it once', '4.1.2.2'],
  issuer: ['who signed', '4.1.2.4'],
  validity: ['when it may be believed', '4.1.2.5'],
  subject: ['whose key this is', '4.1.2.6'],
  subjectPublicKeyInfo: ['the key: CertificateVerify is checked with it', '4.1.2.7'],
  subjectAltName: ['the names that count', '4.2.1.6'],
  keyUsage: ['what the key may do', '4.2.1.3'],
  extKeyUsage: ['for what', '4.2.1.12'],
  basicConstraints: ['whether it may sign certificates', '4.2.1.9'],
  authorityKeyIdentifier: ["which of the issuer's keys signed", '4.2.1.1'],
  subjectKeyIdentifier: ['a short name for the key', '4.2.1.2'],
  nameConstraints: ['names that it may vouch for', '4.2.1.10'],
};
const TAGS = {
  0x01: 'BOOLEAN',
  0x02: 'INTEGER',
  0x03: 'BIT STRING',
  0x04: 'OCTET STRING',
  0x05: 'NULL',
  0x06: 'OBJECT IDENTIFIER',
  0x0a: 'ENUMERATED',
  0x0c: 'UTF8String',
  0x13: 'PrintableString',
  0x16: 'IA5String',
  0x17: 'UTCTime',
  0x18: 'GeneralizedTime',
  0x1e: 'BMPString',
  0x30: 'SEQUENCE',
  0x31: 'SET',
};
const USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
];
const MAX_DEPTH = 12;

// The element at `at`: {tag, head, body, end}; null when there is none.
function element(bytes, at, limit) {
  if (at + 2 > limit) return null;
  let length = bytes[at + 1];
  let head = 2;
  if (length > 0x80) {
    const n = length - 0x80;
    if (n > 3 || at + 2 + n > limit) return null;
    length = 0;
    for (let i = 0; i < n; i++) length = length * 256 + bytes[at + 2 + i];
    head += n;
  } else if (length === 0x80) {
    return null;
  }
  const end = at + head + length;
  return end <= limit ? {tag: bytes[at], at, head, body: at + head, end} : null;
}

function oidOf(bytes) {
  const numbers = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(
        ...(numbers.length === 0
          ? [Math.min(Math.floor(value / 40), 2), value - 40 * Math.min(Math.floor(value / 40), 2)]
          : [value]),
      );
      value = 0;
    }
  }
  const dotted = numbers.join('.');
  return OIDS[dotted] || dotted;
}

function usages(bits) {
  const found = USAGES.filter((name, i) => bits.length > 1 && bits[1] & (0x80 >> i));
  return found.join(', ');
}

// 261121182111Z, 20261121182111Z
function timeText(text) {
  const m = text.match(/^(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/);
  return m
    ? `${m[1] || (Number(m[2]) < 50 ? 20 : 19)}${m[2]}-${m[3]}-${m[4]} ${m[5]}:${m[6]}:${m[7]} UTC`
    : text;
}

function valueText(name, tag, bytes) {
  const text = () => new TextDecoder().decode(bytes);
  switch (tag) {
    case 0x01:
      return bytes[0] ? 'TRUE' : 'FALSE';
    case 0x02:
    case 0x0a:
      return bytes.length < 5 ? String(bytes.reduce((n, b) => n * 256 + b, 0)) : hexOf(bytes);
    case 0x03:
      return name === 'keyUsage' ? usages(bytes) : hexOf(bytes.subarray(1));
    case 0x05:
      return 'NULL';
    case 0x06:
      return oidOf(bytes);
    case 0x0c:
    case 0x13:
    case 0x16:
      return `"${text()}"`;
    case 0x17:
    case 0x18:
      return timeText(text());
    case 0x81:
    case 0x82:
    case 0x86:
      return `"${text()}"`;
    case 0x87:
      return bytes.length === 4 ? bytes.join('.') : hexOf(bytes);
    default:
      return hexOf(bytes);
  }
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.fields = [];
  }

  add(path, name, from, to, text, tag) {
    const [note, section] = NOTES[name] || [];
    this.fields.push({
      off: from,
      len: to - from,
      path,
      kind: 'der',
      val: text,
      tag: TAGS[tag] || '',
      note,
      ref: section ? {rfc: 5280, section} : undefined,
    });
  }

  // One element under a path; `name` says what it is.
  read(e, path, name, depth) {
    const isConstructed = Boolean(e.tag & 0x20);
    const wraps =
      !isConstructed && name === 'extnValue' ? element(this.bytes, e.body, e.end) : null;
    if (depth >= MAX_DEPTH || (!isConstructed && !(wraps && wraps.end === e.end))) {
      this.add(
        path,
        name,
        e.at,
        e.end,
        valueText(name, e.tag, this.bytes.subarray(e.body, e.end)),
        e.tag,
      );
      return;
    }
    this.add(
      `${path}.tag`,
      name,
      e.at,
      e.body,
      `${TAGS[e.tag] || `[${e.tag & 0x1f}]`}, ${e.end - e.body} bytes`,
      e.tag,
    );
    if (wraps) this.read(wraps, `${path}.${this.inside}`, this.inside, depth + 1);
    else this.children(e, path, name, depth + 1);
  }

  children(e, path, name, depth) {
    let at = e.body;
    let index = 0;
    let named = 0;
    const taken = new Map();
    while (at < e.end) {
      const child = element(this.bytes, at, e.end);
      if (!child) {
        this.add(`${path}.unreadable`, '', at, e.end, hexOf(this.bytes.subarray(at, e.end)), 0);
        return;
      }
      const tagged = (TAGGED[name] || {})[child.tag];
      const word =
        tagged ||
        (child.tag & 0x80 ? '' : (PARTS_OF[name] || [])[named]) ||
        this.guess(child, name);
      if (!tagged && !(child.tag & 0x80)) named++;
      taken.set(word, (taken.get(word) || 0) + 1);
      const label = word
        ? `.${word}${taken.get(word) > 1 ? ` ${taken.get(word)}` : ''}`
        : `[${index}]`;
      this.readChild(child, path + label, word, name, depth);
      at = child.end;
      index++;
    }
  }

  // What a part is called by what it says itself: extensions and attributes begin with their OID.
  guess(child, name) {
    const first = element(this.bytes, child.body, child.end);
    if (name === 'extensions' || name === 'extensionList') {
      if (child.tag === 0x30 && first && first.tag === 0x06) return this.word(first);
      return name === 'extensions' ? 'list' : '';
    }
    if ((name === 'issuer' || name === 'subject') && child.tag === 0x31 && first) {
      const type = element(this.bytes, first.body, first.end);
      return type && type.tag === 0x06 ? this.word(type) : '';
    }
    return '';
  }

  word(oid) {
    return oidOf(this.bytes.subarray(oid.body, oid.end)).replace(/\./g, '_');
  }

  readChild(child, path, word, parent, depth) {
    if (parent === 'extensions' && word === 'list') {
      this.add(
        `${path}.tag`,
        '',
        child.at,
        child.body,
        `SEQUENCE, ${child.end - child.body} bytes`,
        child.tag,
      );
      this.children(child, path.replace(/\.list$/, ''), 'extensionList', depth);
    } else if (parent === 'extensionList') {
      this.extension(child, path, word, depth);
    } else if (parent === 'issuer' || parent === 'subject') {
      this.read(child, path, 'attributes', depth);
    } else {
      this.read(child, path, word, depth);
    }
  }

  extension(e, path, name, depth) {
    this.add(`${path}.tag`, name, e.at, e.body, `SEQUENCE, ${e.end - e.body} bytes`, e.tag);
    for (let at = e.body; at < e.end;) {
      const part = element(this.bytes, at, e.end);
      if (!part) return;
      const word = {0x06: 'extnID', 0x01: 'critical', 0x04: 'extnValue'}[part.tag] || 'part';
      this.inside = name || 'value';
      this.read(part, `${path}.${word}`, word, depth + 1);
      at = part.end;
    }
  }
}

// The fields of the certificate at `off`, or none where there is none. Paths begin with `path`.
export function certificateFields(bytes, off, len, path) {
  const reader = new Reader(bytes);
  const whole = element(bytes, off, off + len);
  if (!whole || whole.tag !== 0x30 || whole.end !== off + len) return [];
  reader.read(whole, path, 'certificate', 0);
  const last = reader.fields[reader.fields.length - 1];
  return reader.fields.every(
    (f, i) => i === 0 || f.off === reader.fields[i - 1].off + reader.fields[i - 1].len,
  ) && last.off + last.len === off + len
    ? reader.fields
    : [];
}
