// The bytes of what is selected: hex and text on the left, fields on the right, each lighting up the
// other; what a field means, and where it is written, below.
import {el, hexOf, replace, reference, size} from './dom.js';
import {fieldTree, partsOf, valueOf} from './fields.js';

const PAGE = 2048; // bytes that are drawn at once
const WIDE = 1100; // pixels of the panel from which 16 bytes stand in a row, not 8

// ---- hex

function segment(part, index, at, n, asText) {
  const bytes = part.bytes.subarray(at, at + n);
  const hidden = part.fields[index] && part.fields[index].hidden;
  const text = asText
    ? Array.from(bytes, (b) =>
        hidden ? '░' : b > 32 && b < 127 ? String.fromCharCode(b) : '·',
      ).join('')
    : Array.from(bytes, (b) => (hidden ? '··' : b.toString(16).padStart(2, '0'))).join(' ');
  return el(
    'span',
    {class: `seg tint-${part.fields[index] ? part.fields[index].tint : 0}`, 'data-f': index},
    text,
  );
}

// One row: its bytes, cut where fields begin.
function hexRow(part, owner, at, width) {
  const until = Math.min(at + width, part.bytes.length);
  const hex = el('span', {class: 'hex'});
  const text = el('span', {class: 'ascii'});
  for (let from = at; from < until;) {
    let to = from + 1;
    while (to < until && owner[to] === owner[from]) to++;
    hex.append(segment(part, owner[from], from, to - from, false), to < until ? ' ' : '');
    text.append(segment(part, owner[from], from, to - from, true));
    from = to;
  }
  return el(
    'div',
    {class: 'row'},
    el('span', {class: 'off'}, at.toString(16).padStart(4, '0')),
    hex,
    text,
  );
}

function hexView(part, width, limit) {
  const owner = new Int32Array(part.bytes.length).fill(-1);
  part.fields.forEach((f, i) => owner.fill(i, f.off, f.off + f.len));
  const rows = [];
  for (let at = 0; at < Math.min(part.bytes.length, limit); at += width)
    rows.push(hexRow(part, owner, at, width));
  return rows;
}

// ---- fields as a tree

function summary(node) {
  const words = node.leaves
    .filter((f) => !/\.(length|extension_type|tag)$/.test(f.path))
    .map((f) => valueOf(f, 24));
  const text = words.slice(0, 6).join(', ');
  return words.length > 6 || text.length > 90 ? text.slice(0, 90) + ' …' : text;
}

function treeItem(node, level) {
  const isGroup = node.children.length > 0;
  const label = el('span', {class: 'label'}, node.label);
  const row = el(
    'div',
    {class: `field tint-${node.first.tint}`},
    el('span', {class: 'twist', 'aria-hidden': 'true'}, isGroup ? '▸' : ''),
    label,
    el(
      'span',
      {class: 'value'},
      node.own ? valueOf(node.own, 56) : el('span', {class: 'preview'}, summary(node)),
    ),
    el('span', {class: 'len', title: `${node.len} bytes from offset ${node.off}`}, size(node.len)),
  );
  const item = el(
    'li',
    {
      role: 'treeitem',
      'aria-level': level,
      'aria-expanded': isGroup ? String(level < 2) : null,
      'aria-selected': 'false',
      tabindex: -1,
      'data-path': node.path,
      'data-from': node.from,
      'data-to': node.to,
      'aria-label': `${node.label} ${node.own ? valueOf(node.own, 56) : ''}`,
    },
    row,
    isGroup
      ? el(
          'ul',
          {role: 'group'},
          node.children.map((child) => treeItem(child, level + 1)),
        )
      : null,
  );
  return item;
}

// ---- below: the field that is chosen

