// The handshake line by line, as the text rendering has it; a line that is about an item selects it.
import {el} from './dom.js';

const TIME_WIDTH = 9;
const CHECKS = [
  [/^proof of key/, 'certificate_verify'],
  [/^trust/, 'chain'],
  [/Finished/, 'finished'],
  [/key exchange/, 'server_key_exchange'],
];
const SECRETS = [
  [/^handshake keys/, 'server_handshake_traffic_secret'],
  [/^application keys/, 'server_application_traffic_secret_0'],
  [/^main secret/, 'main_secret'],
  [/^keys/, 'key_block'],
];

function itemOnTheWire(model, dir, name, free) {
  const number = name.match(/^record (\d+)/);
  if (number) return free(model.records, (r) => r.dir === dir && r.n === Number(number[1]));
  if (name.startsWith('ChangeCipherSpec')) {
    return free(model.records, (r) => r.dir === dir && r.type === 20);
  }
  return free(model.messages, (m) => m.dir === dir && name.startsWith(m.title));
}

// Which item a line of text is about; each message stands there once, in its order.
function itemOf(model, mark, name, taken) {
  const free = (list, fits) => list.find((item) => !taken.has(item) && fits(item));
  if (name.startsWith('alert')) return free(model.alerts, () => true);
  if (mark === '->' || mark === '<-') {
    return itemOnTheWire(model, mark === '->' ? 'tx' : 'rx', name, free);
  }
  if (mark === '##') {
    const row = SECRETS.find(([pattern]) => pattern.test(name));
    return row ? free(model.derives, (d) => d.name === row[1]) : null;
  }
  if (mark === 'ok' || mark === '!!') {
    const row = CHECKS.find(([pattern]) => pattern.test(name));
    return row ? free(model.checks, (c) => c.what === row[1]) : null;
  }
  return null;
}

function rowsOf(model) {
  const taken = new Set();
  return model.text.slice(1).map((line) => {
    const text = line
      .split('\n')
      .map((part, i) => (i === 0 ? part : part.trim()))
      .join(' ');
    const mark = text.slice(TIME_WIDTH, TIME_WIDTH + 2);
    const name = text.slice(TIME_WIDTH + 3, TIME_WIDTH + 22).trim();
    const item = itemOf(model, mark, name, taken);
    if (item) taken.add(item);
    return {
      at: text.slice(0, TIME_WIDTH).trim(),
      mark,
      item,
      name: text
        .slice(TIME_WIDTH + 3, TIME_WIDTH + 28)
        .trim()
        .replace(/\s+(\d+ B)$/, ''),
      size: (text.slice(TIME_WIDTH + 3, TIME_WIDTH + 28).match(/\d+ B$/) || [''])[0],
      record: text.slice(TIME_WIDTH + 28, TIME_WIDTH + 38).trim(),
      text: text.slice(TIME_WIDTH + 38).trim(),
    };
  });
}

const TONES = {
  '->': 'sent',
  '<-': 'received',
  ok: 'ok',
  '!!': 'bad',
  '##': 'key',
  '==': 'choice',
  '--': 'life',
};

function lineRow(row) {
  const name = row.item
    ? el('button', {type: 'button', class: 'plain-button'}, row.name)
    : row.name;
  const tone = `mark-${TONES[row.mark] || 'life'}`;
  return el(
    'tr',
    {class: tone, 'data-item': row.item ? row.item.id : null},
    el('td', {class: 'at'}, row.at),
    el('td', {class: 'mark'}, row.mark),
    el('td', {class: 'name'}, name),
    el('td', {class: 'size'}, row.size),
    el('td', {class: 'record'}, row.record),
    el('td', {}, row.text),
  );
}

// null where there is no text: traces that were dropped onto the page have none.
export function lineTable(model) {
  if (model.text.length === 0) return null;
  const columns = ['ms', 'kind', 'what', 'size', 'record', 'meaning'];
  const head = el(
    'tr',
    {},
    columns.map((name) => el('th', {scope: 'col'}, name)),
  );
  const table = el(
    'table',
    {},
    el('thead', {class: 'offscreen'}, head),
    el('tbody', {}, rowsOf(model).map(lineRow)),
  );
  return el(
    'details',
    {class: 'lines', open: innerWidth > 620},
    el('summary', {}, 'Line by line'),
    el('div', {class: 'scroll'}, table),
  );
}
