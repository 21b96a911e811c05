// The page: connections, the panels that show one of them, what is selected, the lens, links.
//
// A panel is an object in the list of panels.js:
//
//   export const keysPanel = {id: 'keys', title: 'Key schedule', build(view) -> HTMLElement or null}
//
// build() is called once for each connection that is shown; null leaves the panel out (there is
// nothing to show). What it returns is put into <section id="panel-keys"> behind the title. A panel
// may have `lead`, a sentence below its title. Text gets into the page by dom.js only. The module's
// style stands in keys.css beside keys.js: colours by the variables of base.css, no style
// attributes (place() in dom.js sets measures).
//
// The view that a panel gets, and that is gone when another connection is shown:
//
//   view.model          the connection, see model.js
//   view.models         all connections: of this file, and those that were dropped onto the page
//   view.select(id)     selects everywhere: an item's id, "msg-3" or "msg-3/FIELD", FIELD a path or a
//                       short name: "msg-3/key_share"; '' for nothing
//   view.selection()    {id, item, field, related}: field is a path or '', related the set of the ids
//                       of all that belongs to the item, itself included (relatedTo in model.js)
//   view.onSelect(fn)   fn(selection) after each change, and once when all panels are built
//   view.link(id)       "#msg-3": the href of a link that selects the same, to be shared
//   view.lens()         'everyone', 'client', 'server' or 'observer'
//   view.knows(item)    whether who looks through the lens knows it (lens.js)
//   view.onLens(fn)     fn(lens) after each change, and once when all panels are built
//   view.show(model)    shows another connection
//   view.openFile()     asks for a second trace
//   view.paint()        sets the classes below anew, for a panel that draws itself again
//
// Whatever stands for an item has data-item="ID": main.js gives it the classes "is-selected" and
// "is-related" as the selection changes, "is-unknown" when the lens hides it, selects it on a click,
// and sets aria-pressed where it is a button. Put it on a button where it can be clicked.
import {el, replace} from './dom.js';
import {buildModel, findField, parseLines, relatedTo, splitConnections} from './model.js';
import {knows, lensControl, pathNote} from './lens.js';
import {header} from './header.js';
import {steps, stepper} from './steps.js';
import {PANELS} from './panels.js';

const MANY = 12;
const page = {models: [], view: null, lens: 'everyone', root: null};

// ---- connections

function connectionsIn(text, source) {
  return splitConnections(parseLines(text)).map((lines) => {
    const wanted = (lines[0] && lines[0].conn) || 'c1';
    let name = wanted;
    for (let n = 2; page.models.some((m) => m.id === name); n++) name = `${wanted}.${n}`;
    const model = buildModel(lines, name);
    model.source = source;
    page.models.push(model);
    return model;
  });
}

// The blocks of a page: JSON Lines, and behind them the lines of text.
function readBlocks(root, source) {
  const found = [];
  for (const block of root.querySelectorAll('script.hs-trace')) {
    const models = connectionsIn(block.textContent, source);
    const text = block.nextElementSibling;
    if (models.length > 0 && text && text.matches('script.hs-text')) {
      try {
        models[0].text = JSON.parse(text.textContent);
      } catch {
        /* the page was cut short */
      }
    }
    found.push(...models);
  }
  return found;
}

async function addFiles(files) {
  const found = [];
  for (const file of files) {
    const text = await file.text();
    const isPage = text.trimStart().startsWith('<');
    found.push(
      ...(isPage
        ? readBlocks(new DOMParser().parseFromString(text, 'text/html'), file.name)
        : connectionsIn(text, file.name)),
    );
  }
  if (found.length === 0) {
    tell('There is no trace in this file: a .jsonl of --trace, or a page of --html, has one.');
    return;
  }
  const isFirst = page.view === null;
  show(isFirst ? found[0] : page.view.model, isFirst ? '' : page.view.selection().id);
  tell(`Added ${found.map((m) => m.id).join(', ')} from ${files[0].name}.`);
  const compare = document.getElementById('panel-compare');
  if (compare && !isFirst) compare.scrollIntoView();
}

function openFile() {
  const input = el('input', {
    type: 'file',
    multiple: true,
    accept: '.jsonl,.json,.html,.ndjson',
    on: {change: () => addFiles([...input.files])},
  });
  input.click();
}

function tell(text) {
  replace(document.getElementById('notice'), text);
}

