// The key schedule as it was in this connection: every node is a derivation of the trace, every
// line one of its inputs. What belongs to the client stands left, to the server right, and what
// both have in common in the middle.
import { copyButton, el, icon, plural, reference, replace, svg, time } from './dom.js';
import { commandFor, makeBook, sourceOf } from './commands.js';

// The first row that fits says what a secret is for.
const MEANINGS = [
  [/^early_secret$/, 'Where all keys begin. Without a pre-shared key it begins from zeros and holds no secret yet.'],
  [/^(ecdhe|preliminary_secret)$/, 'What the two halves of the key exchange make together. Who sees both halves on the wire cannot make it.'],
  [/^derived_/, 'Moves the secret one stage on, so that what leaks later says nothing of what came before.'],
  [/^handshake_secret$/, 'Here the key exchange comes in: from now on only the two ends can follow.'],
  [/^main_secret$/, 'The secret of the connection (older texts: master secret). All that protects data comes from it.'],
  [/handshake_traffic_secret$/, 'Protects what this side sends in the rest of the handshake.'],
  [/application_traffic_secret_0$/, 'Protects the data that this side sends.'],
  [/application_traffic_secret_/, 'The next generation after a key update: the one before can be forgotten.'],
  [/^exporter_secret$/, 'For programs above TLS that want keys of their own from this connection.'],
  [/^resumption/, 'For tickets: a later connection can begin from it.'],
  [/finished_key$/, 'The key of the MAC in Finished.'],
  [/verify_data$/, 'What Finished holds: a MAC over all messages before it.'],
  [/^key_block$/, 'As many bytes as both sides\' keys and IVs need, cut into them in order.'],
  [/_key$/, 'The key of the cipher that protects records.'],
  [/_(iv|IV)$/, 'Mixed with the number of each record into its nonce.'],
];
const RULES = {
  'HKDF-Extract': {rfc: 9846, section: '7.1'}, 'HKDF-Expand-Label': {rfc: 9846, section: '7.1'},
  PRF: {rfc: 5246, section: '5'}, part: {rfc: 5246, section: '6.3'},
  'RSAES-PKCS1-v1_5': {rfc: 5246, section: '7.4.7.1'},
};
const SIDES = ['client', 'both', 'server'];

// ---- the drawing: which node stands where

const sideOf = (d) => d.name.startsWith('client_') ? 0 : d.name.startsWith('server_') ? 2 : 1;
const isLeaf = (d) => d.uses.length === 0 && Object.keys(d.from).length === 1 &&
  /_(key|iv|IV|verify_data)$/.test(d.name);

// A node: {derives: what is in its card, head: the derivation that gives it its name or null,
// side, above: nodes it is made of}. Keys and IVs stand in the card of their secret, or, where that
// is in the middle, side by side in a card of their own.
function nodesOf(derives) {
  const nodes = [], of = new Map();
  for (const d of derives) {
    const parent = isLeaf(d) ? of.get(Object.values(d.from)[0]) : null;
    let node = null;
    if (parent) {
      node = parent.side === sideOf(d) ? parent
        : nodes.find((n) => !n.head && n.above[0] === parent && n.side === sideOf(d));
      if (!node) nodes.push(node = {head: null, derives: [], side: sideOf(d), above: [parent], row: 0});
    } else {
      const above = [...new Set(Object.values(d.from).map((s) => of.get(s)).filter(Boolean))];
      nodes.push(node = {head: d, derives: [], side: sideOf(d), above, row: 0});
    }
    node.derives.push(d);
    of.set(d, node);
  }
  return nodes;
}

// Each below all that it is made of; what comes from nothing stands just above where it is needed.
function placeRows(nodes) {
  for (const n of nodes) n.row = n.above.reduce((row, a) => Math.max(row, a.row + 1), 0);
  for (const n of nodes.filter((m) => m.above.length === 0)) {
    const below = nodes.filter((m) => m.above.includes(n)).map((m) => m.row);
    if (below.length > 0) n.row = Math.max(0, Math.min(...below) - 1);
  }
}

// In a resumed TLS 1.2 session the main secret is older than the connection.
const isOld = (d, name) => name === 'secret' && (d.inputs || {})[name] === 'main_secret' && !d.from[name];

function oldSecret(nodes) {
  const below = nodes.filter((n) => n.head && isOld(n.head, 'secret'));
  if (below.length === 0) return;
  const old = {head: null, title: 'main secret', note: 'of the session that is resumed', derives: [], side: 1, above: [], row: 0};
  below.forEach((n) => n.above.push(old));
  nodes.unshift(old);
}

const shortName = (name) => name.replace('_traffic_secret', '').replace(/_/g, ' ');

function chip(d, label) {
  return el('button', {type: 'button', class: 'key-chip item', 'data-item': d.id}, label);
}

// "key" of "client_handshake_key" below "client handshake".
function leafLabel(node, d) {
  const label = d.name.replace(/^(client|server)_/, '').replace(/_/g, ' ');
  return node.head ? label.replace(/^(handshake|application|early) /, '') : label;
}

