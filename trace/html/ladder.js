// Two ends and what went between them: an arrow for each message, grouped in records and flights,
// at equal distances or along the time.
import {el, icon, place, plural, replace, size, svg, time} from './dom.js';
import {observedSteps, steps, stepsOf} from './steps.js';

const ROW = 46; // a step's height
const ARROW = 38; // where in it the arrow arrives
const FLIGHT = 30; // above the first of a flight
const NEW_KEY = 34; // above the first record under a key
const NOTE = 44; // two lines
const NARROW = 420; // a lane that has less room needs two lines there
const HEAD = 8;
const FOOT = 30;

// ---- what is drawn, from top to bottom

function keyIdOf(step) {
  const record = step.records[0];
  if (!record || !record.protected) return null;
  if (record.keyItem) return record.keyItem.id;
  return record.aead ? record.aead.key : step.sender;
}

// Steps with what stands above them: the flight they begin, the key that comes into use, the notes
// that were made before.
function layOut(list, notes, isObserver) {
  const rows = [];
  const keys = new Set();
  const waiting = [...notes];
  let flight = null;
  let isSealed = false;
  for (const step of list) {
    while (waiting.length > 0 && waiting[0].line < step.item.line) {
      rows.push({kind: 'note', note: waiting.shift()});
    }
    if (!flight || flight.sender !== step.sender) {
      flight = {kind: 'flight', sender: step.sender, n: flight ? flight.n + 1 : 1, steps: []};
      rows.push({kind: 'flight', flight});
    }
    flight.steps.push(step);
    const key = keyIdOf(step);
    if (key && !keys.has(key) && !(isObserver && isSealed)) {
      rows.push({kind: 'key', record: step.records[0], isFirst: !isSealed, step});
      keys.add(key);
      isSealed = true;
    }
    rows.push({kind: 'step', step});
  }
  return [...rows, ...waiting.map((note) => ({kind: 'note', note}))];
}

// What a note says that no other part of the page does.
function notesOf(model) {
  return model.notes.filter((n) => n.text && !n.text.startsWith('fingerprints: '));
}

// The height of each row; along the time, a step is never above where its time puts it.
function measure(rows, byTime, total, isNarrow) {
  const key = isNarrow ? NEW_KEY + 18 : NEW_KEY;
  const heights = {flight: FLIGHT, note: isNarrow ? NOTE + 18 : NOTE, key, step: ROW};
  const natural = rows.reduce((sum, row) => sum + heights[row.kind], 0);
  const span = Math.max(natural * 1.15, 460);
  let y = HEAD;
  let above = 0; // of rows that belong to the step below them
  for (const row of rows) {
    if (row.kind !== 'step') {
      above += heights[row.kind];
      continue;
    }
    const at = HEAD + (row.step.t_us / Math.max(total, 1)) * span;
    row.y = byTime ? Math.max(y + above, at - ARROW) : y + above;
    row.from = byTime ? Math.min(at, row.y + ARROW) : row.y + ARROW;
    y = row.y + ROW;
    above = 0;
  }
  y += above; // notes behind the last step
  let below = y;
  for (const row of [...rows].reverse()) {
    if (row.kind === 'step') {
      below = row.y;
    } else {
      below -= heights[row.kind];
      row.y = below;
    }
  }
  return {height: y + FOOT, span};
}

// ---- rows

function stepButton(view, step, isObserver) {
  const notes = view.model.checks.filter((c) => c.message === step.item && !isObserver);
  return el(
    'button',
    {
      type: 'button',
      class: `step step-${step.kind}${step.sealed ? ' is-sealed' : ''}`,
      'data-item': step.item.id,
      'data-from': step.sender,
      'data-dir': step.item.dir,
      'aria-label': `${step.sender} sends ${step.title}, ${step.detail}, ${step.sealed ? 'encrypted' : 'in clear'}, at ${time(step.t_us)}`,
    },
    el(
      'span',
      {class: 'title'},
      step.sealed ? icon('lock') : null,
      el('span', {class: 'name'}, step.title),
    ),
    el('span', {class: 'detail'}, step.detail),
    notes.map((c) =>
      el(
        'span',
        {
          class: `tick ${c.ok ? 'is-ok' : 'is-bad'}`,
          title: `${c.what}: ${c.ok ? 'good' : 'failed'}`,
        },
        icon(c.ok ? 'ok' : 'bad'),
      ),
    ),
  );
}

