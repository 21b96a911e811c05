// Two traces side by side: one version next to the other, a full handshake next to a resumed one, or
// the client's view of a connection next to the server's, with the first place where they differ.
import { breakable, el, icon, place, replace, shortHex, size, time } from './dom.js';
import { stepsOf } from './steps.js';

// ---- what they are to each other

const fieldOf = (m, path) => m && (m.fields || []).find((f) => f.path === path);
const slice = (m, f) => (m.raw || '').slice(f.off * 2, (f.off + f.len) * 2);

function clientRandom(model) {
  const hello = model.messages.find((m) => m.name === 'client_hello');
  const field = fieldOf(hello, 'random');
  return field ? slice(hello, field) : '';
}

const isSameConnection = (a, b) => a.role !== b.role && clientRandom(a) !== '' && clientRandom(a) === clientRandom(b);

// The one to begin with: the other end's view, or else the next connection.
function bestOther(view) {
  const others = view.models.filter((m) => m !== view.model);
  return others.find((m) => isSameConnection(view.model, m)) || others[0];
}

function relation(a, b) {
  const x = a.done || {}, y = b.done || {};
  const isWatched = [a, b].some((m) => m.role === 'observer');
  if (isSameConnection(a, b)) return isWatched ? 'The same connection, seen by an end and by somebody on the path.' : 'The same connection, seen from both ends.';
  if (x.version && y.version && x.version !== y.version) return `${x.version} next to ${y.version}.`;
  if (x.resumed !== y.resumed && x.version && y.version) return 'A full handshake next to a resumed one.';
  return 'Two connections.';
}

// ---- the first difference of two views of one connection

function hidden(m, f) {
  return f.hidden || (m.hidden || []).some((h) => h.off < f.off + f.len && f.off < h.off + h.len);
}

function differentField(mine, theirs) {
  return (mine.fields || []).find((f) => {
    const g = fieldOf(theirs, f.path);
    return !g || (!hidden(mine, f) && !hidden(theirs, g) && slice(mine, f) !== slice(theirs, g));
  });
}

function sameMessage(mine, theirs) {
  if (!mine || !theirs || mine.name !== theirs.name || mine.len !== theirs.len) return false;
  return mine.hidden || theirs.hidden ? !differentField(mine, theirs) : mine.raw === theirs.raw;
}

// Messages of each sender keep their order; which of two senders was first may differ.
function firstDifference(a, b) {
  const seen = {client: 0, server: 0};
  const theirs = {client: [], server: []};
  b.messages.filter((m) => theirs[m.sender]).forEach((m) => theirs[m.sender].push(m));
  for (const m of a.messages) {
    const other = (theirs[m.sender] || [])[seen[m.sender]++];
    if (!sameMessage(m, other)) return {mine: m, theirs: other};
  }
  for (const side of ['client', 'server']) {
    if (theirs[side].length > seen[side]) return {mine: null, theirs: theirs[side][seen[side]]};
  }
  return null;
}

// The bytes around the first one that differs, which is marked.
function told(m, f, than) {
  if (!f) return `${m.title}, ${size(m.len)}`;
  const hex = slice(m, f);
  let at = 0;
  while (at < hex.length && hex[at] === than[at]) at++;
  at -= at % 2;
  const from = Math.max(0, at - 8);
  return el('code', {}, from > 0 ? '…' : null, hex.slice(from, at), el('mark', {}, hex.slice(at, at + 2) || 'end'),
    hex.slice(at + 2, from + 32), hex.length > from + 32 ? '…' : null, f.name ? ` ${f.name}` : null);
}

function fieldDifference(view, other, {mine, theirs}) {
  const f = mine && theirs && mine.name === theirs.name ? differentField(mine, theirs) : null;
  const {title} = mine || theirs;
  const link = mine ? el('a', {href: view.link(f ? `${mine.id}/${f.path}` : mine.id)}, title) : title;
  if (!mine || !theirs) {
    const reader = mine ? other : view.model;
    if (reader.role === 'observer') return el('p', {}, icon('lock'), ' From here on all is encrypted, and the observer reads no message: ', link, '.');
    return el('p', {}, icon('warn'), ' Only the ', (mine ? view.model : other).role, ' has this message: ', link, '.');
  }
  const g = f && fieldOf(theirs, f.path);
  return [el('p', {}, icon('bad'), ' The first message that differs: ', link, f ? [', in ', el('code', {}, f.path)] : null, '.'),
    el('ul', {class: 'compare-both'}, el('li', {}, `${view.model.role}: `, told(mine, g && f, g ? slice(theirs, g) : '')),
      el('li', {}, `${other.role}: `, told(theirs, g, g ? slice(mine, f) : '')))];
}

