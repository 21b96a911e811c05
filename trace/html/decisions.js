// Decisions: what one side offered, what the other one can do, and what came of it.
import { breakable, el, icon } from './dom.js';

const DECISION_TITLES = {
  version: 'Version', suite: 'Cipher suite', group: 'Key exchange group', hrr: 'Group asked for by HelloRetryRequest',
  sigalg: 'Signature algorithm', alpn: 'Application protocol (ALPN)', psk: 'Pre-shared key',
  certificate: 'Certificate', early_data: 'Early data',
};

// Of repeated decisions (a HelloRetryRequest is followed by a second ServerHello) the last one. What
// is supported is this end's own list: at the client the offer once more.
function lastOfEach({chooses, role}) {
  const last = new Map();
  for (const c of chooses) last.set(c.what, {...c, supported: role === 'server' ? c.supported : null});
  return [...last.values()];
}

// All that either side named, the offer's order first.
function candidates(c) {
  const listed = [c.offered, c.supported, (c.rejected || []).map((r) => r.item)];
  const names = [...new Set(listed.filter(Array.isArray).flat())];
  if (c.chosen && !names.includes(c.chosen)) names.unshift(c.chosen);
  return names;
}

function rank(list, name, who) {
  const at = list.indexOf(name);
  return el('td', {class: at < 0 ? 'is-out' : null}, at < 0 ? el('span', {role: 'img', 'aria-label': `not of the ${who}`}, '–') : `${at + 1}`);
}

function reason(c, name) {
  const told = (c.rejected || []).find((r) => r.item === name);
  if (told) return told.why;
  if (/_SCSV$/.test(name)) return 'a signal, not a suite';
  if (name === c.chosen || !c.supported || !c.offered) return '';
  if (!c.supported.includes(name)) return 'the server has it not';
  return c.offered.includes(name) ? '' : 'not offered';
}

function row(c, name) {
  const isPick = name === c.chosen, why = reason(c, name);
  return el('tr', {class: isPick ? 'is-pick' : why ? 'is-no' : null},
    el('th', {scope: 'row'}, isPick ? icon('ok', 'chosen') : null, el('span', {}, breakable(name)), why ? el('small', {}, why) : null),
    Array.isArray(c.offered) ? rank(c.offered, name, 'client\'s offers') : null, Array.isArray(c.supported) ? rank(c.supported, name, 'server\'s list') : null);
}

function table(c) {
  const names = candidates(c);
  if (!c.offered && !c.supported) return null;
  return el('table', {},
    el('thead', {}, el('tr', {}, el('th', {scope: 'col'}, 'what'), c.offered ? el('th', {scope: 'col'}, 'client\'s') : null,
      c.supported ? el('th', {scope: 'col'}, 'server\'s') : null)),
    el('tbody', {}, names.map((name) => row(c, name))));
}

function decision(view, c) {
  const title = Object.hasOwn(DECISION_TITLES, c.what) ? DECISION_TITLES[c.what] : c.what;
  return el('article', {class: 'decision item', 'data-item': c.id},
    el('h3', {}, el('a', {href: view.link(c.id)}, title)),
    el('p', {class: 'decision-pick'}, el('b', {}, c.chosen ? breakable(c.chosen) : 'nothing fits'), c.chosen ? `chosen by the ${c.by}` : null),
    c.why ? el('p', {class: 'decision-why'}, c.why) : null, table(c));
}

export const decisionsPanel = {
  id: 'decisions',
  title: 'Decisions',
  lead: 'The client offers, best first; the server picks. The numbers are places in each list.',
  build(view) {
    const chosen = lastOfEach(view.model);
    if (chosen.length === 0) return null;
    return el('div', {}, el('div', {class: 'decisions'}, chosen.map((c) => decision(view, c))),
      view.model.role === 'client' ? el('p', {class: 'decision-note'}, 'What else the server can do, it does not tell.') : null);
  },
};