function flightLabel(flight) {
  const bytes = [...new Set(flight.steps.flatMap((s) => s.records))].reduce(
    (sum, r) => sum + r.len + 5,
    0,
  );
  return el(
    'div',
    {class: 'flight', 'data-from': flight.sender},
    el('span', {}, `flight ${flight.n}: ${flight.sender}${bytes > 0 ? `, ${size(bytes)}` : ''}`),
  );
}

function noteLabel(note) {
  const isLab = note.text.startsWith('lab: ');
  const name = `remark${isLab ? ' is-lab' : ''}`;
  const text = isLab ? note.text.slice('lab: '.length) : note.text;
  return el(
    'button',
    {type: 'button', class: name, 'data-item': note.id, title: text},
    icon('warn'),
    el('span', {}, text),
  );
}

function keyLabel(row, isObserver) {
  const {record} = row;
  const name = record.keyItem ? record.keyItem.name : record.aead ? record.aead.key : '';
  const words = row.isFirst ? 'encrypted from here' : `${row.step.sender}: new key`;
  return el(
    'div',
    {class: `newkey${row.isFirst ? ' is-first' : ''}`},
    el('span', {class: 'seal'}, icon('lock'), words),
    name && !isObserver
      ? el(
          'button',
          {
            type: 'button',
            class: 'chip',
            'data-item': record.keyItem ? record.keyItem.id : null,
          },
          name,
        )
      : null,
  );
}

// Records beside the arrows of what is in them, at their sender's line.
function recordMarks(rows) {
  const marks = [];
  for (const row of rows) {
    if (row.kind !== 'step' || row.step.records.length === 0) continue;
    const last = marks[marks.length - 1];
    const {records, sender} = row.step;
    if (last && last.sender === sender && last.records.some((r) => records.includes(r))) {
      last.to = row.y + ROW;
      last.records = [...new Set([...last.records, ...records])];
    } else {
      marks.push({sender, records: [...records], y: row.y, to: row.y + ROW});
    }
  }
  return marks;
}

function recordLabel(mark) {
  const {records} = mark;
  const first = records[0];
  const name = records.length > 1 ? `r${first.n}–${records[records.length - 1].n}` : `r${first.n}`;
  const bytes = records.reduce((sum, r) => sum + r.len + 5, 0);
  return el(
    'button',
    {
      type: 'button',
      class: 'rec',
      'data-item': first.id,
      'data-from': mark.sender,
      'data-sealed': first.protected ? 'yes' : null,
      'aria-label': `${name}: ${plural(records.length, 'record')} of the ${mark.sender}, ${size(bytes)} on the wire`,
      title: `${records.length > 1 ? 'records' : 'record'} ${name.slice(1)} of the ${mark.sender}: ${size(bytes)} on the wire`,
    },
    name,
  );
}

// ---- lines and arrows

function arrow(x1, x2, y, step) {
  const way = x2 > x1 ? 1 : -1;
  return svg(
    'g',
    {
      class: `arrow arrow-${step.kind}${step.sealed ? ' is-sealed' : ''}`,
      'data-item': step.item.id,
    },
    svg('line', {x1, y1: y, x2: x2 - way * 5, y2: y}),
    svg('path', {d: `M${x2} ${y}l${-way * 9} -4.5v9z`}),
  );
}

// From the moment itself to the arrow, where others have pushed it down.
function leader(x, from, to, isLeft) {
  if (to - from < 2) return null;
  const out = isLeft ? x - 7 : x + 7;
  return svg(
    'g',
    {class: 'leader'},
    svg('path', {d: `M${x} ${from}H${out}V${to}H${x}`}),
    svg('circle', {cx: x, cy: from, r: 3}),
  );
}

