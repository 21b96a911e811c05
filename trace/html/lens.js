// Who looks: everyone together, one of the ends, or somebody on the path between them.
import { el, icon } from './dom.js';

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
  choose: (item, model) => ['version', 'suite', 'group', 'hrr'].includes(item.what) || isTls12(model),
  conn: () => true,
  trace: () => true,
};

// There the hellos and the certificates are in clear.
function isTls12(model) {
  return Boolean(model.done) && model.done.version === 'TLS 1.2';
}

export function knows(lens, model, item) {
  if (lens === 'everyone' || lens === model.role) return true;
  if (lens === 'observer') return Boolean(OBSERVER_SEES[item.kind] && OBSERVER_SEES[item.kind](item, model));
  return item.kind !== 'check' && item.kind !== 'state';
}

export function lensControl(view) {
  const buttons = LENSES.map(([id, title, help]) => el('button', {type: 'button', role: 'radio',
    'data-lens': id, title: help, on: {click: () => view.setLens(id)}}, id === 'observer' ? icon('eye') : null, title));
  const group = el('div', {class: 'lens', role: 'radiogroup', 'aria-label': 'Lens: who looks',
    on: {keydown: (event) => {
      const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
      if (!step) return;
      event.preventDefault();
      const at = LENSES.findIndex(([id]) => id === view.lens());
      const next = (at + step + LENSES.length) % LENSES.length;
      view.setLens(LENSES[next][0]);
      buttons[next].focus();
    }}}, buttons);
  view.onLens((lens) => buttons.forEach((button) => {
    const isIt = button.dataset.lens === lens;
    button.setAttribute('aria-checked', isIt);
    button.tabIndex = isIt ? 0 : -1;
  }));
  return group;
}