function views(view, other) {
  const a = view.model.transcripts, b = other.transcripts, n = Math.min(a.length, b.length);
  const at = a.findIndex((t, i) => i < n && t.value !== b[i].value);
  const different = firstDifference(view.model, other);
  return el('div', {class: `compare-views${at >= 0 || (different && n > 0) ? ' is-different' : ''}`},
    n === 0 ? null : at < 0 ? el('p', {}, icon('ok'), ` The transcripts agree: ${n} ${n === 1 ? 'hash' : 'hashes'}, the same at both ends.`)
      : el('p', {}, icon('bad'), ' The first transcript hash that differs: ', el('a', {href: view.link(a[at].id)}, `behind ${a[at].through}`),
        ', ', el('code', {}, shortHex(a[at].value, 12)), ' and ', el('code', {}, shortHex(b[at].value, 12)), '.'),
    different ? fieldDifference(view, other, different) : el('p', {}, icon('ok'), ' Every message arrived as it was sent.'));
}

// ---- facts

const bySender = (model, side) => model.done ? model.done[(side === 'server') === (model.role === 'server') ? 'bytes_tx' : 'bytes_rx'] : undefined;

function sealedFrom(model) {
  const first = model.records.find((r) => r.protected);
  if (!first) return undefined;
  return first.messages.length > 0 ? first.messages[0].title : `a record of the ${first.sender}`;
}


function certificateSeen(model) {
  const m = model.messages.find((one) => one.name === 'certificate');
  if (!m) return model.role === 'observer' ? 'no' : 'there is none';
  return m.sealed ? 'no: it is encrypted' : `yes: ${((m.certs || [])[0] || {}).subject || 'in clear'}`;
}

function nameSeen(model) {
  const hello = model.messages.find((m) => m.name === 'client_hello');
  const f = hello && (hello.fields || []).find((one) => /^extensions\[server_name\].*(host_name|name)$/i.test(one.path) && one.kind === 'text');
  return f ? f.val : 'no: there is none';
}

function secrecy(model) {
  const done = model.done || {};
  if (!done.version) return undefined;
  if (done.resumed && !done.group) return 'only as long as the ticket\'s key is secret';
  return done.group ? 'yes: the key exchange was made for this connection' : 'no: who gets the server\'s key reads it all';
}

function outcome({done}) {
  if (!done) return 'not finished';
  const {alert} = done;
  return done.ok ? 'complete' : alert ? `failed: ${alert.desc} ${alert.dir === 'tx' ? 'sent' : 'received'}` : 'failed';
}

const FACTS = [
  ['Outcome', outcome],
  ['Version', (m) => (m.done || {}).version],
  ['Handshake', (m) => m.done && m.done.mode && `${m.done.mode}${m.done.hrr ? ', with a retry' : ''}`],
  ['Cipher suite', (m) => (m.done || {}).suite],
  ['Key exchange', (m) => m.done && (m.done.group || (m.done.resumed ? 'none' : m.done.version && 'RSA key transport'))],
  ['Round trips before data', (m) => (m.done || {}).rtts],
  ['Messages', (m) => m.messages.length],
  ['Client sends', (m) => bySender(m, 'client') && size(bySender(m, 'client')), (m) => bySender(m, 'client')],
  ['Server sends', (m) => bySender(m, 'server') && size(bySender(m, 'server')), (m) => bySender(m, 'server')],
  ['Time', (m) => m.done && m.done.us && time(m.done.us.total), (m) => m.done && m.done.us && m.done.us.total],
  ['of it crypto', (m) => m.done && m.done.us && m.done.us.crypto > 0 && time(m.done.us.crypto), (m) => m.done && m.done.us && m.done.us.crypto],
  ['Encrypted from', sealedFrom],
  ['Observer reads the name', nameSeen],
  ['Observer reads the certificate', certificateSeen],
  ['Forward secrecy', secrecy],
];