function ticks(total, span, x) {
  const rough = total / 6;
  const unit = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const by = [1, 2, 5, 10].map((f) => f * unit).find((s) => s >= rough) || unit;
  const marks = [];
  for (let t = 0; t <= total; t += by) {
    const y = HEAD + (t / total) * span;
    marks.push(
      svg('line', {class: 'tick-line', x1: x - 5, x2: x, y1: y, y2: y}),
      svg('text', {class: 'tick-text', x: x - 8, y: y + 4, 'text-anchor': 'end'}, time(t)),
    );
  }
  return marks;
}

// ---- all of it

// What stands where, in pixels, in a lane of this width.
function plan(view, width, byTime) {
  const isObserver = view.lens() === 'observer';
  const list = isObserver ? observedSteps(view.model) : stepsOf(view.model);
  const total = list.length > 0 ? list[list.length - 1].t_us : 0;
  const isNarrow = width < NARROW;
  const rows = layOut(list, isObserver ? [] : notesOf(view.model), isObserver);
  const {height, span} = measure(rows, byTime, total, isNarrow);
  const left = isNarrow ? 50 : 72;
  const right = width - (isNarrow ? 10 : 30);
  return {
    isObserver,
    isNarrow,
    byTime,
    total,
    span,
    rows,
    width,
    height,
    left,
    right,
    steps: rows.filter((row) => row.kind === 'step'),
    marks: recordMarks(rows),
    sealed: rows.find((row) => row.kind === 'key'),
    xs: {client: left, server: right},
  };
}

function sealedArea({sealed, left, right, height}) {
  if (!sealed) return null;
  const y = sealed.y + NEW_KEY / 2;
  return svg('rect', {class: 'sealed-area', x: left, width: right - left, y, height: height - y});
}

function lifeLines(model, {xs, height}) {
  return ['client', 'server'].map((side) => {
    const name = `life${side === model.role ? ' is-here' : ''}`;
    return svg('line', {class: name, x1: xs[side], x2: xs[side], y1: 0, y2: height});
  });
}

function recordBars({marks, xs}) {
  return marks.map((m) => {
    const name = `bar${m.records[0].protected ? ' is-sealed' : ''}`;
    return svg('line', {
      class: name,
      x1: xs[m.sender],
      x2: xs[m.sender],
      y1: m.y + 6,
      y2: m.to - 2,
    });
  });
}

function arrows(model, {steps: rows, left, right}) {
  const isLeft = model.role !== 'server';
  return rows.map(({step, y, from}) => {
    const [x1, x2] = step.sender === 'client' ? [left + 4, right - 4] : [right - 4, left + 4];
    return [leader(isLeft ? left : right, from, y + ARROW, isLeft), arrow(x1, x2, y + ARROW, step)];
  });
}

function rowLabel(view, row, isObserver) {
  if (row.kind === 'step') return stepButton(view, row.step, isObserver);
  if (row.kind === 'note') return noteLabel(row.note);
  return row.kind === 'flight' ? flightLabel(row.flight) : keyLabel(row, isObserver);
}

function timeLabel(row) {
  const label = el('span', {class: 'when', 'aria-hidden': 'true'}, time(row.step.t_us));
  return place(label, {top: `${row.y + ARROW - 9}px`});
}

