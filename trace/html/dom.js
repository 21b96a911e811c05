// Elements, and the values that go into them. What a peer made up becomes text nodes and attribute
// values only, so it stays text.

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'on') {
      for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    } else if (value === true) {
      node.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === '') continue;
    node.append(child instanceof Node ? child : safeText(String(child)));
  }
}

// el('button', {class: 'x', on: {click: fn}}, 'text', otherElement, [more, null])
// Attributes that are false, null or undefined are left out; true sets an empty one. There are no
// style attributes: the page's policy forbids them. Measures go through place().
export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

// Sets style properties by script, which the policy allows: place(node, {left: '4px', '--x': 2}).
export function place(node, properties) {
  for (const [name, value] of Object.entries(properties)) node.style.setProperty(name, value);
  return node;
}

export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

// Controls, and what turns or hides text, as \xNN or \u{NNNN}: as in the text rendering.
export function safeText(text) {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
    (c) =>
      c.charCodeAt(0) < 256
        ? '\\x' + c.charCodeAt(0).toString(16).padStart(2, '0')
        : '\\u{' + c.charCodeAt(0).toString(16) + '}',
  );
}

// ---- values

export function bytesOf(hex) {
  const bytes = new Uint8Array((hex || '').length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.substr(2 * i, 2), 16);
  return bytes;
}

export function hexOf(bytes) {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}

export function shortHex(hex, digits = 16) {
  return hex.length > digits ? hex.slice(0, digits) + '…' : hex;
}

export function size(n) {
  return n < 10000
    ? `${n} B`
    : n < 1e6
      ? `${(n / 1000).toFixed(1)} kB`
      : `${(n / 1e6).toFixed(1)} MB`;
}

export function time(us) {
  return us < 1000
    ? `${us} µs`
    : us < 1e6
      ? `${(us / 1000).toFixed(us < 1e5 ? 2 : 1)} ms`
      : `${(us / 1e6).toFixed(2)} s`;
}

export function plural(n, word) {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}

// A long name that may be broken behind its underscores: parts for el().
export function breakable(name) {
  return String(name)
    .split(/(?<=_)|(?<=[a-z])(?=[A-Z])/)
    .flatMap((part, i) => (i > 0 ? [document.createElement('wbr'), part] : [part]));
}

// ---- small parts that several panels show

const ICONS = {
  lock: 'M4.5 7V5a3.5 3.5 0 0 1 7 0v2h.5a1 1 0 0 1 1 1v5.5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h.5Zm1.5 0h4V5a2 2 0 0 0-4 0v2Z',
  open: 'M4.5 7V5a3.5 3.5 0 0 1 6.9-.8l-1.5.4A2 2 0 0 0 6 5v2h6a1 1 0 0 1 1 1v5.5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h.5Z',
  key: 'M10.5 1.5a4 4 0 0 0-3.8 5.2L2 11.4V14h2.6v-1.6h1.6v-1.6h1.6l1-1a4 4 0 1 0 1.7-8.3Zm1 2a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6Z',
  ok: 'm6.4 12.6-4-4 1.3-1.3 2.7 2.7 5.9-6 1.3 1.3-7.2 7.3Z',
  bad: 'm8 6.7 3.4-3.5 1.4 1.4L9.3 8l3.5 3.4-1.4 1.4L8 9.3l-3.4 3.5-1.4-1.4L6.7 8 3.2 4.6l1.4-1.4L8 6.7Z',
  warn: 'M8 1.6 15.2 14H.8L8 1.6Zm-.8 4.6v4h1.6v-4H7.2Zm0 5v1.5h1.6v-1.5H7.2Z',
  eye: 'M8 3C4.6 3 1.9 5 .8 8c1.1 3 3.8 5 7.2 5s6.1-2 7.2-5C14.1 5 11.4 3 8 3Zm0 8.3a3.3 3.3 0 1 1 0-6.6 3.3 3.3 0 0 1 0 6.6Zm0-1.6a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Z',
};

// An icon; with a label it speaks, without one it is decoration.
export function icon(name, label) {
  return svg(
    'svg',
    {
      class: `icon icon-${name}`,
      viewBox: '0 0 16 16',
      width: 16,
      height: 16,
      role: label ? 'img' : null,
      'aria-label': label,
      'aria-hidden': label ? null : 'true',
    },
    svg('path', {d: ICONS[name]}),
  );
}

// "RFC 9846, 4.3.8" as a link; nothing where there is no reference.
export function reference(ref) {
  if (!ref) return null;
  const anchor = /^[A-Z]/.test(ref.section) ? 'appendix' : 'section';
  return el(
    'a',
    {
      class: 'ref',
      href: `https://www.rfc-editor.org/rfc/rfc${ref.rfc}#${anchor}-${ref.section}`,
      target: '_blank',
      rel: 'noopener noreferrer',
    },
    `RFC ${ref.rfc}, ${ref.section}`,
  );
}

// A button that copies what text() gives.
export function copyButton(label, text) {
  const button = el(
    'button',
    {
      type: 'button',
      class: 'copy',
      on: {
        click: async () => {
          const done = await copyText(text());
          button.textContent = done ? 'Copied' : 'Not copied';
          setTimeout(() => {
            button.textContent = label;
          }, 1500);
        },
      },
    },
    label,
  );
  return button;
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el('textarea', {readonly: true, class: 'offscreen'});
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
