// What came of it, in one look: the verdict, who and when, the facts, and the handshake line by line.
import { breakable, copyButton, el, icon, plural, size, time } from './dom.js';
import { stepsOf } from './steps.js';

// ---- verdict

function trustOf(model) {
  const {done} = model;
  if (model.role === 'observer') return ['calm', 'watched on its way, not verified'];
  if (model.role === 'server') {
    return done.client_authenticated ? ['ok', 'client known by its certificate'] : ['calm', 'client is anonymous'];
  }
  if (done.verified) return ['ok', done.resumed ? 'trusted since the first handshake' : 'trusted'];
  return ['bad', 'NOT TRUSTED'];
}

function verdictOf(model) {
  const {done} = model;
  if (!done) return {tone: 'warn', icon: 'warn', title: 'Cut short:', word: 'the trace ends before the handshake does'};
  if (!done.ok) return {tone: 'bad', icon: 'bad', title: 'Failed:', word: failureOf(model)};
  const [tone, word] = trustOf(model);
  return {tone, icon: tone === 'bad' ? 'open' : 'lock', title: done.version, word,
    item: model.checks.find((c) => c.what === 'chain')};
}

function failureOf(model) {
  const alert = model.alerts.find((a) => a.level === 'fatal');
  if (!alert) return model.done.cause || 'no alert says why';
  return `${alert.sender} sent ${alert.desc}`;
}

function reasons(model) {
  const rows = [];
  const alert = model.alerts.find((a) => a.level === 'fatal');
  if (alert && alert.cause) rows.push(['Why', alert.cause + (alert.detail ? `: ${alert.detail}` : '')]);
  const chain = model.checks.find((c) => c.what === 'chain' && !c.ok);
  if (chain && !(alert && alert.cause === chain.summary)) rows.push(['Certificate', chain.summary]);
  const fix = (alert && alert.fix) || (chain && chain.fix);
  if (fix) rows.push(['What helps', fix]);
  return rows.length === 0 ? null : el('dl', {class: 'reasons'}, rows.map(([k, v]) => [el('dt', {}, k), el('dd', {}, v)]));
}

// ---- facts

function certificateOf(model) {
  const message = model.messages.find((m) => m.name === 'certificate' && m.sender === 'server');
  const leaf = message && message.certs && message.certs[0];
  return leaf ? [leaf.subject, `${leaf.key}, until ${(leaf.not_after || '').slice(0, 10)}`, message] : null;
}

// Name and value; the value may have a second line, and the item that it is from.
function facts(model) {
  const d = model.done || {};
  const us = d.us || {};
  const said = (name) => model.messages.find((m) => m.name === name && m.sender === 'server');
  return [
    ['Cipher suite', d.suite],
    ['Key exchange', d.group || (d.resumed ? 'none: resumed' : d.suite && d.suite.startsWith('TLS_RSA_') ? 'RSA key transport' : null)],
    ['Signature', d.sigalg && [d.sigalg, '', said('certificate_verify') || said('server_key_exchange')]],
    ['Certificate', certificateOf(model)],
    ['Protocol', d.alpn && [d.alpn, '', said('encrypted_extensions') || said('server_hello')]],
    ['Handshake', us.total !== undefined ? [time(us.total), `${plural(d.rtts, 'round trip')}${us.crypto > 0 ? `, ${time(us.crypto)} of it crypto` : ''}`] : null],
    ['Sent, received', d.bytes_tx !== undefined ? [`${size(d.bytes_tx)}, ${size(d.bytes_rx)}`, `in ${plural(d.records_tx, 'record')} and ${d.records_rx}`] : null],
    ['Data', model.closed && model.closed.app_tx + model.closed.app_rx > 0 ? [`${size(model.closed.app_tx)} sent`, `${size(model.closed.app_rx)} received`, model.appdata[0]] : null],
    ['Mode', [d.hrr ? 'with HelloRetryRequest' : '', d.resumed ? 'resumed' : ''].filter(Boolean).join(', ') || null],
  ].filter(([, value]) => value);
}

function factList(model) {
  return el('dl', {class: 'facts'}, facts(model).map(([name, value]) => {
    const [first, second, item] = Array.isArray(value) ? value : [value];
    return el('div', {'data-item': item ? item.id : null}, el('dt', {}, name),
      el('dd', {}, breakable(first), second ? el('small', {}, second) : null));
  }));
}

// ---- line by line

const TIME_WIDTH = 9;
const CHECKS = [[/^proof of key/, 'certificate_verify'], [/^trust/, 'chain'], [/Finished/, 'finished'], [/key exchange/, 'server_key_exchange']];
const SECRETS = [[/^handshake keys/, 'server_handshake_traffic_secret'], [/^application keys/, 'server_application_traffic_secret_0'],
  [/^main secret/, 'main_secret'], [/^keys/, 'key_block']];

// Which item a line of text is about; each message stands there once, in its order.
function itemOf(model, mark, name, taken) {
  const free = (list, fits) => list.find((item) => !taken.has(item) && fits(item));
  if (name.startsWith('alert')) return free(model.alerts, () => true);
  if (mark === '->' || mark === '<-') {
    const dir = mark === '->' ? 'tx' : 'rx';
    return free(model.messages, (m) => m.dir === dir && name.startsWith(m.title)) ||
      (name.startsWith('ChangeCipherSpec') ? free(model.records, (r) => r.dir === dir && r.type === 20) : null);
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
    const text = line.split('\n').map((part, i) => (i === 0 ? part : part.trim())).join(' ');
    const mark = text.slice(TIME_WIDTH, TIME_WIDTH + 2);
    const name = text.slice(TIME_WIDTH + 3, TIME_WIDTH + 22).trim();
    const item = itemOf(model, mark, name, taken);
    if (item) taken.add(item);
    return {at: text.slice(0, TIME_WIDTH).trim(), mark, item,
      name: text.slice(TIME_WIDTH + 3, TIME_WIDTH + 28).trim().replace(/\s+(\d+ B)$/, ''),
      size: (text.slice(TIME_WIDTH + 3, TIME_WIDTH + 28).match(/\d+ B$/) || [''])[0],
      record: text.slice(TIME_WIDTH + 28, TIME_WIDTH + 38).trim(), text: text.slice(TIME_WIDTH + 38).trim()};
  });
}