function card(node) {
  const {head} = node;
  const leaves = node.derives.filter((d) => d !== head);
  return el('li', {class: `key-node key-${SIDES[node.side]}`},
    head ? el('button', {type: 'button', class: 'key-head item', 'data-item': head.id},
      el('b', {}, shortName(head.name)), el('small', {}, inputsInShort(head)))
      : el('div', {class: 'key-side'}, el('b', {}, node.title || `${SIDES[node.side]}'s`), el('small', {}, node.note)),
    leaves.length > 0 ? el('span', {class: 'key-chips'}, leaves.map((d) => chip(d, leafLabel(node, d)))) : null);
}

function inputsInShort(d) {
  const skip = new Set(['label', 'offset', '""', 'H("")']);
  return Object.entries(d.inputs || {}).filter(([name, ref]) => !skip.has(name) && !skip.has(ref) && !d.from[name] && !isOld(d, name))
    .map(([, ref]) => ref === '0' ? 'zeros' : ref).join(' · ');
}

// ---- the lines

function curve(tree, from, to) {
  const area = tree.getBoundingClientRect(), a = from.getBoundingClientRect(), b = to.getBoundingClientRect();
  const x1 = a.left + a.width / 2 - area.left, y1 = a.bottom - area.top;
  const x2 = b.left + b.width / 2 - area.left, y2 = b.top - area.top;
  const bend = Math.min(40, (y2 - y1) / 2);
  const left = Math.max(a.left, b.left) - area.left, right = Math.min(a.right, b.right) - area.left;
  return right - left > 20 ? `M${(left + right) / 2} ${y1}V${y2}`
    : `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}

function drawLines(tree, canvas, lines) {
  canvas.setAttribute('width', tree.clientWidth);
  canvas.setAttribute('height', tree.clientHeight);
  for (const line of lines) line.path.setAttribute('d', curve(tree, line.from, line.to));
}

function linesOf(nodes, cards) {
  return nodes.flatMap((n) => n.above.map((a) => ({from: cards.get(a), to: cards.get(n), above: a, below: n,
    path: svg('path', {class: 'key-line'})})));
}

function drawTree(view, nodes) {
  const cards = new Map(nodes.map((n) => [n, card(n)]));
  const lines = linesOf(nodes, cards);
  const canvas = svg('svg', {class: 'key-lines', 'aria-hidden': 'true'}, lines.map((l) => l.path));
  const rows = Array.from({length: Math.max(...nodes.map((n) => n.row)) + 1}, (_, row) => {
    const inRow = nodes.filter((n) => n.row === row);
    return el('div', {class: inRow.every((n) => n.side === 1) ? 'key-row key-row-one' : 'key-row'},
      SIDES.map((name, side) => el('ul', {class: `key-cell key-cell-${name}`},
        inRow.filter((n) => n.side === side).sort((a, b) => b.above.length - a.above.length).map((n) => cards.get(n)))));
  });
  const tree = el('div', {class: 'key-tree', role: 'group', 'aria-label': 'From what was put in to the keys'}, canvas, el('div', {class: 'key-sides', 'aria-hidden': 'true'},
    el('span', {}, 'client'), el('span', {}, 'both ends'), el('span', {}, 'server')), rows);
  new ResizeObserver(() => drawLines(tree, canvas, lines)).observe(tree);
  view.onSelect(({related}) => {
    const lit = (node) => node.derives.some((d) => related.has(d.id));
    for (const l of lines) l.path.classList.toggle('is-lit', lit(l.above) && lit(l.below));
  });
  return tree;
}

// ---- what is said of one derivation

function formula(d) {
  const i = d.inputs || {};
  const ways = {
    'HKDF-Extract': () => `HKDF-Extract(salt: ${i.salt}, input: ${i.ikm})`,
    'HKDF-Expand-Label': () => `HKDF-Expand-Label(${i.secret}, "${i.label}", ${i.context}, ${d.len})`,
    PRF: () => `PRF(${i.secret}, "${i.label}", ${i.seed}), ${d.len} bytes`,
    part: () => `bytes ${i.offset} to ${Number(i.offset) + d.len - 1} of ${i.from}`,
    'RSAES-PKCS1-v1_5': () => 'made up by the client, encrypted with the server\'s RSA key',
  };
  return Object.hasOwn(ways, d.fn) ? ways[d.fn]() : `${d.fn}(${Object.entries(i).map(([name, ref]) => `${name}: ${ref}`).join(', ')})`;
}

// "client key_share", "ServerKeyExchange": the last message that has it.
function shareMessage(model, ref) {
  const hello = {'client key_share': 'client_hello', 'server key_share': 'server_hello'}[ref];
  const m = model.messages.filter((n) => hello ? n.name === hello : n.title === ref).pop();
  return m ? {id: hello ? `${m.id}/key_share` : m.id} : null;
}

function inputTarget(model, d, name) {
  return d.from[name] || (/^(context|seed)$/.test(name) ? d.context : shareMessage(model, d.inputs[name]));
}

function inputRow(view, book, d, name) {
  const ref = d.inputs[name];
  const target = inputTarget(view.model, d, name);
  const value = (d.input_values || {})[name] || (target || (name === 'secret' && sourceOf(book, d, ref)) || {}).value;
  return [el('dt', {}, name), el('dd', {},
    target ? el('a', {href: view.link(target.id)}, ref) : el('span', {}, name === 'label' ? `"${ref}"` : ref),
    isOld(d, name) ? ', of the session that is resumed' : null, ref === '0' && name !== 'offset' ? ', as many as the hash has bytes' : null,
    value ? el('code', {class: 'key-hex'}, value) : null)];
}

function valueOf(d) {
  if (d.value) return el('code', {class: 'key-hex key-value'}, d.value);
  return el('p', {class: 'key-hidden'}, icon('lock'), ' Hidden. Its fingerprint is ', el('code', {}, d.fingerprint || '—'),
    ': the other end\'s trace has the same. Values come with --secrets=show.');
}

export function commandBox(command) {
  if (!command.text) return el('p', {class: 'command-none'}, `No command: ${command.why}.`);
  return el('div', {class: 'command'},
    el('div', {class: 'command-bar'}, el('span', {}, 'The same with openssl'), copyButton('Copy', () => command.text)),
    el('pre', {tabindex: 0, 'aria-label': 'Command'}, el('code', {}, command.text)),
    el('p', {class: 'command-about'}, command.about));
}

function usedBy(view, d) {
  const links = [...d.uses.map((u) => [u.id, u.name]), ...d.records.slice(0, 6).map((r) => [r.id, `record ${r.n}`])];
  if (links.length === 0) return null;
  return el('p', {class: 'key-uses'}, 'Used for ', links.map(([id, name], i) =>
    [i > 0 ? ', ' : '', el('a', {href: view.link(id)}, name)]),
  d.records.length > 6 ? ` and ${plural(d.records.length - 6, 'record')} more` : null, '.');
}

function detail(view, book, d) {
  const meaning = MEANINGS.find(([name]) => name.test(d.name));
  return [
    el('h3', {}, d.name),
    meaning ? el('p', {}, meaning[1]) : null,
    el('p', {class: 'key-formula'}, el('code', {}, formula(d))),
    el('dl', {class: 'key-inputs'}, Object.keys(d.inputs || {}).map((name) => inputRow(view, book, d, name))),
    el('h4', {}, `${plural(d.len, 'byte')}`), valueOf(d), usedBy(view, d),
    commandBox(commandFor(book, d)),
    el('p', {class: 'key-foot'}, reference(RULES[d.fn]), d.us ? ` took ${time(d.us)}` : null),
  ];
}

// What the panel shows for a selection: a derivation, or the key of a record.
function shownFor({item}) {
  if (!item) return null;
  if (item.kind === 'derive') return item;
  if (item.kind === 'record') return item.keyItem;
  if (item.kind === 'key') return item.derive;
  return null;
}

function recordBox(view, book, item) {
  if (!item || item.kind !== 'record' || !item.aead) return null;
  return [el('h4', {}, `Record ${item.n} under this key`), commandBox(commandFor(book, item))];
}

function empty() {
  return el('p', {class: 'key-empty'}, 'Choose a secret to see what it is made of, its value, and the command ' +
    'that makes it again. Choose a message or a record, and the keys that protect it light up.');
}

// Of zeros and fixed words alone, as the first secrets are where there is no pre-shared key.
function isPublic(d) {
  return Object.entries(d.inputs || {}).every(([name, ref]) => ref === '0' || /^(label|context)$/.test(name) ||
    (d.from[name] && isPublic(d.from[name])));
}

function unknown(d) {
  return [el('h3', {}, d.name), el('p', {class: 'key-hidden'}, icon('lock'), ' Somebody on the path has all that went over the wire, ' +
    'and still cannot make this: it takes what never went there.')];
}

export const keysPanel = {
  id: 'keys',
  title: 'Key schedule',
  lead: 'How the keys of this connection were made, from what was really put in.',
  build(view) {
    const {model} = view;
    const derives = model.derives.filter((d) => typeof d.name === 'string');
    if (derives.length === 0) return null;
    const book = makeBook(model.events);
    const nodes = nodesOf(derives);
    oldSecret(nodes);
    placeRows(nodes);
    const about = el('div', {class: 'key-detail'});
    const spoken = el('p', {class: 'offscreen', role: 'status'});
    const tell = () => {
      const selection = view.selection(), d = shownFor(selection);
      about.classList.toggle('is-empty', !d);
      spoken.textContent = d ? `${d.name} is shown behind the tree` : '';
      replace(about, !d ? empty() : view.knows(d) || isPublic(d) ? [detail(view, book, d), recordBox(view, book, selection.item)] : unknown(d));
    };
    view.onSelect(tell);
    view.onLens(tell);
    const tree = drawTree(view, nodes);
    // Where there is no room for it beside the tree, it may stand far below what was chosen.
    tree.addEventListener('click', (event) => {
      if (event.target.closest('[data-item]')) requestAnimationFrame(() => about.scrollIntoView({block: 'nearest'}));
    });
    return el('div', {class: 'keys'}, el('div', {class: 'keys-in'}, tree, about), spoken);
  },
};
