// Which bytes an item has, and what is where in them.
import {bytesOf, shortHex, size} from './dom.js';
import {certificateFields} from './der.js';

// ---- values

export function valueOf(field, digits) {
  if (field.hidden) return `${size(field.len)}, hidden`;
  if (field.kind === 'code')
    return field.name
      ? `${field.name} (0x${Number(field.val)
          .toString(16)
          .padStart(2 * field.len, '0')})`
      : `0x${Number(field.val)
          .toString(16)
          .padStart(2 * field.len, '0')}`;
  if (field.kind === 'text') return `"${String(field.val).replace(/\n/g, '\\x0a')}"`;
  if (field.kind === 'der') return shortHex(String(field.val), digits);
  if (field.kind === 'bytes') return field.val ? shortHex(field.val, digits) : 'empty';
  return String(field.val);
}

// ---- the fields of what has none in the trace

const HEADER = [
  ['type', 1, 'code'],
  ['legacy_record_version', 2, 'code'],
  ['length', 2, 'length'],
];
const RECORD_RULE = {rfc: 9846, section: '5.1'};
const SEALED_RULE = {rfc: 9846, section: '5.2'};
const TAG = 16;
const ONLY_HEAD = 'Only the beginning: long records of data are cut on this page.';

function numberAt(bytes, off, n) {
  let value = 0;
  for (let i = 0; i < n; i++) value = value * 256 + bytes[off + i];
  return value;
}

function hexAt(bytes, off, n) {
  return Array.from(bytes.subarray(off, off + n), (b) => b.toString(16).padStart(2, '0')).join('');
}

function headerFields(r, bytes, base) {
  const notes = {
    type:
      r.protected && r.type === 23 && r.inner_name
        ? `what is inside is ${r.inner_name}; the path sees application data only`
        : '',
    legacy_record_version: 'frozen for old middleboxes',
    length: 'of what follows',
  };
  const names = {
    type: r.name,
    legacy_record_version: {'0x0301': 'TLS 1.0', '0x0302': 'TLS 1.1', '0x0303': 'TLS 1.2'}[
      r.version
    ],
  };
  let off = base;
  return HEADER.map(([name, len, kind]) => {
    const field = {
      off,
      len,
      path: `record.${name}`,
      kind,
      val: numberAt(bytes, off, len),
      name: names[name],
      note: notes[name],
      ref: RECORD_RULE,
    };
    off += len;
    return field;
  });
}

function sealedFields(r, bytes, base, length) {
  const fields = [];
  let off = base;
  let left = length;
  const add = (name, len, note) => {
    if (len <= 0) return;
    fields.push({
      off,
      len,
      path: `record.${name}`,
      kind: 'bytes',
      val: hexAt(bytes, off, len),
      note,
      ref: SEALED_RULE,
    });
    off += len;
    left -= len;
  };
  const nonce = r.aead && r.aead.explicit_nonce ? r.aead.explicit_nonce.length / 2 : 0;
  add('nonce_explicit', nonce, 'the end of the nonce, in clear in each record');
  add(
    'encrypted_record',
    left - TAG,
    r.aead ? `${r.aead.alg} under ${r.aead.key}, record ${r.aead.seq} of that key` : 'encrypted',
  );
  add('authentication_tag', left, 'a single bit changed on the way, and the record does not open');
  return fields;
}

// The fields of messages that lie whole in one record, moved to where they are in it.
function insideFields(r, base, size_) {
  const fields = [];
  let end = 0;
  for (const m of r.messages) {
    const part = (m.parts || []).find((p) => p.record === r.n);
    if (!part) continue;
    const isWhole = part.len === m.len && (m.parts || []).length === 1;
    if (isWhole) {
      fields.push(
        ...(m.fields || []).map((f) => ({
          ...f,
          off: f.off + part.off + base,
          path: `${m.title}.${f.path}`,
        })),
      );
    } else {
      fields.push({
        off: part.off + base,
        len: part.len,
        path: `${m.title}.part`,
        kind: 'uint',
        val: `${part.len} of ${m.len} bytes`,
        note: 'the message goes on in another record',
      });
    }
    end = Math.max(end, part.off + part.len);
  }
  if (end === 0 && size_ > 0) return contentFields(r, base, size_);
  return fields;
}

function contentFields(r, base, n) {
  if (r.content === 'alert' && n === 2) {
    const level = r.alert ? r.alert.level : '';
    return [
      {
        off: base,
        len: 1,
        path: 'alert.level',
        kind: 'code',
        val: level === 'fatal' ? 2 : 1,
        name: level,
      },
      {
        off: base + 1,
        len: 1,
        path: 'alert.description',
        kind: 'code',
        val: r.alert ? r.alert.code : 0,
        name: r.alert ? r.alert.desc : '',
        note: r.alert ? r.alert.meaning : '',
        ref: {rfc: 9846, section: '6'},
      },
    ];
  }
  if (r.content === 'change_cipher_spec') {
    return [
      {
        off: base,
        len: n,
        path: 'change_cipher_spec',
        kind: 'uint',
        val: 1,
        note: 'TLS 1.2: what follows is under the new keys; in TLS 1.3 it means nothing and is there for middleboxes',
        ref: {rfc: 9846, section: '5'},
      },
    ];
  }
  return [{off: base, len: n, path: 'data', kind: 'uint', val: size(n), note: 'application data'}];
}

