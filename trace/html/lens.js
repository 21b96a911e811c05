// Who looks: everyone together, one of the ends, or somebody on the path between them.
import {el, icon, plural, size} from './dom.js';

const LENSES = [
  ['everyone', 'Everyone', 'all that this trace has'],
  ['client', 'Client', 'what the client knows'],
  ['server', 'Server', 'what the server knows'],
  ['observer', 'Observer', 'what somebody on the path sees: what is in clear, and sizes and times'],
];

// An end knows what both ends share and what it did itself; of the other's checks and reasons it
// learns nothing. Somebody on the path has what was not encrypted.
const OBSERVER_SEES = {
  msg: (item) => !item.sealed,
  record: () => true,
  alert: (item) => !(item.record && item.record.protected),
  choose: (item, model) =>
    ['version', 'suite', 'group', 'hrr'].includes(item.what) || isTls12(model),
  conn: () => true,
  trace: () => true,
};

// There the hellos and the certificates are in clear.
function isTls12(model) {
  return Boolean(model.done) && model.done.version === 'TLS 1.2';
}

export function knows(lens, model, item) {
  if (lens === 'everyone' || lens === model.role) return true;
  if (lens === 'observer')
    return Boolean(OBSERVER_SEES[item.kind] && OBSERVER_SEES[item.kind](item, model));
  return item.kind !== 'check' && item.kind !== 'state';
}

export function lensControl(view) {
  const buttons = LENSES.map(([id, title, help]) =>
    el(
      'button',
      {
        type: 'button',
        role: 'radio',
        'data-lens': id,
        title: help,
        on: {click: () => view.setLens(id)},
      },
      id === 'observer' ? icon('eye') : null,
      title,
    ),
  );
  const group = el(
    'div',
    {
      class: 'lens',
      role: 'radiogroup',
      'aria-label': 'Lens: who looks',
      on: {
        keydown: (event) => {
          const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
          if (!step) return;
          event.preventDefault();
          const at = LENSES.findIndex(([id]) => id === view.lens());
          const next = (at + step + LENSES.length) % LENSES.length;
          view.setLens(LENSES[next][0]);
          buttons[next].focus();
        },
      },
    },
    buttons,
  );
  view.onLens((lens) =>
    buttons.forEach((button) => {
      const isIt = button.dataset.lens === lens;
      button.setAttribute('aria-checked', isIt);
      button.tabIndex = isIt ? 0 : -1;
    }),
  );
  return group;
}

// ---- what the path reads, in words

function values(message, pattern) {
  return message && !message.sealed
    ? message.fields
        .filter((f) => pattern.test(f.path) && f.val !== '' && !f.hidden)
        .map((f) => f.name || String(f.val))
    : [];
}

function readByPath(model) {
  const said = (name) => model.messages.find((m) => m.name === name);
  const hello = said('client_hello');
  const certificate = said('certificate');
  const name = values(hello, /host_name$/);
  const protocols = values(hello, /protocol_name_list\[\d+\]$/);
  const suite = values(said('server_hello'), /^cipher_suite$/);
  return [
    name.length > 0
      ? `the name that the client asks for: ${name[0]}`
      : 'no name: the client asks for none',
    protocols.length > 0 ? `the protocols it offers: ${protocols.join(', ')}` : '',
    suite.length > 0
      ? `the choice: ${model.done && model.done.version ? `${model.done.version}, ` : ''}${suite[0]}`
      : '',
    certificate && !certificate.sealed && certificate.certs && certificate.certs[0]
      ? `the certificate: ${certificate.certs[0].subject}`
      : '',
    `who talks to whom, when, and how much: ${plural(model.records.length, 'record')} and their sizes`,
  ].filter(Boolean);
}

function hiddenFromPath(model) {
  const titles = [...new Set(model.messages.filter((m) => m.sealed).map((m) => m.title))];
  const sealed = model.records.filter((r) => r.protected);
  const bytes = sealed.reduce((sum, r) => sum + r.len, 0);
  const records = `what is in ${plural(sealed.length, 'encrypted record')}, ${size(bytes)}`;
  return [titles.join(', '), sealed.length > 0 ? records : ''].filter(Boolean);
}

// Shown through the observer's lens only.
export function pathNote(view) {
  const list = (items) =>
    el(
      'ul',
      {},
      items.map((item) => el('li', {}, item)),
    );
  const hidden = hiddenFromPath(view.model);
  const note = el(
    'div',
    {class: 'path-note', hidden: true},
    el(
      'div',
      {class: 'reads'},
      el('h3', {}, icon('eye'), 'Somebody on the path reads'),
      list(readByPath(view.model)),
    ),
    el(
      'div',
      {class: 'reads-not'},
      el('h3', {}, icon('lock'), 'and cannot read'),
      list(hidden.length > 0 ? hidden : ['nothing was encrypted']),
    ),
  );
  view.onLens((lens) => {
    note.hidden = lens !== 'observer';
  });
  return note;
}