const TONES = {'->': 'sent', '<-': 'received', 'ok': 'ok', '!!': 'bad', '##': 'key', '==': 'choice', '--': 'life'};

function lineTable(model) {
  if (model.text.length === 0) return null;
  return el('details', {class: 'lines', open: innerWidth > 620}, el('summary', {}, 'Line by line'),
    el('div', {class: 'scroll'}, el('table', {}, el('thead', {class: 'offscreen'}, el('tr', {},
      ['ms', 'kind', 'what', 'size', 'record', 'meaning'].map((h) => el('th', {scope: 'col'}, h)))),
    el('tbody', {}, rowsOf(model).map((row) => el('tr', {class: `mark-${TONES[row.mark] || 'life'}`, 'data-item': row.item ? row.item.id : null},
      el('td', {class: 'at'}, row.at), el('td', {class: 'mark'}, row.mark),
      el('td', {class: 'name'}, row.item ? el('button', {type: 'button', class: 'plain-button'}, row.name) : row.name),
      el('td', {class: 'size'}, row.size), el('td', {class: 'record'}, row.record), el('td', {}, row.text)))))));
}

// ---- copies

function jsonl(model) {
  return model.events.filter((e) => !e.kind.startsWith('page_')).map((e) => JSON.stringify(e.source)).join('\n') + '\n';
}

function textOf(model) {
  if (model.text.length > 0) return model.text.join('\n') + '\n';
  return stepsOf(model).map((s) => `${(s.t_us / 1000).toFixed(2).padStart(8)} ${s.item.dir === 'tx' ? '->' : '<-'} ${s.title.padEnd(20)} ${s.detail}`).join('\n') + '\n';
}

const KEYLOG = [
  ['client_early_traffic_secret', 'CLIENT_EARLY_TRAFFIC_SECRET'],
  ['client_handshake_traffic_secret', 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'],
  ['server_handshake_traffic_secret', 'SERVER_HANDSHAKE_TRAFFIC_SECRET'],
  ['client_application_traffic_secret_0', 'CLIENT_TRAFFIC_SECRET_0'],
  ['server_application_traffic_secret_0', 'SERVER_TRAFFIC_SECRET_0'],
  ['exporter_secret', 'EXPORTER_SECRET'],
];

// The lines that Wireshark reads; '' where secrets are hidden.
export function keylogOf(model) {
  const hello = model.messages.find((m) => m.name === 'client_hello');
  const random = hello && (hello.fields || []).find((f) => f.path === 'random');
  if (!random || model.secrets !== 'show') return '';
  const rows = model.done && model.done.version === 'TLS 1.2' ? [['main_secret', 'CLIENT_RANDOM']] : KEYLOG;
  return rows.map(([name, label]) => {
    const secret = model.derives.find((d) => d.name === name && d.value);
    return secret ? `${label} ${random.val} ${secret.value}\n` : '';
  }).join('');
}

function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], {type: 'application/octet-stream'}));
  el('a', {href: url, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// ---- theme

function themeButton() {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches);
  const button = el('button', {type: 'button', class: 'theme', on: {click: () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    try {
      localStorage.setItem('hs-theme', root.dataset.theme);
    } catch { /* files may have no storage */ }
    update();
  }}});
  const update = () => { button.textContent = isDark() ? 'Light' : 'Dark'; };
  update();
  return button;
}

function actions(view) {
  const {model} = view;
  const keylog = keylogOf(model);
  return el('div', {class: 'actions'},
    copyButton('Copy JSONL', () => jsonl(model)),
    el('button', {type: 'button', on: {click: () => save(`${model.id}.jsonl`, jsonl(model))}}, 'Save JSONL'),
    copyButton('Copy text', () => textOf(model)),
    keylog ? copyButton('Copy key log', () => keylog) : null,
    el('button', {type: 'button', on: {click: view.openFile}}, 'Add a trace'),
    themeButton());
}

export function header(view) {
  const {model} = view;
  const verdict = verdictOf(model);
  const {meta} = model;
  const when = meta.wall_time ? new Date(meta.wall_time) : null;
  return el('header', {class: 'top', 'data-tone': verdict.tone},
    el('div', {class: 'banner'},
      el('div', {class: 'verdict', id: 'verdict'}, el('span', {class: 'badge'}, icon(verdict.icon)),
        el('h1', {}, el('span', {class: 'version'}, verdict.title), ' ', el('span', {class: 'word', 'data-item': verdict.item ? verdict.item.id : null}, verdict.word))),
      el('p', {class: 'who'}, el('b', {}, meta.sni || meta.peer || model.id), meta.sni && meta.peer ? ` at ${meta.peer}` : '',
        model.role === 'observer' ? ', seen on the way' : `, seen by the ${model.role}`, meta.tool ? ` (${meta.tool} ${meta.tool_version || ''})` : '',
        when && !isNaN(when) ? [', ', el('time', {datetime: meta.wall_time}, meta.wall_time.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'))] : '')),
    actions(view), reasons(model), factList(model),
    model.secrets === 'show' && model.role !== 'observer' ? el('p', {class: 'caution'}, icon('key'), 'This page holds the secrets of this connection: whoever has it can read what was sent.') : null,
    lineTable(model));
}
