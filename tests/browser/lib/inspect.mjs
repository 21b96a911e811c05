/* What can be asked of any page. The functions run in the page and give lists of faults. */

/* Whatever can be used has a name that a screen reader can say; ids are unique; graphics say what
 * they are or that they mean nothing; references lead somewhere; what scrolls can be reached. */
export function unnamed() {
  const faults = [];
  const tell = (node, what) => faults.push(`${what}: ${node.outerHTML.slice(0, 120)}`);
  const idTexts = (ids) =>
    ids
      .split(/\s+/)
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' ');
  const nameOf = (node) =>
    node.getAttribute('aria-label') ||
    idTexts(node.getAttribute('aria-labelledby') ?? '').trim() ||
    [...(node.labels ?? [])].map((label) => label.textContent).join(' ') ||
    node.textContent ||
    node.title;
  for (const node of document.querySelectorAll(
    'a, button, input, select, textarea, summary, [tabindex], [role=button], [role=slider], [role=treeitem]',
  )) {
    if (node.checkVisibility() && !nameOf(node).trim()) tell(node, 'has no name');
  }
  for (const node of document.querySelectorAll('svg, img, canvas')) {
    const isHidden = node.closest('[aria-hidden=true]');
    const isNamed =
      ['img', 'group', 'graphics-document', 'figure'].includes(node.getAttribute('role')) &&
      nameOf(node).trim();
    if (!isHidden && !isNamed && !node.closest('button, a'))
      tell(node, 'is neither named nor hidden');
  }
  const seen = new Set();
  for (const node of document.querySelectorAll('[id]')) {
    if (seen.has(node.id)) tell(node, 'has an id that is taken');
    seen.add(node.id);
  }
  for (const name of [
    'aria-labelledby',
    'aria-controls',
    'aria-describedby',
    'aria-activedescendant',
  ]) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
      for (const id of node.getAttribute(name).split(/\s+/)) {
        if (id && !document.getElementById(id)) tell(node, `${name} leads nowhere`);
      }
    }
  }
  for (const node of document.querySelectorAll('body *')) {
    const scrolls =
      /auto|scroll/.test(getComputedStyle(node).overflowY) &&
      node.scrollHeight > node.clientHeight + 1;
    const isReached =
      node.tabIndex >= 0 || node.querySelector('a[href], button, input, select, [tabindex="0"]');
    if (scrolls && node.checkVisibility() && !isReached)
      tell(node, 'scrolls, but not for the keyboard');
  }
  for (const node of document.querySelectorAll(
    '[aria-hidden=true] :is(a[href], button, input, [tabindex="0"])',
  )) {
    tell(node, 'can be focused and is hidden');
  }
  return faults;
}

/* Texts with too little contrast (WCAG 2.1, 1.4.3), each once for its colours. */
export function faint() {
  const parse = (text) => {
    const [r, g, b, a = 1] = (text.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return text.startsWith('color(srgb') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, below) =>
    [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) =>
      (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== 'none') return null;
      if (!(at instanceof SVGElement) || at instanceof SVGSVGElement)
        layers.push(parse(style.backgroundColor));
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const shade = (node) => {
    let opacity = 1;
    for (let at = node; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    return opacity;
  };
  const found = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const isText =
      walker.currentNode.data.trim() &&
      !node.closest('script, style, noscript, [aria-hidden=true], :disabled');
    if (!isText || !node.checkVisibility({visibilityProperty: true})) continue;
    const inSvg = node instanceof SVGElement; // a text over a shape: what is below it is not known
    if (inSvg && node.closest('g')?.querySelector('rect, circle, path[fill]:not([fill=none])'))
      continue;
    const style = getComputedStyle(node);
    const ground = behind(node);
    if (!ground) continue;
    const ink = parse(inSvg ? style.fill : style.color);
    const seen = over([ink[0], ink[1], ink[2], ink[3] * shade(node)], ground);
    const [high, low] = [light(seen), light(ground)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) {
      const kind = `${seen.map(Math.round)} on ${ground.map(Math.round)}`;
      if (!found.has(kind)) {
        const where = `${node.tagName.toLowerCase()}.${node.getAttribute('class') ?? ''}`;
        found.set(
          kind,
          `${ratio.toFixed(2)} ${where} "${walker.currentNode.data.trim().slice(0, 30)}" (${kind})`,
        );
      }
    }
  }
  return [...found.values()];
}

/* The page is as wide as its window, and what is wider scrolls in a box of its own. */
export function tooWide() {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter((node) => node.getBoundingClientRect().right > width + 1 && node.checkVisibility())
    .filter((node) => {
      for (let at = node.parentElement; at; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== 'visible') return false;
      }
      return true;
    })
    .map(
      (node) =>
        `${node.tagName.toLowerCase()}.${node.getAttribute('class') ?? ''} ends at ${Math.round(node.getBoundingClientRect().right)}`,
    )
    .slice(0, 10);
}
