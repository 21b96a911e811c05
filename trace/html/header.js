// What came of it, in one look: the verdict, who and when, and the facts.
import {copyButtons} from './copies.js';
import {breakable, el, icon, plural, size, time} from './dom.js';
import {lineTable} from './lines.js';

// ---- verdict

function trustOf(model) {
  const {done} = model;
  if (model.role === 'observer') return ['calm', 'watched on its way, not verified'];
  if (model.role === 'server') {
    return done.client_authenticated
      ? ['ok', 'client known by its certificate']
      : ['calm', 'client is anonymous'];
  }
  if (done.verified) return ['ok', done.resumed ? 'trusted since the first handshake' : 'trusted'];
  return ['bad', 'NOT TRUSTED'];
}

function verdictOf(model) {
  const {done} = model;
  if (!done)
    return {
      tone: 'warn',
      icon: 'warn',
      title: 'Cut short:',
      word: 'the trace ends before the handshake does',
    };
  if (!done.ok) return {tone: 'bad', icon: 'bad', title: 'Failed:', word: failureOf(model)};
  const [tone, word] = trustOf(model);
  return {
    tone,
    icon: tone === 'bad' ? 'open' : 'lock',
    title: done.version,
    word,
    item: model.checks.find((c) => c.what === 'chain'),
  };
}

function failureOf(model) {
  const alert = model.alerts.find((a) => a.level === 'fatal');
  if (!alert) return model.done.cause || 'no alert says why';
  return `${alert.sender} sent ${alert.desc}`;
}

function reasons(model) {
  const rows = [];
  // Nobody is to take for a bug what was broken with --break.
  const lab = model.notes.find((n) => n.text.startsWith('lab: '));
  if (lab) rows.push(['Lab', lab.text.slice('lab: '.length)]);
  const alert = model.alerts.find((a) => a.level === 'fatal');
  if (alert && alert.cause)
    rows.push(['Why', alert.cause + (alert.detail ? `: ${alert.detail}` : '')]);
  const chain = model.checks.find((c) => c.what === 'chain' && !c.ok);
  if (chain && !(alert && alert.cause === chain.summary)) rows.push(['Certificate', chain.summary]);
  const fix = (alert && alert.fix) || (chain && chain.fix);
  if (fix) rows.push(['What helps', fix]);
  return rows.length === 0
    ? null
    : el(
        'dl',
        {class: 'reasons'},
        rows.map(([k, v]) => [el('dt', {}, k), el('dd', {}, v)]),
      );
}

// ---- facts

function certificateOf(model, side) {
  const message = model.messages.find((m) => m.name === 'certificate' && m.sender === side);
  const leaf = message && message.certs && message.certs[0];
  return leaf
    ? [leaf.subject, `${leaf.key}, until ${(leaf.not_after || '').slice(0, 10)}`, message]
    : null;
}

function keyExchangeOf(d) {
  if (d.group) return d.group;
  if (d.resumed) return 'none: resumed';
  return d.suite && d.suite.startsWith('TLS_RSA_') ? 'RSA key transport' : null;
}

function timeOf(d) {
  const us = d.us || {};
  if (us.total === undefined) return null;
  const crypto = us.crypto > 0 ? `, ${time(us.crypto)} of it crypto` : '';
  return [time(us.total), plural(d.rtts, 'round trip') + crypto];
}

function bytesOnTheWire(d) {
  if (d.bytes_tx === undefined) return null;
  return [
    `${size(d.bytes_tx)}, ${size(d.bytes_rx)}`,
    `in ${plural(d.records_tx, 'record')} and ${d.records_rx}`,
  ];
}

function dataOf(model) {
  const {app_tx: sent, app_rx: received} = model.closed || {};
  return sent + received > 0
    ? [`${size(sent)} sent`, `${size(received)} received`, model.appdata[0]]
    : null;
}