function acceptDrops() {
  const over = (on) => document.documentElement.classList.toggle('is-dropping', on);
  addEventListener('dragover', (event) => {
    event.preventDefault();
    over(true);
  });
  addEventListener('dragleave', (event) => over(event.relatedTarget !== null));
  addEventListener('drop', (event) => {
    event.preventDefault();
    over(false);
    if (event.dataTransfer.files.length > 0) addFiles([...event.dataTransfer.files]);
  });
}

// ---- the view of one connection

function makeView(model) {
  const listeners = {select: [], lens: []};
  let selection = {id: '', item: null, field: '', related: new Set()};
  const view = {
    model,
    models: page.models,
    root: null,
    select(id, keepsPlace) {
      selection = resolve(model, id);
      if (!keepsPlace)
        history.replaceState(
          null,
          '',
          selection.id ? view.link(selection.id) : location.pathname + location.search,
        );
      view.refresh();
    },
    refresh() {
      listeners.select.forEach((fn) => fn(selection));
      view.paint();
    },
    paint: () => mark(view, selection),
    selection: () => selection,
    onSelect: (fn) => listeners.select.push(fn),
    link: (id) =>
      '#' +
      (model === page.models[0] ? '' : encodeURIComponent(model.id) + ':') +
      encodeURIComponent(id).replace(/%(2F|5B|5D)/g, decodeURIComponent),
    lens: () => page.lens,
    setLens(lens) {
      page.lens = lens;
      view.refreshLens();
    },
    refreshLens() {
      view.root.dataset.lens = page.lens;
      listeners.lens.forEach((fn) => fn(page.lens));
      view.paint();
    },
    knows: (item) => knows(page.lens, model, item),
    onLens: (fn) => listeners.lens.push(fn),
    show: (other) => show(other, ''),
    openFile,
  };
  return view;
}

function resolve(model, id) {
  const [name, ...rest] = (id || '').split('/');
  const item = model.byId.get(name) || null;
  const wanted = rest.join('/');
  return {
    id: item ? name + (wanted ? '/' + wanted : '') : '',
    item,
    field: item && wanted ? findField(item, wanted) || wanted : '',
    related: relatedTo(model, item),
  };
}

function mark(view, selection) {
  const id = selection.item ? selection.item.id : '';
  for (const node of view.root.querySelectorAll('[data-item]')) {
    const item = view.model.byId.get(node.dataset.item);
    const isIt = node.dataset.item === id;
    node.classList.toggle('is-unknown', item !== undefined && !view.knows(item));
    node.classList.toggle('is-selected', isIt);
    node.classList.toggle('is-related', !isIt && selection.related.has(node.dataset.item));
    if (node.matches('button')) node.setAttribute('aria-pressed', isIt);
  }
}

// ---- links: #msg-3/key_share, for another connection than the first #c2:msg-3

function readLink() {
  let text = '';
  try {
    text = decodeURIComponent(location.hash.slice(1));
  } catch {
    /* half a link selects nothing */
  }
  const colon = text.indexOf(':');
  const named = colon > 0 ? page.models.find((m) => m.id === text.slice(0, colon)) : null;
  return {model: named || null, id: named ? text.slice(colon + 1) : text};
}

function followLink() {
  const {model, id} = readLink();
  if (id.startsWith('panel-')) return;
  if (model && model !== page.view.model) show(model, id);
  else page.view.select(id, true);
}

// ---- the page

// A trace may be damaged, or no trace of ours: what can be drawn is drawn.
function drawn(view, panel) {
  try {
    return panel.build(view);
  } catch (error) {
    console.error(error);
    return el(
      'p',
      {class: 'hint'},
      'This part cannot be drawn: its lines of the trace are damaged.',
    );
  }
}

function section(view, panel) {
  const body = drawn(view, panel);
  if (!body) return null;
  return el(
    'section',
    {
      id: `panel-${panel.id}`,
      class: `panel panel-${panel.id}`,
      'aria-labelledby': `title-${panel.id}`,
    },
    el('h2', {id: `title-${panel.id}`}, panel.title),
    panel.lead ? el('p', {class: 'lead'}, panel.lead) : null,
    body,
  );
}

function toolbar(view, sections) {
  return el(
    'div',
    {class: 'toolbar', role: 'region', 'aria-label': 'Lens, steps, parts of the page'},
    lensControl(view),
    stepper(view),
    el(
      'nav',
      {class: 'parts', 'aria-label': 'Parts of the page'},
      sections.map(({panel}) => el('a', {href: `#panel-${panel.id}`}, panel.short || panel.title)),
    ),
  );
}

