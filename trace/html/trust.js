// Trust: from the certificate that was shown, signature by signature, to one that we believed before.
// Each rule with what it wants and what it found; and where it ends badly, what would mend it.
import { el, icon, place, plural, reference } from './dom.js';
import { commandFor, makeBook } from './commands.js';
import { commandBox } from './keys.js';

const DAY = 86400000;
const words = (name) => String(name || '').replace(/_/g, ' ');
const day = (text) => (text || '').slice(0, 10);

// ---- one certificate

function daysLeft(cert, now) {
  const end = Date.parse(cert.not_after), start = Date.parse(cert.not_before);
  if (!(now >= start)) return `begins in ${plural(Math.ceil((start - now) / DAY), 'day')}`;
  return now > end ? `ended ${plural(Math.floor((now - end) / DAY), 'day')} before`
    : `${plural(Math.floor((end - now) / DAY), 'day')} left`;
}

// A bar from the first to the last day, with a mark where the handshake was.
function validity(cert, now) {
  const start = Date.parse(cert.not_before), end = Date.parse(cert.not_after);
  if (!Number.isFinite(start) || !Number.isFinite(end)) return null;
  const at = (now - start) / (end - start), isOutside = at < 0 || at > 1;
  const mark = Number.isFinite(at) ? place(el('i', {class: 'trust-now'}), {left: `${Math.max(0, Math.min(1, at)) * 100}%`}) : null;
  return el('div', {class: `trust-dates${isOutside ? ' is-bad' : ''}`},
    el('div', {class: 'trust-bar', 'aria-hidden': 'true'}, mark),
    el('span', {}, day(cert.not_before)), el('span', {}, day(cert.not_after)),
    el('span', {class: 'trust-left'}, Number.isFinite(now) ? daysLeft(cert, now) : ''));
}

function testRow(t) {
  return el('li', {class: t.ok ? 'trust-test' : 'trust-test is-bad'},
    icon(t.ok ? 'ok' : 'bad', t.ok ? 'passed' : 'failed'), el('b', {}, words(t.t)),
    el('span', {}, t.ok ? t.got : ['wanted ', el('em', {}, t.want), ', got ', el('em', {}, t.got)]),
    t.ok && t.want !== t.got ? el('small', {}, `wanted: ${t.want}`) : null, t.ref ? reference(t.ref) : null);
}

function testList(tests) {
  const bad = tests.filter((t) => !t.ok), good = tests.filter((t) => t.ok);
  return [bad.length > 0 ? el('ul', {class: 'trust-tests'}, bad.map(testRow)) : null,
    good.length > 0 ? el('details', {class: 'trust-more'},
      el('summary', {}, icon('ok'), ` ${plural(good.length, 'check')} passed: `, good.map((t) => words(t.t)).join(', ')),
      el('ul', {class: 'trust-tests'}, good.map(testRow))) : null];
}

// Where the certificate lies in the Certificate message, as a link into its bytes.
function bytesLink(view, message, cert) {
  const sent = ((message && message.certs) || []).find((c) => c.serial === cert.serial && c.subject === cert.subject);
  const field = sent && (message.fields || []).find((f) => f.off === sent.off && f.len === sent.len);
  return sent ? el('a', {href: view.link(field ? `${message.id}/${field.path}` : message.id)}, `see its ${sent.len} bytes`) : null;
}

// What a certificate is in the path.
function roleOf(check, depth, path, isSent) {
  if (depth === 0) return `shown by the ${check.side}`;
  if (depth < path.length - 1) return isSent ? 'in between, sent along' : 'in between';
  return check.anchor_source ? `trusted already: ${check.anchor_source}` : 'trusted already';
}

function certCard(view, check, depth, now) {
  const cert = check.path[depth], tests = (check.tests || []).filter((t) => t.depth === depth);
  const link = bytesLink(view, check.message, cert);
  const isBad = tests.some((t) => !t.ok);
  return el('li', {class: `trust-card${isBad ? ' is-bad' : ''}`},
    el('small', {class: 'trust-role'}, roleOf(check, depth, check.path, link !== null)),
    el('b', {class: 'trust-subject'}, cert.subject || 'no subject'),
    cert.san ? el('p', {class: 'trust-names'}, 'for ', cert.san.replace(/(DNS|IP|email|URI):/g, '')) : null,
    el('p', {class: 'trust-key'}, cert.key || '', link ? [' · ', link] : null), validity(cert, now), testList(tests));
}

// ---- the path

function arrow(check, depth) {
  const t = (check.tests || []).find((one) => one.depth === depth && one.t === 'signature');
  return el('li', {class: `trust-arrow${t && !t.ok ? ' is-bad' : ''}`}, el('span', {}, t ? 'signed by' : 'its issuer', t ? [' ', icon(t.ok ? 'ok' : 'bad', t.ok ? 'signature verified' : 'signature wrong')] : null));
}

