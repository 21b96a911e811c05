// What a trace says, as things that know each other. A model is one connection; it is made of the
// lines of hs-trace/1 and changes nothing in them: an item is its line with these in addition:
//
//   id      unique in the model and part of links: "msg-3", "record-rx-2",
//           "key-server_handshake_traffic_secret", "check-chain"
//   kind    the line's `ev`;  line: its index in model.events;  source: the line itself;
//           fingerprint: its `id`, of a derive
//   sender  of what goes over the wire: "client" or "server"
//
//   message     .records [record]   .title "ServerHello"   .sealed: encrypted on the wire
//               .transcript: the hash behind it, or null    .code "SH"
//   record      .messages [message] .keyItem: derive, or null   .alert, or null
//               .content "handshake": what is inside, as far as known
//   derive      .fingerprint: the line's `id`   .from {input name: derive}   .uses [derive]   .records [record]
//               .context: transcript, or null    .messages: of key shares
//   transcript  .message, or null
//   check       .message, or null       alert   .record, or null
//   key         .derive, or null: a key comes into use
//
// Lines of the page's own: page_rest (application data that was summed up), page_cut.

const TITLES = {
  hello_request: 'HelloRequest',
  client_hello: 'ClientHello',
  server_hello: 'ServerHello',
  hello_retry_request: 'HelloRetryRequest',
  new_session_ticket: 'NewSessionTicket',
  end_of_early_data: 'EndOfEarlyData',
  encrypted_extensions: 'EncryptedExtensions',
  certificate: 'Certificate',
  server_key_exchange: 'ServerKeyExchange',
  certificate_request: 'CertificateRequest',
  server_hello_done: 'ServerHelloDone',
  certificate_verify: 'CertificateVerify',
  client_key_exchange: 'ClientKeyExchange',
  finished: 'Finished',
  certificate_status: 'CertificateStatus',
  key_update: 'KeyUpdate',
};

// Short names in transcripts; where both ends send such a message: [server's, client's].
const CODES = {
  client_hello: 'CH',
  hello_retry_request: 'HRR',
  server_hello: 'SH',
  encrypted_extensions: 'EE',
  certificate_request: 'CR',
  certificate: ['CT', 'CCT'],
  certificate_verify: ['CV', 'CCV'],
  finished: ['SF', 'CF'],
  certificate_status: 'CS',
  server_key_exchange: 'SKE',
  server_hello_done: 'SHD',
  client_key_exchange: 'CKE',
  new_session_ticket: 'NST',
  end_of_early_data: 'EOED',
  key_update: 'KU',
};

export function titleOf(name) {
  return TITLES[name] || (name || 'message').replace(/(^|_)([a-z])/g, (m, u, c) => c.toUpperCase());
}

// The objects of a text with one line each; what is no JSON is left out.
export function parseLines(text) {
  const lines = [];
  for (const row of text.split('\n')) {
    if (row.trim() === '') continue;
    try {
      const line = JSON.parse(row);
      if (line && typeof line === 'object' && typeof line.ev === 'string') lines.push(line);
    } catch {
      /* a file that was cut short ends in half a line */
    }
  }
  return lines;
}

// The lines of each connection. A file may hold several, mixed, and a server's names may return.
export function splitConnections(lines) {
  const groups = [];
  const current = new Map();
  for (const line of lines) {
    const name = line.conn || [...current.keys()].pop();
    if (line.ev === 'trace' || !current.has(name)) {
      current.set(name, []);
      groups.push(current.get(name));
    }
    current.get(name).push(line);
  }
  return groups;
}

// Where the items of a kind stand in the model, and what they are called.
const LISTS = new Map(
  Object.entries({
    msg: 'messages',
    record: 'records',
    derive: 'derives',
    transcript: 'transcripts',
    check: 'checks',
    choose: 'chooses',
    alert: 'alerts',
    note: 'notes',
    key: 'keys',
    state: 'states',
    appdata: 'appdata',
    ticket: 'tickets',
    page_rest: 'rests',
    page_cut: 'cuts',
  }),
);
const NAMES = new Map(
  Object.entries({
    msg: (line, model) => `msg-${model.messages.length + 1}`,
    record: (line) => `record-${line.dir}-${line.n}`,
    derive: (line) => `key-${line.name}`,
    key: (line) => `use-${line.name}`,
    check: (line) => `check-${line.what}`,
    choose: (line) => `choose-${line.what}`,
    transcript: (line) => `transcript-${line.through}`,
  }),
);