function draw(view, parts, byTime) {
  const {model} = view;
  const p = plan(view, parts.lane.clientWidth || 560, byTime);
  parts.lane.classList.toggle('is-narrow', p.isNarrow);
  place(parts.lane, {
    height: `${p.height}px`,
    '--left': `${p.left}px`,
    '--right': `${p.width - p.right}px`,
  });
  parts.drawing.setAttribute('viewBox', `0 0 ${p.width} ${p.height}`);
  parts.drawing.setAttribute('width', p.width);
  parts.drawing.setAttribute('height', p.height);
  replace(
    parts.drawing,
    sealedArea(p),
    lifeLines(model, p),
    byTime && p.total > 0 ? ticks(p.total, p.span, p.left) : null,
    recordBars(p),
    arrows(model, p),
  );
  replace(
    parts.labels,
    byTime ? null : p.steps.map(timeLabel),
    p.rows.map((row) => place(rowLabel(view, row, p.isObserver), {top: `${row.y}px`})),
    p.marks.map((m) => place(recordLabel(m), {top: `${m.y + 2}px`})),
    place(el('div', {class: 'ending'}, endOf(model)), {top: `${p.height - FOOT + 6}px`}),
  );
  view.paint();
}

function endOf(model) {
  if (model.closed)
    return model.closed.clean ? 'closed cleanly by both' : 'ended without close_notify from both';
  return 'the trace ends here';
}

function head(model, side) {
  const isHere = side === model.role;
  const name =
    model.role === 'observer'
      ? side === 'server'
        ? model.meta.peer
        : model.meta.local
      : model.meta.peer;
  return el(
    'div',
    {class: `end end-${side}${isHere ? ' is-here' : ''}`},
    el('b', {}, side === 'client' ? 'Client' : 'Server'),
    el('small', {}, isHere ? [icon('eye'), ' seen from here'] : name || ''),
  );
}

function moveByKeys(view, parts) {
  return (event) => {
    const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (!by || !event.target.matches('.step')) return;
    event.preventDefault();
    steps(view).move(by);
    const chosen = parts.labels.querySelector('.step.is-selected');
    if (chosen) chosen.focus();
  };
}

// A page is bounded: what is not on it is said.
function leftOut({rests, cuts}) {
  const data = rests.map((r) => {
    const way = r.dir === 'tx' ? 'sent' : 'received';
    return `${plural(r.records, 'more record')} of application data ${way}, ${size(r.bytes)}.`;
  });
  const lines = cuts.map(
    (c) => `${plural(c.lines, 'line')} of a very long trace are not on this page.`,
  );
  return [...data, ...lines].map((text) => el('p', {class: 'rest'}, text));
}

export const ladderPanel = {
  id: 'ladder',
  title: 'The handshake',
  short: 'Ladder',
  beside: true,
  build(view) {
    let byTime = false;
    const parts = {
      drawing: svg('svg', {class: 'drawing', 'aria-hidden': 'true'}),
      labels: el('div', {class: 'labels'}),
    };
    parts.lane = el(
      'div',
      {
        class: 'lane',
        role: 'group',
        'aria-label': 'Messages from top to bottom',
        on: {keydown: moveByKeys(view, parts)},
      },
      parts.drawing,
      parts.labels,
    );
    const scale = el(
      'button',
      {
        type: 'button',
        class: 'scale',
        'aria-pressed': 'false',
        on: {
          click: () => {
            byTime = !byTime;
            scale.setAttribute('aria-pressed', byTime);
            draw(view, parts, byTime);
          },
        },
      },
      'True time',
    );
    let width = 0;
    new ResizeObserver(() => {
      if (parts.lane.clientWidth !== width) {
        width = parts.lane.clientWidth;
        draw(view, parts, byTime);
      }
    }).observe(parts.lane);
    view.onLens(() => draw(view, parts, byTime));
    view.onSelect(() => {
      const chosen = parts.labels.querySelector(
        `.step[data-item="${CSS.escape(view.selection().item ? view.selection().item.id : '')}"]`,
      );
      for (const step of parts.labels.querySelectorAll('.step'))
        step.tabIndex = step === chosen ? 0 : -1;
      if (!chosen && parts.labels.querySelector('.step'))
        parts.labels.querySelector('.step').tabIndex = 0;
    });
    return el(
      'div',
      {class: 'ladder'},
      el('div', {class: 'ends'}, head(view.model, 'client'), scale, head(view.model, 'server')),
      parts.lane,
      leftOut(view.model),
    );
  },
};
