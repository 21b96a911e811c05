// What can be taken from the page: the connection as JSON Lines, as text, as key log.
import {copyButton, el} from './dom.js';
import {stepsOf} from './steps.js';

function jsonl(model) {
  return (
    model.events
      .filter((e) => !e.kind.startsWith('page_'))
      .map((e) => JSON.stringify(e.source))
      .join('\n') + '\n'
  );
}

function textOf(model) {
  if (model.text.length > 0) return model.text.join('\n') + '\n';
  return (
    stepsOf(model)
      .map(
        (s) =>
          `${(s.t_us / 1000).toFixed(2).padStart(8)} ${s.item.dir === 'tx' ? '->' : '<-'} ${s.title.padEnd(20)} ${s.detail}`,
      )
      .join('\n') + '\n'
  );
}

const KEYLOG = [
  ['client_early_traffic_secret', 'CLIENT_EARLY_TRAFFIC_SECRET'],
  ['client_handshake_traffic_secret', 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'],
  ['server_handshake_traffic_secret', 'SERVER_HANDSHAKE_TRAFFIC_SECRET'],
  ['client_application_traffic_secret_0', 'CLIENT_TRAFFIC_SECRET_0'],
  ['server_application_traffic_secret_0', 'SERVER_TRAFFIC_SECRET_0'],
  ['exporter_secret', 'EXPORTER_SECRET'],
];

// The lines that Wireshark reads; '' where secrets are hidden.
export function keylogOf(model) {
  const hello = model.messages.find((m) => m.name === 'client_hello');
  const random = hello && (hello.fields || []).find((f) => f.path === 'random');
  if (!random || model.secrets !== 'show') return '';
  const rows =
    model.done && model.done.version === 'TLS 1.2' ? [['main_secret', 'CLIENT_RANDOM']] : KEYLOG;
  return rows
    .map(([name, label]) => {
      const secret = model.derives.find((d) => d.name === name && d.value);
      return secret ? `${label} ${random.val} ${secret.value}\n` : '';
    })
    .join('');
}

function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], {type: 'application/octet-stream'}));
  el('a', {href: url, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export function copyButtons(model) {
  const keylog = keylogOf(model);
  const saving = () => save(`${model.id}.jsonl`, jsonl(model));
  return [
    copyButton('Copy JSONL', () => jsonl(model)),
    el('button', {type: 'button', on: {click: saving}}, 'Save JSONL'),
    copyButton('Copy text', () => textOf(model)),
    keylog ? copyButton('Copy key log', () => keylog) : null,
  ];
}