// ---- parts: the same thing as it was on the wire, and as it was inside

function wireOf(records) {
  const pieces = records.map((r) => bytesOf(r.raw || r.raw_head));
  const bytes = new Uint8Array(pieces.reduce((sum, p) => sum + p.length, 0));
  const fields = [];
  let base = 0;
  records.forEach((r, i) => {
    bytes.set(pieces[i], base);
    const has = Math.max(pieces[i].length - 5, 0);
    let list = pieces[i].length < 5 ? [] : headerFields(r, bytes, base);
    if (has > 0)
      list = list.concat(
        r.protected ? sealedFields(r, bytes, base + 5, has) : insideFields(r, base + 5, has),
      );
    const hidden = (r.hidden || []).map((h) => [base + h.off, base + h.off + h.len]);
    list = list.map((f) =>
      hidden.some(([from, to]) => f.off >= from && f.off + f.len <= to) ? {...f, hidden: true} : f,
    );
    if (records.length > 1)
      list = list.map((f) => ({
        ...f,
        path: `record_${r.n}.${f.path.replace(/^record\./, '')}`,
      }));
    fields.push(...list);
    base += pieces[i].length;
  });
  return {bytes, fields, missing: records.some((r) => r.raw_head) ? ONLY_HEAD : ''};
}

// What it took to open a record.
function openingOf(r) {
  if (!r.aead) return [];
  return [
    ['Cipher', r.aead.alg],
    ['Key', r.aead.key, r.keyItem],
    ['Sequence number', String(r.aead.seq)],
    [
      'Nonce',
      r.aead.nonce && `${r.aead.nonce} = the IV, with the sequence number in its last bytes (xor)`,
    ],
    ['Also authenticated', r.aead.aad && `${r.aead.aad}`],
  ].filter((row) => row[1]);
}

function recordParts(r) {
  const wire = {
    ...wireOf([r]),
    id: 'wire',
    tab: 'On the wire',
    item: r,
    records: [],
    title: `Record ${r.n} of the ${r.sender}`,
    facts: openingOf(r),
    about: r.protected
      ? 'Encrypted: somebody on the path sees the header and the length.'
      : 'In clear: anybody on the path can read it.',
  };
  const plain = r.plaintext || r.plaintext_head;
  if (!plain) return [wire];
  const bytes = bytesOf(plain);
  const fields = insideFields(r, 0, bytes.length);
  return [
    {
      bytes,
      fields,
      id: 'inside',
      tab: 'Decrypted',
      item: r,
      records: [],
      title: `Record ${r.n} of the ${r.sender}, opened`,
      about: `${r.inner_name || 'data'}, ${size(r.inner_len)}${r.padding > 0 ? `, and ${size(r.padding)} of padding` : ''}.`,
      facts: openingOf(r),
      missing: r.plaintext_head ? ONLY_HEAD : '',
    },
    wire,
  ];
}

// What a message is for, in one sentence, and where it is written.
const PURPOSE = {
  client_hello: [
    'What the client can do, best first, and a random value that makes this handshake unique.',
    9846,
    '4.2.2',
  ],
  server_hello: ["The server's choice, and its random value.", 9846, '4.2.3'],
  hello_retry_request: [
    'The server wants a share for another group: the client says hello again, at the price of a round trip.',
    9846,
    '4.2.4',
  ],
  encrypted_extensions: [
    'Answers that need not be in clear: the first message that the path cannot read.',
    9846,
    '4.4.1',
  ],
  certificate_request: ['The server wants to know who the client is.', 9846, '4.4.2'],
  certificate: [
    'Who the sender says it is: a certificate, and those that vouch for it.',
    9846,
    '4.5.1',
  ],
  certificate_verify: [
    "A signature over all that was said so far: the sender has the certificate's private key.",
    9846,
    '4.5.2',
  ],
  finished: [
    'A MAC over all that was said so far: both ends saw the same, byte for byte.',
    9846,
    '4.5.3',
  ],
  new_session_ticket: [
    'With it the client can come back later without a certificate.',
    9846,
    '4.7.1',
  ],
  key_update: ["The sender's next records are under a new key.", 9846, '4.7.3'],
  server_key_exchange: [
    "The server's share for the key exchange, signed with the key of its certificate.",
    5246,
    '7.4.3',
  ],
  server_hello_done: ['The server has said all: it is the client that goes on.', 5246, '7.4.5'],
  client_key_exchange: ['What both need to make the same secret.', 5246, '7.4.7'],
  certificate_status: ['What the issuer says about the certificate today.', 6066, '8'],
};

