// Where the time went: for each message how long it was waited for, how long was computed, and what
// is left. The times of a trace are those at the end of each step.
import { breakable, el, place, time } from './dom.js';
import { titleOf } from './model.js';

const TIME_PARTS = [
  ['wait', 'waiting for the other end and the network'],
  ['crypto', 'cryptography'],
  ['trust', 'checking certificates'],
  ['own', 'the rest: reading, writing, own signatures, this trace'],
];

// What the time before an event was for.
function partOf(e) {
  if (e.kind === 'record' && e.dir === 'rx') return 'wait';
  if (e.kind === 'check' && e.what === 'chain') return 'trust';
  return 'own';
}

// The pieces of time that end with an event: [{part, from, to, what}].
function piecesOf(e, from) {
  const to = Math.max(from, e.t_us);
  const crypto = Math.min(e.us || 0, to - from);
  const pieces = crypto < to - from ? [{part: partOf(e), from, to: to - crypto}] : [];
  if (crypto > 0) pieces.push({part: 'crypto', from: to - crypto, to, what: e.name || e.what});
  return pieces;
}

const nameOf = (model, m) => m.name === 'finished' ? `${m.sender}'s ${titleOf(m.name)}` : m.title;

// One row for each message: from when the last one was done with to when this one is.
function rowsOf(model, end) {
  const rows = [];
  let row = {title: 'start', item: null, pieces: []}, pending = [], last = 0;
  for (const e of model.events) {
    if (e.t_us > end) break;
    const pieces = piecesOf(e, last);
    last = Math.max(last, e.t_us);
    if (e.kind === 'record' && e.dir === 'rx') {
      pending.push(...pieces);
    } else if (e.kind === 'msg') {
      rows.push(row = {title: nameOf(model, e), item: e, pieces: [...pending.splice(0), ...pieces]});
    } else {
      row.pieces.push(...pending.splice(0), ...pieces);
      if (rows.length === 0) rows.push(row);
    }
  }
  return rows.filter((r) => r.item || total(r.pieces) > 0);
}

const total = (pieces, part) => pieces.filter((p) => !part || p.part === part).reduce((sum, p) => sum + p.to - p.from, 0);

// Pieces of the same kind that follow each other are one.
function merged(pieces) {
  const list = [];
  for (const p of pieces.filter((one) => one.to > one.from)) {
    const last = list[list.length - 1];
    if (last && last.part === p.part && last.to === p.from) {
      last.to = p.to;
      last.what.push(p.what);
    } else {
      list.push({...p, what: [p.what]});
    }
  }
  return list;
}

function bar(p, end) {
  const what = [...new Set(p.what.filter(Boolean))].map((w) => String(w).replace(/_/g, ' ')).join(', ');
  return place(el('i', {class: `time-bar time-${p.part}`, title: `${what || TIME_PARTS.find(([id]) => id === p.part)[1]}: ${time(p.to - p.from)}`}),
    {left: `${p.from / end * 100}%`, width: `${(p.to - p.from) / end * 100}%`});
}

function spoken(pieces) {
  return TIME_PARTS.map(([id]) => [id, total(pieces, id)]).filter(([, us]) => us > 0)
    .map(([id, us]) => `${id === 'own' ? 'rest' : id} ${time(us)}`).join(', ');
}

function timeRow(row, end) {
  const pieces = merged(row.pieces), id = row.item ? row.item.id : null;
  const name = el('button', {type: 'button', class: `time-name item ${row.item && row.item.sealed ? 'time-sealed' : 'time-clear'}`, 'data-item': id},
    row.item ? breakable(row.title) : row.title);
  return el('tr', {}, el('th', {scope: 'row'}, row.item ? name : row.title),
    el('td', {class: 'time-track'}, el('div', {role: 'img', 'aria-label': spoken(pieces)}, pieces.map((p) => bar(p, end)))),
    el('td', {class: 'time-us'}, time(total(pieces))));
}

// Round numbers below the bars.
function ticks(end) {
  const step = [1, 2, 5].flatMap((n) => [1, 10, 100, 1e3, 1e4, 1e5, 1e6].map((p) => n * p)).sort((a, b) => a - b).find((s) => end / s <= 6) || end;
  const list = [];
  for (let at = 0; at <= end; at += step) list.push(place(el('span', {}, at === 0 ? '0' : time(at).replace('.00', '')), {left: `${at / end * 100}%`}));
  return el('tr', {class: 'time-axis', 'aria-hidden': 'true'}, el('th', {}), el('td', {}, el('div', {}, list)), el('td', {}));
}

function summary(rows, end) {
  const all = rows.flatMap((r) => r.pieces);
  const parts = TIME_PARTS.map(([id, title]) => ({id, title, us: total(all, id)})).filter((p) => p.us > 0);
  return el('div', {class: 'time-summary'},
    el('div', {class: 'time-stack', 'aria-hidden': 'true'}, parts.map((p) => place(el('i', {class: `time-${p.id}`}), {'flex-grow': p.us}))),
    el('dl', {}, parts.map((p) => el('div', {}, el('dt', {}, el('i', {class: `time-dot time-${p.id}`}), p.title),
      el('dd', {}, `${time(p.us)}, ${Math.round(p.us / end * 100)} %`)))));
}

const OPERATIONS = {ecdh: 'key exchange (making a share, combining two)', sign: 'signature made', verify: 'signature checked'};

function operations(done) {
  const list = Object.entries((done && done.ops) || {}).filter(([, n]) => n > 0);
  if (list.length === 0) return null;
  return el('p', {class: 'time-ops'}, 'The costly operations: ', list.map(([op, n], i) =>
    [i > 0 ? '; ' : '', el('b', {}, `${n} × `), OPERATIONS[op] || op]), '.');
}

export const timingPanel = {
  id: 'timing',
  title: 'Timing',
  lead: 'Where the time of the handshake went, message by message.',
  build(view) {
    const {model} = view;
    const end = (model.done || model.events[model.events.length - 1] || {t_us: 0}).t_us;
    if (!(end > 0) || model.role === 'observer') return null;
    const rows = rowsOf(model, end);
    return el('div', {class: 'timing'}, summary(rows, end),
      el('table', {class: 'time-table', 'aria-label': 'Time for each message'},
        el('tbody', {}, rows.map((r) => timeRow(r, end)), ticks(end))), operations(model.done));
  },
};