// A bar below a number, so that the eye compares.
function meter(number, most) {
  return number > 0 && most > 0 ? el('span', {class: 'compare-meter', 'aria-hidden': 'true'}, place(el('i', {}), {width: `${number / most * 100}%`})) : null;
}

function fact([title, text, number], a, b) {
  const mine = text(a), theirs = text(b);
  if (!mine && !theirs) return null;
  const most = number ? Math.max(number(a) || 0, number(b) || 0) : 0;
  const cell = (model, value) => el('td', {}, value || value === 0 ? breakable(value) : '–', number ? meter(number(model), most) : null);
  return el('tr', {class: mine !== theirs ? 'is-different' : null}, el('th', {scope: 'row'}, title), cell(a, mine), cell(b, theirs));
}

const nameOfTrace = (m) => `${m.id}, ${m.role}${m.done && m.done.version ? `, ${m.done.version}` : ''}${m.done && m.done.resumed ? ', resumed' : ''}${m.source ? ` (${m.source})` : ''}`;

function facts(a, b) {
  return el('table', {class: 'compare-facts'},
    el('thead', {}, el('tr', {}, el('td', {}), el('th', {scope: 'col'}, nameOfTrace(a)), el('th', {scope: 'col'}, nameOfTrace(b)))),
    el('tbody', {}, FACTS.map((f) => fact(f, a, b))));
}

// ---- the messages, in two columns

function miniStep(step) {
  const right = step.sender === 'client';
  return el('li', {class: `mini-step ${step.sealed ? 'is-sealed' : 'is-clear'} ${right ? 'from-client' : 'from-server'}`},
    el('span', {class: 'mini-title'}, right ? null : '← ', step.title, step.sealed ? [' ', icon('lock', 'encrypted')] : null, right ? ' →' : null),
    el('small', {}, step.detail));
}

// Until the handshake is done: what is data shows once.
function miniLadder(model) {
  const steps = stepsOf(model).filter((s) => s.kind !== 'data');
  const end = model.done ? model.done.t_us : Infinity;
  return el('figure', {class: 'mini-ladder'}, el('figcaption', {}, el('span', {}, 'client'), el('b', {}, (model.done || {}).version || model.id), el('span', {}, 'server')),
    el('ol', {}, steps.filter((s) => s.t_us <= end || s.kind === 'alert').map(miniStep)));
}

// ---- the panel

function result(view, other) {
  return [el('p', {class: 'compare-relation'}, relation(view.model, other)),
    isSameConnection(view.model, other) ? views(view, other) : null,
    facts(view.model, other), el('div', {class: 'compare-ladders'}, miniLadder(view.model), miniLadder(other))];
}

function chooser(view, others, onChange) {
  const select = el('select', {id: 'compare-with', on: {change: () => onChange(others[select.selectedIndex])}},
    others.map((m) => el('option', {}, nameOfTrace(m))));
  return select;
}

export const comparePanel = {
  id: 'compare',
  title: 'Compare',
  lead: 'This handshake beside another one.',
  build(view) {
    const others = view.models.filter((m) => m !== view.model);
    const open = el('button', {type: 'button', class: 'more', on: {click: () => view.openFile()}}, 'Open another trace');
    if (others.length === 0) {
      return el('div', {class: 'compare'}, el('p', {}, 'Drop a second trace onto this page, a file of --trace or another page like ' +
        'this one: TLS 1.2 next to 1.3, a resumed handshake next to a full one, or the other end\'s view of this very connection.'), open);
    }
    const body = el('div', {});
    const first = bestOther(view);
    const select = chooser(view, others, (other) => replace(body, result(view, other)));
    select.selectedIndex = others.indexOf(first);
    replace(body, result(view, first));
    return el('div', {class: 'compare'}, el('p', {class: 'compare-bar'}, el('label', {for: 'compare-with'}, 'Beside it: '), select, open), body);
  },
};