// Name and value; the value may have a second line, and the item that it is from.
function facts(model) {
  const d = model.done || {};
  const said = (name) => model.messages.find((m) => m.name === name && m.sender === 'server');
  const signed = said('certificate_verify') || said('server_key_exchange');
  const isWatched = model.role === 'observer';
  const mode = [d.hrr ? 'with HelloRetryRequest' : '', d.resumed ? 'resumed' : ''];
  return [
    ['Cipher suite', d.suite],
    ['Key exchange', keyExchangeOf(d)],
    ['Signature', d.sigalg && [d.sigalg, '', signed]],
    ['Certificate', certificateOf(model, 'server')],
    ['Client', certificateOf(model, 'client')],
    ['Protocol', d.alpn && [d.alpn, '', said('encrypted_extensions') || said('server_hello')]],
    ['Handshake', timeOf(d)],
    [isWatched ? 'From client, server' : 'Sent, received', bytesOnTheWire(d)],
    ['Data', isWatched ? null : dataOf(model)],
    ['Mode', mode.filter(Boolean).join(', ')],
  ].filter(([, value]) => value);
}

function factList(model) {
  return el(
    'dl',
    {class: 'facts'},
    facts(model).map(([name, value]) => {
      const [first, second, item] = Array.isArray(value) ? value : [value];
      return el(
        'div',
        {'data-item': item ? item.id : null},
        el('dt', {}, name),
        el('dd', {}, breakable(first), second ? el('small', {}, second) : null),
      );
    }),
  );
}

// ---- theme

function themeButton() {
  const root = document.documentElement;
  const isDark = () =>
    root.dataset.theme
      ? root.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
  const button = el('button', {
    type: 'button',
    class: 'theme',
    on: {
      click: () => {
        root.dataset.theme = isDark() ? 'light' : 'dark';
        try {
          localStorage.setItem('hs-theme', root.dataset.theme);
        } catch {
          /* files may have no storage */
        }
        update();
      },
    },
  });
  const update = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
  };
  update();
  return button;
}

// ---- all of it

function actions(view) {
  return el(
    'div',
    {class: 'actions'},
    copyButtons(view.model),
    el('button', {type: 'button', on: {click: view.openFile}}, 'Add a trace'),
    themeButton(),
  );
}

function headline(verdict) {
  const item = verdict.item ? verdict.item.id : null;
  return el(
    'div',
    {class: 'verdict', id: 'verdict'},
    el('span', {class: 'badge'}, icon(verdict.icon)),
    el(
      'h1',
      {},
      el('span', {class: 'version'}, verdict.title),
      ' ',
      el('span', {class: 'word', 'data-item': item}, verdict.word),
    ),
  );
}

function dateOf(meta) {
  if (!meta.wall_time || isNaN(new Date(meta.wall_time))) return null;
  const text = String(meta.wall_time)
    .replace('T', ' ')
    .replace(/(\.\d+)?Z$/, ' UTC');
  return [', ', el('time', {datetime: meta.wall_time}, text)];
}

function whoAndWhen(model) {
  const {meta} = model;
  return el(
    'p',
    {class: 'who'},
    el('b', {}, meta.sni || meta.peer || model.id),
    meta.sni && meta.peer ? ` at ${meta.peer}` : '',
    model.role === 'observer' ? ', seen on the way' : `, seen by the ${model.role}`,
    meta.tool ? ` (${meta.tool} ${meta.tool_version || ''})` : '',
    dateOf(meta),
  );
}

// An observer has none, whatever was asked for.
function caution(model) {
  if (model.secrets !== 'show' || model.role === 'observer') return null;
  const words =
    'This page holds the secrets of this connection: whoever has it can read what was sent.';
  return el('p', {class: 'caution'}, icon('key'), words);
}

export function header(view) {
  const {model} = view;
  const verdict = verdictOf(model);
  return el(
    'header',
    {class: 'top', 'data-tone': verdict.tone},
    el('div', {class: 'banner'}, headline(verdict), whoAndWhen(model)),
    actions(view),
    reasons(model),
    factList(model),
    caution(model),
    lineTable(model),
  );
}