function purposeOf(m) {
  const [text, rfc, section] = PURPOSE[m.name] || [];
  return text ? {text, ref: {rfc, section}} : null;
}

// The trace cuts long values; here is all of them, and certificates are taken apart.
function wholeFields(m, bytes) {
  return (m.fields || []).flatMap((f) => {
    if (f.kind !== 'bytes' || f.hidden) return [f];
    const whole = {...f, val: hexAt(bytes, f.off, f.len)};
    return m.name === 'certificate' && bytes[f.off] === 0x30
      ? [whole, ...certificateFields(bytes, f.off, f.len, f.path)]
      : [whole];
  });
}

function messageParts(view, m) {
  const bytes = bytesOf(m.raw);
  const inside = {
    id: 'inside',
    tab: m.sealed ? 'Decrypted' : 'Message',
    item: m,
    records: m.records,
    title: m.title,
    bytes,
    fields: wholeFields(m, bytes),
    purpose: purposeOf(m),
    about: `${size(m.len)}, sent by the ${m.sender}${m.sealed ? ', encrypted' : ', in clear'}.`,
  };
  const wire = {
    ...wireOf(m.records),
    id: 'wire',
    tab: 'On the wire',
    item: m,
    records: m.records,
    title: `${m.title} on the wire`,
    about: m.sealed
      ? 'What went over the wire: unreadable without the key.'
      : 'What went over the wire, readable to all.',
  };
  if (m.records.length === 0) return [inside];
  return view.knows(m) ? [inside, wire] : [wire];
}

function valueParts(item, title, hex, about) {
  const bytes = bytesOf(hex);
  return [
    {
      id: 'inside',
      tab: 'Value',
      item,
      records: [],
      title,
      bytes,
      about,
      fields: [{off: 0, len: bytes.length, path: 'value', kind: 'bytes', val: hex}],
    },
  ];
}

const PARTS = {
  msg: messageParts,
  record: (view, r) =>
    view.knows(r) && view.lens() !== 'observer' ? recordParts(r) : [recordParts(r).pop()],
  alert: (view, a) => (a.record ? PARTS.record(view, a.record) : []),
  derive: (view, d) =>
    d.value && view.knows(d) ? valueParts(d, d.name, d.value, `${d.fn}, ${size(d.len)}`) : [],
  transcript: (view, t) =>
    view.knows(t)
      ? valueParts(t, `${t.hash} of ${t.messages}`, t.value, 'The hash of all messages so far.')
      : [],
  check: (view, c) => (!view.knows(c) ? [] : c.message ? messageParts(view, c.message) : []),
  key: (view, k) => (k.derive ? PARTS.derive(view, k.derive) : []),
};

// What has one tint in the bytes: an extension, a part of a certificate, else a field at top level.
const GROUP = /^(extensions\[[^\]]*\]|.*?cert_data(\.tbsCertificate)?\.\w+|[^.[]*)/;

// Each {id, tab, key, item, records, title, bytes, fields, about, missing}: fields by their offset,
// with a tint that changes from one group to the next.
export function partsOf(view, item) {
  if (!item || !PARTS[item.kind]) return [];
  return PARTS[item.kind](view, item).map((part) => {
    const fields = part.fields
      .filter((f) => f.len > 0 || part.item.kind === 'msg')
      .map((f) => ({...f}));
    let group = null;
    let tint = 0;
    for (const f of fields) {
      const name = f.path.match(GROUP)[0];
      tint = name === group ? tint : 1 - tint;
      group = name;
      f.tint = tint;
    }
    return {...part, fields, key: `${item.id} ${part.id} ${view.lens() === 'observer'}`};
  });
}

// ---- the tree that the paths describe

export function fieldTree(fields) {
  const roots = [];
  const byPath = new Map();
  fields.forEach((field, index) => {
    const words = field.path.split(/\.|(?=\[)/).filter(Boolean);
    let list = roots;
    let path = '';
    words.forEach((word, depth) => {
      path += (word.startsWith('[') || path === '' ? '' : '.') + word;
      let node = byPath.get(path);
      if (!node) {
        node = {
          label: word.replace(/^\[(.*)\]$/, '$1'),
          path,
          children: [],
          leaves: [],
          first: field,
          own: null,
          from: index,
          to: index,
          off: field.off,
          len: 0,
        };
        byPath.set(path, node);
        list.push(node);
      }
      node.to = index;
      node.leaves.push(field);
      node.len = field.off + field.len - node.off;
      if (depth === words.length - 1) node.first = node.own = field;
      list = node.children;
    });
  });
  return roots;
}
