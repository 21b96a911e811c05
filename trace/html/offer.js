// What the client offered: every list of its ClientHello in the order it was sent, with what was
// taken. Where the program that made the trace says so, the fingerprints JA3 and JA4 as well.
import {breakable, el, plural, reference, size} from './dom.js';

const GREASE = 'GREASE';

// The lists: fields whose path fits, and the decision that names what was taken of them.
const LISTS = [
  {
    title: 'Versions',
    path: /^extensions\[supported_versions\]\.versions\[\d+\]$/,
    choose: 'version',
  },
  {title: 'Cipher suites', path: /^cipher_suites\[\d+\]$/, choose: 'suite'},
  {
    title: 'Groups for the key exchange',
    path: /^extensions\[supported_groups\]\.named_group_list\[\d+\]$/,
    choose: 'group',
    shares: true,
  },
  {
    title: 'Signature algorithms',
    path: /^extensions\[signature_algorithms\]\.supported_signature_algorithms\[\d+\]$/,
    choose: 'sigalg',
  },
  {
    title: 'Protocols inside (ALPN)',
    path: /^extensions\[application_layer_protocol_negotiation\]\.protocol_name_list\[\d+\](\.name)?$/,
    choose: 'alpn',
  },
  {title: 'Ways to resume', path: /^extensions\[psk_key_exchange_modes\]\.ke_modes\[\d+\]$/},
  {
    title: 'Compression of certificates',
    path: /^extensions\[compress_certificate\]\.algorithms\[\d+\]$/,
  },
];
const EXTENSION = /^(extensions\[[^\]]*\])\.extension_type$/;
const SHARE = /^extensions\[key_share\]\.client_shares\[\d+\]\.group$/;
const FINGERPRINTS = /^fingerprints: JA4 (\S+), JA3 ([0-9a-f]{32})$/;

const nameOf = (field) =>
  field.name || (field.kind === 'code' ? 'not known here' : String(field.val));
const codeOf = (field) =>
  field.kind === 'code' ? '0x' + field.val.toString(16).padStart(2 * field.len, '0') : '';

// ---- one entry

function badge(kind, text) {
  return el('span', {class: `offer-badge offer-${kind}`}, text);
}

function entry(view, hello, field, extra) {
  const isGrease = field.name === GREASE;
  return el(
    'li',
    {class: isGrease ? 'offer-entry is-grease' : 'offer-entry'},
    codeOf(field) ? el('code', {}, codeOf(field)) : null,
    el('a', {href: view.link(`${hello.id}/${field.path}`)}, breakable(nameOf(field))),
    isGrease ? badge('grease', 'means nothing') : null,
    extra,
  );
}

// ---- the lists

function listPart(view, hello, list) {
  const fields = hello.fields.filter((f) => list.path.test(f.path) && f.kind !== 'length');
  if (fields.length === 0) return null;
  const taken =
    list.choose && (view.model.chooses.find((c) => c.what === list.choose) || {}).chosen;
  const shares = list.shares
    ? hello.fields.filter((f) => SHARE.test(f.path)).map((f) => f.val)
    : [];
  return el(
    'section',
    {class: 'offer-list'},
    el('h3', {}, list.title, ' ', el('small', {}, String(fields.length))),
    el(
      'ol',
      {},
      fields.map((f) =>
        entry(view, hello, f, [
          shares.includes(f.val) ? badge('share', 'key share sent') : null,
          taken && taken === nameOf(f) ? badge('taken', 'taken') : null,
        ]),
      ),
    ),
  );
}

function extensionsPart(view, hello) {
  const found = hello.fields.filter((f) => EXTENSION.test(f.path));
  if (found.length === 0) return null;
  const lengthOf = (field) => {
    const path = field.path.replace(EXTENSION, '$1.length');
    return (hello.fields.find((f) => f.path === path) || {val: 0}).val;
  };
  return el(
    'section',
    {class: 'offer-list offer-wide'},
    el('h3', {}, 'Extensions ', el('small', {}, String(found.length))),
    el(
      'ol',
      {},
      found.map((f) =>
        entry(view, hello, f, [
          el('span', {class: 'offer-size'}, size(lengthOf(f))),
          f.note ? el('span', {class: 'offer-note'}, f.note) : null,
        ]),
      ),
    ),
  );
}

// ---- fingerprints

// "t13d1516h2_8daaf6152771_e5627efa2ab1": the first part is for people.
function readJa4(ja4) {
  const m = /^t(..)([di])(\d\d)(\d\d)(..)_/.exec(ja4);
  if (!m) return '';
  const version = /^1\d$/.test(m[1])
    ? `TLS 1.${m[1][1]}`
    : m[1] === 's3'
      ? 'SSL 3'
      : 'an unknown version';
  return (
    `${version}, ${m[2] === 'd' ? 'asks for a name' : 'asks for no name'}, ` +
    `${plural(Number(m[3]), 'suite')}, ${plural(Number(m[4]), 'extension')}, ` +
    (m[5] === '00' ? 'no ALPN' : `ALPN ${m[5]}`)
  );
}

function fingerprints(model) {
  const found = model.notes.map((n) => FINGERPRINTS.exec(n.text)).find(Boolean);
  if (!found) return null;
  return el(
    'div',
    {class: 'offer-prints'},
    el(
      'dl',
      {},
      el('dt', {}, 'JA4'),
      el('dd', {}, el('code', {}, found[1]), el('small', {}, readJa4(found[1]))),
      el('dt', {}, 'JA3'),
      el('dd', {}, el('code', {}, found[2]), el('small', {}, 'MD5 of the lists as they were sent')),
    ),
    el(
      'p',
      {},
      'Short words for these lists, by which servers and observers tell one program from another. ' +
        'They name software, not a person, and any program can imitate another.',
    ),
  );
}

// ---- the panel

function greaseNote(hello) {
  const n = hello.fields.filter(
    (f) => f.name === GREASE && !/key_share|\.key_exchange/.test(f.path),
  ).length;
  if (n === 0) return null;
  return el(
    'p',
    {class: 'offer-about'},
    `${plural(n, 'entry').replace('entrys', 'entries')} called GREASE: `,
    'values that mean nothing, sent at random so that servers keep ignoring what they do not know ',
    reference({rfc: 8701, section: '3'}),
    '.',
  );
}

export const offerPanel = {
  id: 'offer',
  title: 'What the client offers',
  short: 'Offer',
  lead: 'All of it is in the ClientHello, in the order it was sent and in clear: who listens on the way reads it too.',
  build(view) {
    const hello = view.model.messages.find((m) => m.name === 'client_hello');
    if (!hello || !hello.fields) return null;
    const lists = LISTS.map((list) => listPart(view, hello, list));
    return el(
      'div',
      {class: 'offer'},
      fingerprints(view.model),
      el('div', {class: 'offer-lists'}, lists, extensionsPart(view, hello)),
      greaseNote(hello),
    );
  },
};
