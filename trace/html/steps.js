// The handshake step by step: every message, alert and the rest of what goes over the wire, in its
// order. The ladder draws these steps; the arrow keys walk over them.
import {el, plural, size} from './dom.js';

// Application data of one direction that follows each other is one step.
function dataStep(records) {
  const bytes = records.reduce(
    (sum, r) => sum + (r.inner_len !== undefined ? r.inner_len : r.len),
    0,
  );
  return {
    item: records[0],
    items: records,
    sender: records[0].sender,
    t_us: records[0].t_us,
    title: 'Application data',
    detail:
      records.length > 1 ? `${plural(records.length, 'record')}, ${size(bytes)}` : size(bytes),
    kind: 'data',
    sealed: records[0].protected,
    records,
  };
}

// What is sent is told before it goes into records; it counts from when it went.
function wireTime(item, record) {
  return item.dir === 'tx' && record ? Math.max(record.t_us, item.t_us) : item.t_us;
}

function messageStep(m) {
  return {
    item: m,
    items: [m],
    sender: m.sender,
    t_us: wireTime(m, m.records[0]),
    title: m.title,
    detail: size(m.len),
    kind: m.name === 'hello_retry_request' ? 'retry' : 'message',
    sealed: m.sealed,
    records: m.records,
  };
}

function alertStep(a) {
  return {
    item: a,
    items: [a],
    sender: a.sender,
    t_us: wireTime(a, a.record),
    title: `Alert: ${a.desc}`,
    detail: a.level,
    kind: a.desc === 'close_notify' ? 'close' : 'alert',
    sealed: Boolean(a.record && a.record.protected),
    records: a.record ? [a.record] : [],
  };
}

function recordStep(r) {
  const isData = r.content === 'application_data';
  if (isData) return dataStep([r]);
  const isCcs = r.type === 20;
  return {
    item: r,
    items: [r],
    sender: r.sender,
    t_us: r.t_us,
    title: isCcs ? 'ChangeCipherSpec' : `Record: ${r.content}`,
    detail: size(r.len),
    kind: isCcs ? 'ccs' : 'record',
    sealed: r.protected,
    records: [r],
  };
}

function stepOf(item) {
  if (item.kind === 'msg') return messageStep(item);
  if (item.kind === 'alert') return alertStep(item);
  const isTold = item.kind !== 'record' || item.messages.length > 0 || item.alert;
  return isTold ? null : recordStep(item);
}

// In the order of the wire: by the record that something is in.
function inOrder(model) {
  const place = (step) => (step.records[0] ? step.records[0].line : step.item.line);
  return model.events
    .map(stepOf)
    .filter(Boolean)
    .sort((a, b) => place(a) - place(b) || a.item.line - b.item.line);
}

export function stepsOf(model) {
  const list = [];
  for (const step of inOrder(model)) {
    const last = list[list.length - 1];
    if (last && last.kind === 'data' && step.kind === 'data' && last.sender === step.sender) {
      list[list.length - 1] = dataStep([...last.records, ...step.records]);
    } else {
      list.push(step);
    }
  }
  return list;
}

// Somebody on the path sees records: what is encrypted has a size and, in TLS 1.2, a type.
export function observedSteps(model) {
  const list = [];
  for (const r of model.records) {
    if (!r.protected) {
      const inside = r.messages.filter((m) => m.records[0] === r).map(messageStep);
      list.push(
        ...(inside.length > 0
          ? inside
          : r.alert
            ? [alertStep(r.alert)]
            : r.messages.length > 0
              ? []
              : [recordStep(r)]),
      );
      continue;
    }
    list.push({
      item: r,
      items: [r],
      sender: r.sender,
      t_us: r.t_us,
      kind: 'record',
      sealed: true,
      records: [r],
      title: r.name,
      detail: size(r.len + 5),
    });
  }
  return list;
}

// Where the selection is among the steps, and how to go on from there.
export function steps(view) {
  const list = view.lens() === 'observer' ? observedSteps(view.model) : stepsOf(view.model);
  const {item, related} = view.selection();
  let at = item ? list.findIndex((s) => s.items.includes(item)) : -1;
  if (at < 0 && item) at = list.findIndex((s) => s.items.some((i) => related.has(i.id)));
  return {
    list,
    at,
    move(by) {
      const next = Math.max(
        0,
        Math.min(list.length - 1, at < 0 && by < 0 ? list.length - 1 : at + by),
      );
      if (list[next]) view.select(list[next].item.id);
    },
  };
}

export function stepper(view) {
  const button = (label, sign, by) =>
    el(
      'button',
      {
        type: 'button',
        'aria-label': label,
        title: `${label} (${by < 0 ? '←' : '→'})`,
        on: {click: () => steps(view).move(by)},
      },
      sign,
    );
  const back = button('Step back', '←', -1);
  const on = button('Step on', '→', 1);
  const where = el('output', {class: 'where', 'aria-live': 'polite'});
  const update = () => {
    const {list, at} = steps(view);
    const step = list[at];
    where.textContent = step ? `${at + 1}/${list.length} ${step.title}` : `${list.length} steps`;
    back.disabled = at === 0;
    on.disabled = at === list.length - 1;
  };
  view.onSelect(update);
  view.onLens(update);
  return el(
    'div',
    {class: 'stepper', role: 'group', 'aria-label': 'Steps of the handshake'},
    back,
    where,
    on,
  );
}