// A file that was dropped onto the page may hold anything; what follows relies on these.
function sound(line) {
  if (line.ev === 'msg') {
    const fields = Array.isArray(line.fields) ? line.fields : [];
    return {
      ...line,
      name: String(line.name),
      raw: String(line.raw || ''),
      parts: Array.isArray(line.parts) ? line.parts.filter(Boolean) : [],
      fields: fields.filter((f) => f && typeof f.path === 'string' && f.off >= 0 && f.len >= 0),
    };
  }
  if (line.ev === 'note') return {...line, text: String(line.text || '')};
  return line.ev === 'record' ? {...line, raw: line.raw ? String(line.raw) : undefined} : line;
}

class Builder {
  constructor(lines, name) {
    const meta = lines.find((line) => line.ev === 'trace') || {};
    const role = meta.role || (lines[0] && lines[0].role) || 'client';
    this.ids = new Set();
    this.model = {
      id: name || meta.conn || 'c1',
      meta,
      role,
      peerRole: role === 'server' ? 'client' : 'server',
      secrets: meta.secrets || 'id',
      text: [],
      source: '',
      events: [],
      messages: [],
      records: [],
      derives: [],
      transcripts: [],
      checks: [],
      chooses: [],
      alerts: [],
      notes: [],
      keys: [],
      states: [],
      appdata: [],
      tickets: [],
      rests: [],
      cuts: [],
      done: null,
      closed: null,
      byId: new Map(),
    };
  }

  id(wanted) {
    let id = wanted;
    for (let n = 2; this.ids.has(id); n++) id = `${wanted}-${n}`;
    this.ids.add(id);
    return id;
  }

  add(line, index) {
    const {model} = this;
    const item = {
      ...sound(line),
      source: line,
      fingerprint: line.id,
      kind: line.ev,
      line: index,
      t_us: Number(line.t_us) || 0,
    };
    const list = LISTS.has(line.ev) ? model[LISTS.get(line.ev)] : [];
    const name = NAMES.get(line.ev);
    item.id = this.id(name ? name(line, model) : `${line.ev}-${list.length + 1}`);
    // An observer calls tx what the client sends.
    if (line.dir)
      item.sender = (line.dir === 'tx') === (model.role === 'server') ? 'server' : 'client';
    list.push(item);
    model.events.push(item);
    model.byId.set(item.id, item);
    if (line.ev === 'done' || line.ev === 'closed') model[line.ev] = item;
  }

  link() {
    this.linkMessages();
    this.linkDerives();
    this.linkRecords();
    this.linkTranscripts();
    this.linkChecks();
    this.linkAlerts();
    return this.model;
  }

  linkMessages() {
    const record = new Map(this.model.records.map((r) => [`${r.dir} ${r.n}`, r]));
    for (const r of this.model.records)
      Object.assign(r, {messages: [], keyItem: null, alert: null});
    for (const m of this.model.messages) {
      const code = CODES[m.name];
      m.title = titleOf(m.name);
      m.code = Array.isArray(code) ? code[m.sender === 'server' ? 0 : 1] : code || m.title;
      m.transcript = null;
      m.records = (m.parts || (m.record ? [{record: m.record}] : []))
        .map((part) => record.get(`${m.dir} ${part.record}`))
        .filter(Boolean);
      m.sealed = m.records.some((r) => r.protected);
      for (const r of m.records) r.messages.push(m);
    }
  }

  // The last one of that name up to a line: key updates use names again.
  named(name, line) {
    let found = null;
    for (const d of this.model.derives) {
      if (d.name === name && (d.line < line || !found)) found = d;
    }
    return found;
  }

  linkDerives() {
    const {model} = this;
    for (const d of model.derives)
      Object.assign(d, {from: {}, uses: [], records: [], context: null, messages: []});
    for (const d of model.derives) {
      for (const [input, ref] of Object.entries(d.inputs || {})) {
        const source = this.named(ref, d.line);
        if (source && source !== d) {
          d.from[input] = source;
          source.uses.push(d);
        }
        const share = / key_share$| ?KeyExchange/.test(ref);
        if (share) d.messages.push(...this.shareMessages(ref));
      }
      const hash = (d.input_values || {}).context || (d.input_values || {}).seed;
      d.context = model.transcripts.find((t) => t.value === hash) || null;
    }
    for (const k of model.keys) k.derive = this.named(k.name, k.line);
  }