// Nobody trusted has the name of the issuer: an empty place at the end of the path.
function missing(check) {
  const last = check.path[check.path.length - 1];
  const t = (check.tests || []).find((one) => one.t === 'issuer' && !one.ok && one.depth === check.path.length - 1);
  if (!t || !last || last.subject === last.issuer) return null;
  return [arrow(check, check.path.length - 1), el('li', {class: 'trust-card is-missing'},
    el('small', {class: 'trust-role'}, 'not found'), el('b', {class: 'trust-subject'}, last.issuer),
    el('p', {class: 'trust-key'}, `not among the certificates that we trust: ${check.anchors || 0}`))];
}

function graph(view, check, now) {
  const path = check.path || [];
  return el('ol', {class: `trust-path${path.length > 3 ? '' : ' is-short'}`}, path.map((cert, depth) =>
    [depth > 0 ? arrow(check, depth - 1) : null, certCard(view, check, depth, now)]), path.length > 0 ? missing(check) : null);
}

function others(check) {
  const used = new Set((check.path || []).map((c) => c.serial));
  const spare = ((check.message && check.message.certs) || []).filter((c) => !used.has(c.serial));
  const shown = (check.path || []).map((c) => c.subject).join(' < ');
  const ends = (check.dead_ends || []).filter((d) => !shown.startsWith(d.path));
  if (spare.length === 0 && ends.length === 0) return null;
  return el('ul', {class: 'trust-others'},
    spare.map((c) => el('li', {}, 'Sent, and not needed: ', c.subject)),
    ends.map((d) => el('li', {}, icon('bad'), ' A path that led nowhere: ', el('b', {}, d.path), `, ${d.why}`)));
}

// ---- verdict and proof

function ownVerify(book, check) {
  const command = commandFor(book, check);
  return command.text ? el('details', {class: 'trust-proof'}, el('summary', {}, 'Ask openssl about these certificates'), commandBox(command)) : null;
}

function verdict(view, check) {
  const ignored = !check.ok && !check.enforced;
  return el('div', {class: `trust-verdict item ${check.ok ? 'is-ok' : 'is-bad'}`, 'data-item': check.id},
    el('p', {}, icon(check.ok ? 'ok' : 'bad'), ' ', el('a', {href: view.link(check.id)}, check.ok ? 'Trusted' : 'Not trusted'),
      ignored ? ', and used all the same, because it was told to' : '', check.summary ? `: ${check.summary.replace(/^trusted, /, '')}` : ''),
    check.fix && !check.ok ? el('p', {class: 'trust-fix'}, el('b', {}, 'What mends it: '), check.fix) : null);
}

const PROOFS = {
  certificate_verify: 'CertificateVerify: a signature over this handshake so far',
  server_key_exchange: 'ServerKeyExchange: its key share is signed together with both randoms',
};

// A certificate alone is public; that its owner is here shows in a signature of this moment.
function proof(view, book, check) {
  if (!Object.hasOwn(PROOFS, check.what)) return null;
  return el('div', {class: `trust-proof${check.ok ? '' : ' is-bad'}`},
    el('p', {}, icon(check.ok ? 'ok' : 'bad', check.ok ? 'good' : 'wrong'), ' ',
      el('a', {href: view.link(check.id)}, check.ok ? `The ${check.side} has the private key` : `The ${check.side} did not show that it has the private key`),
      `. ${PROOFS[check.what]}, ${check.scheme}.`),
    el('details', {}, el('summary', {}, 'Check the signature with openssl'), commandBox(commandFor(book, check))));
}

const RESUMED = 'No certificate came, and none was needed: the session is resumed. Whose it is was checked ' +
  'when it began, and only the same two ends have its secret.';
const ANONYMOUS = 'The client showed no certificate: this server does not know who it is. What the client makes of the ' +
  'server\'s certificate, its own trace tells.';

export const trustPanel = {
  id: 'trust',
  title: 'Trust',
  lead: 'Who is at the other end, and why should we believe it?',
  build(view) {
    const {model} = view, chains = model.checks.filter((c) => c.what === 'chain');
    const now = Date.parse(model.meta.wall_time);
    const book = makeBook(model.events);
    if (chains.length === 0) {
      const why = !model.done ? null : model.done.resumed ? RESUMED : model.role === 'server' && model.done.ok ? ANONYMOUS : null;
      return why ? el('div', {class: 'trust'}, el('p', {}, why)) : null;
    }
    const root = el('div', {class: 'trust'}, chains.map((check) => [verdict(view, check), graph(view, check, now), others(check), ownVerify(book, check)]),
      model.checks.map((check) => proof(view, book, check)));
    // Who can read the certificates can check them as well.
    view.onLens(() => root.classList.toggle('is-unknown', chains.every((c) => !c.message || !view.knows(c.message))));
    return root;
  },
};