function crumbs(view, part, path) {
  const list = [];
  for (const record of part.records) {
    list.push(el('a', {href: view.link(record.id)}, `record ${record.n}`));
    if (part.records.length > 1) break;
  }
  list.push(el('a', {href: view.link(part.item.id)}, part.title));
  const words = path.split(/\.|(?=\[)/).filter(Boolean);
  words.forEach((word, i) => {
    const upTo = words
      .slice(0, i + 1)
      .reduce((all, w) => all + (w.startsWith('[') || all === '' ? '' : '.') + w, '');
    list.push(
      el('a', {href: view.link(`${part.item.id}/${upTo}`)}, word.replace(/^\[(.*)\]$/, '$1')),
    );
  });
  return el(
    'nav',
    {class: 'crumbs', 'aria-label': 'Where this is'},
    list.map((link, i) => [i > 0 ? ' › ' : '', link]),
  );
}

function facts(view, part) {
  if (!part.facts || part.facts.length === 0 || view.lens() === 'observer') return null;
  return el(
    'dl',
    {class: 'opening'},
    part.facts.map(([name, value, item]) => [
      el('dt', {}, name),
      el('dd', {}, item ? el('a', {href: view.link(item.id)}, value) : value),
    ]),
  );
}

function about(view, part, node) {
  if (!node) {
    return [
      crumbs(view, part, ''),
      part.purpose ? el('p', {class: 'purpose'}, part.purpose.text) : null,
      el('p', {class: 'hint'}, part.about),
      facts(view, part),
      part.purpose ? el('p', {class: 'refs'}, reference(part.purpose.ref)) : null,
    ];
  }
  const field = node.first;
  const value = node.own ? valueOf(node.own, 4000) : summary(node);
  return [
    crumbs(view, part, node.path),
    el(
      'p',
      {class: 'what'},
      el('b', {}, node.label),
      el('span', {class: 'where-in'}, ` ${size(node.len)} at offset ${node.off}`),
    ),
    el('p', {class: 'full'}, value),
    field.note ? el('p', {class: 'note'}, field.note) : null,
    el(
      'p',
      {class: 'refs'},
      reference(field.ref),
      el('a', {class: 'share', href: view.link(`${part.item.id}/${node.path}`)}, 'Link to this'),
    ),
  ];
}

// ---- the panel

class Bytes {
  constructor(view) {
    this.view = view;
    this.part = null;
    this.wanted = 'inside';
    this.limit = PAGE;
    this.tabs = el('div', {class: 'tabs', role: 'group', 'aria-label': 'Which bytes'});
    this.hex = el('div', {
      class: 'dump',
      role: 'img',
      tabindex: 0,
      'aria-label': 'Bytes in hexadecimal',
    });
    this.tree = el('ul', {class: 'tree', role: 'tree', 'aria-label': 'Fields'});
    this.below = el('div', {class: 'about', 'aria-live': 'polite'});
    this.title = el('h3', {class: 'subject'});
    this.node = el(
      'div',
      {class: 'bytes'},
      el('div', {class: 'bytes-head'}, this.title, this.tabs),
      el('div', {class: 'panes'}, this.hex, this.tree),
      this.below,
    );
    this.listen();
  }

  listen() {
    const at = (event) => event.target.closest('[data-f]');
    this.hex.addEventListener(
      'mouseover',
      (event) => at(event) && this.light(this.nodeOfField(Number(at(event).dataset.f)), 'is-hover'),
    );
    this.hex.addEventListener('mouseleave', () => this.light(null, 'is-hover'));
    this.hex.addEventListener(
      'click',
      (event) => at(event) && this.choose(this.nodeOfField(Number(at(event).dataset.f))),
    );
    const item = (event) => event.target.closest('[role="treeitem"]');
    this.tree.addEventListener(
      'mouseover',
      (event) => item(event) && this.light(this.nodes.get(item(event).dataset.path), 'is-hover'),
    );
    this.tree.addEventListener('mouseleave', () => this.light(null, 'is-hover'));
    this.tree.addEventListener(
      'focusin',
      (event) => item(event) && this.light(this.nodes.get(item(event).dataset.path), 'is-hover'),
    );
    this.tree.addEventListener('focusout', () => this.light(null, 'is-hover'));
    this.tree.addEventListener('click', (event) => {
      const found = item(event);
      if (!found) return;
      if (event.target.closest('.twist')) this.toggle(found);
      else this.choose(this.nodes.get(found.dataset.path));
    });
    this.tree.addEventListener('keydown', (event) => this.keys(event));
    new ResizeObserver(() => {
      if (this.part && this.bytesInRow() !== this.width) this.drawHex();
    }).observe(this.node);
  }

  // Everything for a new selection; a field inside of what is shown moves the light only.
  update(selection) {
    const parts = partsOf(this.view, selection.item);
    const holds = (part) =>
      !selection.field ||
      part.fields.some(
        (f) =>
          f.path === selection.field ||
          f.path.startsWith(selection.field + '.') ||
          f.path.startsWith(selection.field + '['),
      );
    const part =
      parts.find((p) => p.id === this.wanted && holds(p)) || parts.find(holds) || parts[0] || null;
    if (!part) {
      this.clear(selection.item);
      return;
    }
    if (!this.part || this.part.key !== part.key) {
      this.limit = PAGE;
      this.show(part, parts);
    }
    const node = selection.field ? this.nodes.get(selection.field) : null;
    this.chosen = node || null;
    this.light(this.chosen, 'is-chosen');
    this.open(this.chosen);
    replace(this.below, about(this.view, part, this.chosen));
  }

  // A note has no bytes, but words.
  clear(item) {
    const isNote = item && item.kind === 'note';
    const hint = 'Choose a message, a record or a key: its bytes stand here, and what they mean.';
    this.part = null;
    this.node.classList.add('is-empty');
    replace(this.title, isNote ? 'Note' : 'Nothing selected');
    replace(this.tabs);
    replace(this.hex);
    replace(this.tree);
    replace(
      this.below,
      el('p', {class: isNote ? 'purpose' : 'hint'}, isNote ? item.text : hint),
      isNote && item.ref ? el('p', {class: 'refs'}, reference(item.ref)) : null,
    );
  }

  show(part, parts) {
    this.part = part;
    this.node.classList.remove('is-empty');
    replace(this.title, part.title);
    replace(
      this.tabs,
      parts.length < 2
        ? null
        : parts.map((p) =>
            el(
              'button',
              {
                type: 'button',
                'aria-pressed': String(p.id === part.id),
                'data-part': p.id,
                on: {
                  click: () => {
                    this.wanted = p.id;
                    this.part = null;
                    this.view.select(this.view.selection().item.id);
                  },
                },
              },
              p.tab,
            ),
          ),
    );
    this.roots = fieldTree(part.fields);
    this.nodes = new Map();
    const know = (node) => {
      this.nodes.set(node.path, node);
      node.children.forEach(know);
    };
    this.roots.forEach(know);
    replace(
      this.tree,
      this.roots.map((node) => treeItem(node, 1)),
    );
    const first = this.tree.querySelector('[role="treeitem"]');
    if (first) first.tabIndex = 0;
    this.drawHex();
  }

  bytesInRow() {
    return this.node.clientWidth >= WIDE ? 16 : 8;
  }

  drawHex() {
    const {part} = this;
    this.width = this.bytesInRow();
    this.node.classList.toggle('is-wide', this.width === 16);
    const rest = part.bytes.length - this.limit;
    replace(
      this.hex,
      hexView(part, this.width, this.limit),
      rest > 0
        ? el(
            'button',
            {
              type: 'button',
              class: 'more',
              on: {
                click: () => {
                  this.limit = part.bytes.length;
                  this.drawHex();
                },
              },
            },
            `${size(rest)} more`,
          )
        : null,
      part.missing ? el('p', {class: 'hint'}, part.missing) : null,
    );
    this.hex.setAttribute(
      'aria-label',
      `${part.title}: ${size(part.bytes.length)} in hexadecimal, ${hexOf(part.bytes.subarray(0, 8))}…`,
    );
    this.light(this.chosen, 'is-chosen');
  }

  nodeOfField(index) {
    return this.part.fields[index] ? this.nodes.get(this.part.fields[index].path) : null;
  }

  light(node, name) {
    for (const lit of this.node.querySelectorAll('.' + name)) lit.classList.remove(name);
    if (!node) return;
    for (const seg of this.hex.querySelectorAll('[data-f]')) {
      const index = Number(seg.dataset.f);
      if (index >= node.from && index <= node.to) seg.classList.add(name);
    }
    const item = this.itemOf(node);
    if (item) item.firstElementChild.classList.add(name);
  }

  itemOf(node) {
    return this.tree.querySelector(`[data-path="${CSS.escape(node.path)}"]`);
  }

  // Opens what is around a field, and brings it into sight inside its own pane.
  open(node) {
    for (const item of this.tree.querySelectorAll('[aria-selected="true"]'))
      item.setAttribute('aria-selected', 'false');
    const item = node && this.itemOf(node);
    if (!item) return;
    for (
      let up = item.parentElement.closest('[role="treeitem"]');
      up;
      up = up.parentElement.closest('[role="treeitem"]')
    ) {
      up.setAttribute('aria-expanded', 'true');
    }
    if (item.hasAttribute('aria-expanded')) item.setAttribute('aria-expanded', 'true');
    item.setAttribute('aria-selected', 'true');
    this.rove(item);
    scrollInside(this.tree, item.firstElementChild);
    const seg = this.hex.querySelector('.is-chosen');
    if (seg) scrollInside(this.hex, seg);
  }

  rove(item) {
    for (const other of this.tree.querySelectorAll('[role="treeitem"][tabindex="0"]'))
      other.tabIndex = -1;
    item.tabIndex = 0;
  }

  choose(node) {
    if (node) this.view.select(`${this.part.item.id}/${node.path}`);
  }

  toggle(item) {
    if (item.hasAttribute('aria-expanded'))
      item.setAttribute('aria-expanded', String(item.getAttribute('aria-expanded') !== 'true'));
  }

  keys(event) {
    const item = event.target.closest('[role="treeitem"]');
    const seen = [...this.tree.querySelectorAll('[role="treeitem"]')].filter(
      (i) => i.offsetParent !== null,
    );
    const at = seen.indexOf(item);
    const isOpen = item.getAttribute('aria-expanded') === 'true';
    const go = (to) => {
      if (!to) return;
      this.rove(to);
      to.focus();
    };
    const acts = {
      ArrowDown: () => go(seen[at + 1]),
      ArrowUp: () => go(seen[at - 1]),
      Home: () => go(seen[0]),
      End: () => go(seen[seen.length - 1]),
      ArrowRight: () =>
        item.hasAttribute('aria-expanded') && !isOpen
          ? this.toggle(item)
          : go(isOpen ? seen[at + 1] : null),
      ArrowLeft: () =>
        isOpen ? this.toggle(item) : go(item.parentElement.closest('[role="treeitem"]')),
      Enter: () => this.choose(this.nodes.get(item.dataset.path)),
      ' ': () => this.choose(this.nodes.get(item.dataset.path)),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }
}

// scrollIntoView would move the page as well.
function scrollInside(box, node) {
  const outer = box.getBoundingClientRect();
  const inner = node.getBoundingClientRect();
  if (inner.top < outer.top || inner.bottom > outer.bottom) {
    box.scrollTop += inner.top - outer.top - box.clientHeight / 3;
  }
}

export const bytesPanel = {
  id: 'bytes',
  title: 'Bytes and fields',
  short: 'Bytes',
  beside: true,
  build(view) {
    const bytes = new Bytes(view);
    view.onSelect((selection) => bytes.update(selection));
    view.onLens(() => bytes.update(view.selection()));
    return bytes.node;
  },
};