  shareMessages(ref) {
    const side = ref.startsWith('server') ? 'server' : 'client';
    const names =
      side === 'server'
        ? ['server_hello', 'server_key_exchange']
        : ['client_hello', 'client_key_exchange'];
    const all = this.model.messages.filter((m) => names.includes(m.name) && m.sender === side);
    return all.slice(-1);
  }

  linkRecords() {
    for (const r of this.model.records) {
      r.content = r.inner_name || (r.protected && r.type === 23 ? 'unknown' : r.name);
      r.keyItem = r.aead ? this.named(r.aead.key, r.line) : null;
      if (r.keyItem) r.keyItem.records.push(r);
    }
  }

  linkTranscripts() {
    const {model} = this;
    for (const t of model.transcripts) {
      const all = model.messages.filter((m) => m.code === t.through && !m.transcript);
      const before = all.filter((m) => m.line < t.line);
      t.message = before.pop() || all[0] || null;
      if (t.message) t.message.transcript = t;
    }
  }

  linkChecks() {
    const about = {
      certificate_verify: 'certificate_verify',
      finished: 'finished',
      chain: 'certificate',
      server_key_exchange: 'server_key_exchange',
    };
    for (const c of this.model.checks) {
      const all = this.model.messages.filter(
        (m) => m.name === about[c.what] && (!c.side || m.sender === c.side) && m.line < c.line,
      );
      c.message = all.pop() || null;
    }
  }

  // An alert that comes is in the record before it, one that goes in the record behind it.
  linkAlerts() {
    for (const a of this.model.alerts) {
      const all = this.model.records.filter(
        (r) =>
          r.dir === a.dir &&
          !r.alert &&
          (r.inner_type || r.type) === 21 &&
          (a.dir === 'tx' ? r.line > a.line : r.line < a.line),
      );
      a.record = (a.dir === 'tx' ? all[0] : all[all.length - 1]) || null;
      if (a.record) a.record.alert = a;
    }
  }
}

export function buildModel(lines, name) {
  const builder = new Builder(lines, name);
  lines.forEach((line, index) => builder.add(line, index));
  return builder.link();
}

// ---- what belongs together

function keysAbove(derive, into) {
  if (!derive || into.has(derive.id)) return;
  into.add(derive.id);
  Object.values(derive.from).forEach((source) => keysAbove(source, into));
  if (derive.context) into.add(derive.context.id);
}

function keysBelow(derive, into) {
  for (const use of derive.uses) {
    if (into.has(use.id)) continue;
    into.add(use.id);
    use.records.forEach((r) => into.add(r.id));
    keysBelow(use, into);
  }
}

const RELATED = {
  msg(item, into) {
    for (const r of item.records) {
      into.add(r.id);
      keysAbove(r.keyItem, into);
    }
    if (item.transcript) into.add(item.transcript.id);
  },
  record(item, into) {
    item.messages.forEach((m) => into.add(m.id));
    if (item.alert) into.add(item.alert.id);
    keysAbove(item.keyItem, into);
  },
  derive(item, into) {
    keysAbove(item, into);
    keysBelow(item, into);
    for (const r of item.records) {
      into.add(r.id);
      r.messages.forEach((m) => into.add(m.id));
    }
    item.messages.forEach((m) => into.add(m.id));
  },
  transcript(item, into) {
    if (item.message) into.add(item.message.id);
  },
  check(item, into) {
    if (item.message) into.add(item.message.id);
  },
  alert(item, into) {
    if (item.record) into.add(item.record.id);
  },
  key(item, into) {
    keysAbove(item.derive, into);
  },
};

// The ids of all that belongs to an item: a message's records, their key and where it comes from;
// what is made with a secret. The item itself is in it.
export function relatedTo(model, item) {
  const into = new Set();
  if (!item) return into;
  if (RELATED[item.kind]) RELATED[item.kind](item, into);
  for (const c of model.checks) {
    if (c.message === item) into.add(c.id);
  }
  into.add(item.id);
  return into;
}

// The path of a message's field, or of a group of them, by what a person would write: the path
// itself, an extension's name ("key_share"), the last word of a path ("random"). '' if there is none.
export function findField(message, name) {
  const paths = (message.fields || []).map((f) => f.path);
  if (paths.some((p) => p === name || p.startsWith(name + '.') || p.startsWith(name + '[')))
    return name;
  if (paths.some((p) => p.startsWith(`extensions[${name}].`))) return `extensions[${name}]`;
  return paths.find((p) => p.split('.').pop().replace(/\[.*$/, '') === name) || '';
}