function nameOf(m) {
  const {done} = m;
  return [
    m.role,
    done && done.version,
    done && done.resumed && 'resumed',
    done && !done.ok && 'failed',
  ]
    .filter(Boolean)
    .join(' · ');
}

function pickerButton(m, isCurrent) {
  return el(
    'button',
    {
      type: 'button',
      class: isCurrent ? 'is-current' : null,
      'data-conn': m.id,
      'aria-current': isCurrent ? 'true' : null,
      on: {click: () => show(m, '')},
    },
    el('b', {}, m.id),
    ` ${nameOf(m)}`,
    m.source ? el('small', {}, m.source) : null,
  );
}

// A few connections as buttons, many as a list.
function picker(view) {
  if (page.models.length < 2) return null;
  const list = () =>
    el(
      'select',
      {
        'aria-label': 'Connection',
        on: {change: (event) => show(page.models[event.target.selectedIndex], '')},
      },
      page.models.map((m) =>
        el('option', {selected: m === view.model}, `${m.id} ${nameOf(m)} ${m.source}`),
      ),
    );
  return el(
    'nav',
    {class: 'picker', 'aria-label': 'Connections'},
    page.models.length > MANY ? list() : page.models.map((m) => pickerButton(m, m === view.model)),
  );
}

function show(model, id) {
  const view = makeView(model);
  page.view = view;
  const sections = PANELS.map((panel) => ({panel, node: section(view, panel)})).filter(
    (s) => s.node,
  );
  const of = (wide) => sections.filter((s) => Boolean(s.panel.beside) === wide).map((s) => s.node);
  view.root = el(
    'div',
    {class: 'view', 'data-conn': model.id, 'data-role': model.role},
    picker(view),
    header(view),
    toolbar(view, sections),
    el('main', {}, pathNote(view), el('div', {class: 'bench'}, of(true)), of(false)),
  );
  view.root.addEventListener('click', (event) => {
    const node = event.target.closest('[data-item]');
    if (node && !event.target.closest('a') && !getSelection().toString())
      view.select(node.dataset.item);
  });
  replace(page.root, view.root);
  const done = model.done || {};
  document.title = `${done.ok === false ? 'Failed: ' : ''}${done.version || 'TLS'} with ${model.meta.sni || model.meta.peer || model.id}`;
  view.refreshLens();
  view.select(id || (model.messages[0] || {}).id, true);
}

function showEmpty() {
  replace(
    page.root,
    el(
      'main',
      {class: 'empty'},
      el('h1', {}, 'No handshake yet'),
      el('p', {}, 'Drop a trace here: a .jsonl file that --trace wrote.'),
      el('button', {type: 'button', on: {click: openFile}}, 'Open a trace'),
    ),
  );
}

const TAKES_ARROWS =
  'input, select, textarea, [role="tree"], [role="grid"], [role="radiogroup"], [role="tablist"], [role="slider"], .takes-arrows';

function acceptKeys() {
  addEventListener('keydown', (event) => {
    const move = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (
      !move ||
      event.altKey ||
      event.ctrlKey ||
      event.metaKey ||
      event.shiftKey ||
      !page.view ||
      event.target.closest(TAKES_ARROWS)
    )
      return;
    event.preventDefault();
    steps(page.view).move(move);
  });
}

function chooseTheme() {
  let theme = new URLSearchParams(location.search).get('theme');
  try {
    theme = theme || localStorage.getItem('hs-theme');
  } catch {
    /* files may have no storage */
  }
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
}

// Where a link to an item leads.
function partOf(item) {
  const panels = {
    derive: 'keys',
    key: 'keys',
    transcript: 'transcript',
    check: 'trust',
    choose: 'decisions',
  };
  return (
    item &&
    (document.getElementById(`panel-${panels[item.kind]}`) || document.querySelector('.bench'))
  );
}

function start() {
  chooseTheme();
  page.root = el('div', {});
  replace(
    document.getElementById('app'),
    page.root,
    el('div', {id: 'notice', role: 'status', 'aria-live': 'polite'}),
  );
  readBlocks(document, '');
  acceptDrops();
  if (page.models.length === 0) {
    showEmpty();
    return;
  }
  const {model, id} = readLink();
  const isPart = id.startsWith('panel-');
  const first = model || page.models[0];
  if (first.role === 'observer') page.lens = 'observer';
  show(first, isPart ? '' : id);
  acceptKeys();
  addEventListener('hashchange', followLink);
  const part = isPart ? document.getElementById(id) : id && partOf(page.view.selection().item);
  if (part) part.scrollIntoView({behavior: 'instant'});
}

start();
