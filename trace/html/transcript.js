// The transcript: what was said so far, as one hash. The slider chooses how far; what stands on that
// hash, keys, a signature or a MAC, is told with it.
import { breakable, el, place, plural, replace, shortHex } from './dom.js';
import { commandFor, makeBook, transcriptAt } from './commands.js';
import { commandBox } from './keys.js';

const CHECK_USES = {
  certificate_verify: (c) => `The ${c.side}'s signature in CertificateVerify`,
  finished: (c) => `The ${c.side}'s Finished, a MAC`,
};

// What one side sends rests on the hash before its message.
function ownUses(model, book, t) {
  const say = {certificate_verify: 'signature in CertificateVerify', finished: 'Finished, a MAC'};
  return model.messages.filter((m) => m.sender === model.role && say[m.name] && transcriptAt(book, m) === t)
    .map((m) => ({id: m.id, text: `The ${m.sender}'s ${say[m.name]}`}));
}

// What rests on each hash: transcript -> [{id, text}].
function usesOf(model, book) {
  const uses = new Map(model.transcripts.map((t) => [t, ownUses(model, book, t)]));
  for (const d of model.derives) {
    if (d.context && uses.has(d.context) && !/_verify_data$/.test(d.name)) {
      uses.get(d.context).push({id: d.id, text: String(d.name).replace(/_/g, ' ')});
    }
  }
  for (const c of model.checks) {
    const t = transcriptAt(book, c);
    const text = Object.hasOwn(CHECK_USES, c.what) ? CHECK_USES[c.what](c) : '';
    if (t && text) uses.get(t).push({id: c.id, text});
  }
  return uses;
}

const KINDS_OF_USE = [[/signature/, 'signature'], [/MAC/, 'Finished'], [/./, 'keys']];

function tags(uses) {
  const kinds = new Set(uses.map((u) => KINDS_OF_USE.find(([text]) => text.test(u.text))[1]));
  return [...kinds].map((kind) => el('span', {class: 'hash-tag'}, kind));
}

function block(model, t, uses) {
  const m = t.reset ? null : t.message;
  const look = !m ? 'hash-reset' : m.sealed ? 'hash-sealed' : 'hash-clear';
  return el('li', {class: `hash-block ${look}`},
    el('button', {type: 'button', class: 'hash-message item', 'data-item': m ? m.id : t.id},
      el('b', {}, t.reset ? 'H(CH1)' : t.through), el('small', {}, m ? breakable(m.title) : 'message_hash, for all before'),
      m ? el('small', {}, `${m.sender}, ${m.len} B`) : null),
    el('code', {class: 'hash-value'}, shortHex(t.value || '', 8)), el('span', {class: 'hash-tags'}, tags(uses)));
}

// The first block that is hashed as itself: after a retry, what came before counts as its hash only.
const firstCovered = (list, at) => list.slice(0, at + 1).findLastIndex((t) => t.reset);

function covered(list, at) {
  const first = Math.max(0, firstCovered(list, at));
  return list.map((_, i) => i > at ? 'out' : i < first ? 'folded' : 'in');
}

function about(view, book, t, uses) {
  return [
    el('p', {class: 'hash-covers'}, el('b', {}, `${t.hash} of ${t.messages}`)),
    el('code', {class: 'key-hex key-value'}, t.value || ''),
    uses.length > 0 ? [el('h3', {}, 'What rests on this hash'), el('ul', {class: 'hash-uses'}, uses.map((u) =>
      el('li', {}, el('a', {href: view.link(u.id)}, u.text))))]
      : el('p', {class: 'hash-none'}, 'Nothing is made from the hash at just this point.'),
    el('details', {class: 'hash-command'}, el('summary', {}, 'The same with openssl'), commandBox(commandFor(book, t))),
  ];
}

function slider(list, onChange) {
  const input = el('input', {type: 'range', id: 'hash-slider', class: 'hash-slider', min: 1, max: list.length, value: list.length,
    step: 1, on: {input: () => onChange(Number(input.value) - 1)}});
  return input;
}

export const transcriptPanel = {
  id: 'transcript',
  title: 'Transcript',
  lead: 'One hash over all messages ties keys and signatures to this handshake: change one bit, and none of them fits.',
  build(view) {
    const {model} = view, list = model.transcripts;
    if (list.length === 0) return null;
    const book = makeBook(model.events), uses = usesOf(model, book);
    const blocks = list.map((t) => block(model, t, uses.get(t)));
    const told = el('div', {class: 'hash-about'});
    const upTo = (at) => {
      const states = covered(list, at);
      blocks.forEach((b, i) => { b.dataset.covered = states[i]; });
      blocks[at].dataset.covered = 'last';
      scroller.scrollLeft = blocks[at].offsetLeft - (scroller.clientWidth - blocks[at].clientWidth) / 2;
      input.setAttribute('aria-valuetext', `up to ${list[at].through}, ${plural(states.filter((s) => s === 'in').length, 'message')}`);
      replace(told, about(view, book, list[at], uses.get(list[at])));
    };
    const input = slider(list, upTo);
    const scroller = el('div', {class: 'hash-scroll'},
      place(el('div', {class: 'hash-strip'}, input, el('ol', {class: 'hash-blocks'}, blocks)), {'--n': list.length}));
    view.onLens(() => told.classList.toggle('is-unknown', !view.knows(list[0])));
    view.onSelect(({item}) => {
      const t = item && (item.kind === 'transcript' ? item : item.transcript || (item.kind === 'derive' && item.context));
      const at = t ? list.indexOf(t) : -1;
      if (at >= 0) input.value = at + 1;
      upTo(Number(input.value) - 1);
    });
    return el('div', {class: 'transcript'},
      el('label', {class: 'hash-label', for: 'hash-slider'}, 'Hash up to here'), scroller, told);
  },
};
