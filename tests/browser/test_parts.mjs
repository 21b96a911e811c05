/* The parts of the page, and that they belong together: what is chosen in one is chosen in all. */

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {pageTest, shot} from './lib/chromium.mjs';
import {pageOf, traceOf} from './lib/traces.mjs';

const TRACE = 'tls13-client';
const step = (page, title) =>
  page.locator('#panel-ladder button.step').filter({hasText: title}).first();
const subject = (page) => page.locator('#panel-bytes .subject').innerText();
const hashOf = (page) => new URL(page.url()).hash;
const item = (page, panel, id) => page.locator(`#panel-${panel} [data-item="${id}"]`).first();
const has = async (node, name) =>
  assert.match(await node.getAttribute('class'), new RegExp(`\\b${name}\\b`));
const hasNot = async (node, name) =>
  assert.doesNotMatch((await node.getAttribute('class')) ?? '', new RegExp(`\\b${name}\\b`));
const lens = (page, name) => page.getByRole('radio', {name}).click();

// ---- ladder ----------------------------------------------------------------------------------

pageTest(
  'the ladder has every message, alert and ChangeCipherSpec in its order',
  TRACE,
  {},
  async (page) => {
    const drawn = await page.locator('#panel-ladder button.step .title').allInnerTexts();
    const lines = await traceOf(TRACE);
    const messages = lines.filter((line) => line.ev === 'msg').length;
    assert.equal(
      drawn.filter((each) => !/^(Change|Alert|Application)/.test(each)).length,
      messages,
    );
    assert.deepEqual(drawn.slice(0, 2), ['ClientHello', 'ServerHello']);
    assert.ok(
      drawn.includes('Application data') &&
        drawn.some((each) => each.startsWith('Alert: close_notify')),
    );
  },
);

pageTest('a padlock stands where encryption starts', TRACE, {}, async (page) => {
  const y = async (node) => (await node.boundingBox()).y;
  const seal = await y(page.locator('#panel-ladder .newkey.is-first'));
  assert.ok(
    (await y(step(page, 'ServerHello'))) < seal &&
      seal < (await y(step(page, 'EncryptedExtensions'))),
  );
});

pageTest('in TLS 1.2 encryption starts with Finished', 'tls12-client', {}, async (page) => {
  const y = async (node) => (await node.boundingBox()).y;
  const seal = await y(page.locator('#panel-ladder .newkey.is-first'));
  assert.ok(
    (await y(step(page, 'ClientKeyExchange'))) < seal && seal < (await y(step(page, 'Finished'))),
  );
});

pageTest('a HelloRetryRequest is drawn as one', 'hrr-client', {}, async (page) => {
  const titles = await page.locator('#panel-ladder button.step .title').allInnerTexts();
  assert.equal(titles[1], 'HelloRetryRequest');
  assert.equal(titles.filter((each) => each === 'ClientHello').length, 2);
});

pageTest('a failed handshake ends with the alert', 'untrusted-client', {}, async (page) => {
  await step(page, 'Alert: unknown_ca').click();
  assert.match(await page.locator('header').innerText(), /unknown_ca/);
});

pageTest('a click in the ladder selects bytes, records and keys', TRACE, {}, async (page) => {
  await step(page, 'Certificate').click();
  assert.equal(await subject(page), 'Certificate');
  const lines = await traceOf(TRACE);
  const record = lines.find((line) => line.ev === 'msg' && line.name === 'certificate').parts[0]
    .record;
  await has(item(page, 'ladder', `record-rx-${record}`), 'is-related');
  await has(item(page, 'keys', 'key-server_handshake_traffic_secret'), 'is-related');
  await hasNot(item(page, 'keys', 'key-client_application_traffic_secret_0'), 'is-related');
  await has(item(page, 'transcript', 'msg-4'), 'is-selected');
  await shot(page, 'selected');
});

pageTest('true time puts the steps where they happened', TRACE, {}, async (page) => {
  const top = async (title) => (await step(page, title).boundingBox()).y;
  const gap = async () => (await top('ServerHello')) - (await top('ClientHello'));
  const equal = await gap();
  await page.getByRole('button', {name: 'True time'}).click();
  assert.notEqual(await gap(), equal);
  await shot(page, 'true-time');
});

pageTest(
  'steps are walked with the buttons and the arrow keys',
  TRACE,
  {hash: '#msg-1'},
  async (page) => {
    await page.getByRole('button', {name: 'Step on'}).click();
    assert.equal(hashOf(page), '#msg-2');
    await page.getByRole('button', {name: 'Step back'}).click();
    assert.equal(await subject(page), 'ClientHello');
    await page.locator('h1').click();
    await page.keyboard.press('ArrowRight');
    assert.equal(await subject(page), 'ServerHello');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await subject(page), 'ClientHello');
  },
);

// ---- bytes -----------------------------------------------------------------------------------

pageTest(
  'pointing at bytes lights their field, and the other way round',
  TRACE,
  {hash: '#msg-1'},
  async (page) => {
    const field = page.locator('#panel-bytes [data-path="random"]');
    const bytes = page
      .locator('#panel-bytes .dump .seg')
      .filter({hasText: /^([0-9a-f]{2} ?){6,}$/})
      .first();
    await field.hover();
    assert.ok((await page.locator('#panel-bytes .dump .is-hover').count()) > 0);
    await page.locator('#panel-bytes .subject').hover();
    assert.equal(await page.locator('#panel-bytes .is-hover').count(), 0);
    await bytes.hover();
    assert.ok((await page.locator('#panel-bytes .tree .is-hover').count()) > 0);
  },
);

pageTest(
  'a chosen field says what it means and where that is written',
  TRACE,
  {hash: '#msg-1'},
  async (page) => {
    await page.locator('#panel-bytes [data-path="legacy_version"]').click();
    const about = page.locator('#panel-bytes .about');
    assert.match(await about.innerText(), /frozen/);
    assert.match(await about.innerText(), /RFC 9846/);
    assert.match(
      await page.getByRole('navigation', {name: 'Where this is'}).innerText(),
      /record 1 › ClientHello › legacy_version/,
    );
    assert.equal(hashOf(page), '#msg-1/legacy_version');
  },
);

pageTest('the bytes shown are those of the trace', TRACE, {hash: '#msg-1'}, async (page) => {
  const raw = (await traceOf(TRACE)).find((line) => line.ev === 'msg').raw;
  const shown = (await page.locator('#panel-bytes .dump .hex').allTextContents())
    .join('')
    .replace(/\s/g, '');
  assert.equal(shown, raw);
});

pageTest('an encrypted message is shown as on the wire and decrypted', TRACE, {}, async (page) => {
  await step(page, 'EncryptedExtensions').click();
  const dump = () => page.locator('#panel-bytes .dump').innerText();
  assert.match(await dump(), /08 00 00/);
  await page.getByRole('button', {name: 'On the wire', exact: true}).click();
  assert.match(await dump(), /17 03 03/);
  await page.getByRole('button', {name: 'Decrypted', exact: true}).click();
  assert.match(await dump(), /08 00 00/);
});

pageTest(
  'hidden bytes are not there to be found',
  'hidden-client',
  {hash: '#msg-1/legacy_session_id'},
  async (page, url) => {
    assert.match(await page.locator('#panel-bytes .about').innerText(), /hidden/);
    const lines = await traceOf('tls13-client');
    const secrets = lines.filter((line) => line.ev === 'derive').map((line) => line.value);
    assert.ok(
      secrets.length > 10 && secrets.every((each) => /^[0-9a-f]+$/.test(each)),
      'the shown one has them',
    );
    const hidden = (await traceOf('hidden-client')).filter((line) => line.ev === 'derive');
    assert.ok(hidden.length > 0 && hidden.every((line) => line.value === undefined));
    assert.ok(!readFileSync(await pageOf('hidden-client'), 'utf8').includes('GET / HTTP'));
    assert.equal(await page.getByRole('button', {name: /key log/i}).count(), 0);
  },
);

// ---- links -----------------------------------------------------------------------------------

pageTest(
  'a link to a field opens on it, and survives a reload',
  TRACE,
  {hash: '#msg-2/key_share'},
  async (page) => {
    for (const when of ['opened', 'reloaded']) {
      assert.equal(await subject(page), 'ServerHello', when);
      const chosen = page.locator('#panel-bytes [role=treeitem][aria-selected=true]');
      assert.equal(await chosen.getAttribute('data-path'), 'extensions[key_share]', when);
      await page.reload();
    }
  },
);

pageTest('a link in the page leads where it says', TRACE, {hash: '#msg-2'}, async (page) => {
  await page
    .getByRole('navigation', {name: 'Where this is'})
    .getByRole('link', {name: /^record/})
    .click();
  assert.match(await subject(page), /Record 1 of the server/);
  await page.goBack();
  assert.equal(await subject(page), 'ServerHello');
});

pageTest(
  'a link that leads nowhere does no harm',
  TRACE,
  {hash: '#msg-99/<b>x</b>'},
  async (page) => {
    assert.equal(await subject(page), 'Nothing selected');
    await page.evaluate(() => {
      location.hash = '#%E0%A4%A';
    });
    await step(page, 'ServerHello').click();
    assert.equal(await subject(page), 'ServerHello');
  },
);

// ---- lens ------------------------------------------------------------------------------------

pageTest(
  'the observer sees hellos and sizes, and nothing that was encrypted',
  TRACE,
  {},
  async (page) => {
    await lens(page, 'Observer');
    const titles = await page.locator('#panel-ladder button.step .title').allInnerTexts();
    assert.ok(titles.includes('ClientHello') && titles.includes('ServerHello'));
    assert.ok(!titles.includes('Certificate') && !titles.includes('Finished'));
    await step(page, 'ClientHello').click();
    assert.match(await page.locator('#panel-bytes').innerText(), /localhost/);
    await page.locator('#panel-ladder button.step.is-sealed').first().click();
    assert.match(await page.locator('#panel-bytes .dump').innerText(), /17 03 03/);
    assert.equal(await page.getByRole('button', {name: 'Decrypted', exact: true}).count(), 0);
    await has(item(page, 'keys', 'key-handshake_secret'), 'is-unknown');
    await shot(page, 'observer-13');
  },
);

pageTest('in TLS 1.2 the observer reads the certificate', 'tls12-client', {}, async (page) => {
  await lens(page, 'Observer');
  await step(page, 'Certificate').click();
  const text = (await page.locator('#panel-bytes .dump .ascii').allTextContents()).join('');
  assert.match(text, /localhost/);
  await shot(page, 'observer-12');
});

pageTest(
  'the lens is chosen with the arrow keys, and Everyone brings all back',
  TRACE,
  {},
  async (page) => {
    const names = () => page.locator('#panel-ladder button.step .title').allInnerTexts();
    const all = await names();
    await page.getByRole('radio', {name: 'Everyone'}).focus();
    await page.keyboard.press('ArrowLeft');
    assert.equal(
      await page.getByRole('radio', {name: 'Observer'}).getAttribute('aria-checked'),
      'true',
    );
    assert.notDeepEqual(await names(), all);
    await page.keyboard.press('ArrowRight');
    assert.deepEqual(await names(), all);
  },
);

// ---- keys ------------------------------------------------------------------------------------

pageTest('every derivation of the trace is a node of the key schedule', TRACE, {}, async (page) => {
  const derived = (await traceOf(TRACE)).filter((line) => line.ev === 'derive');
  for (const {name} of derived) {
    assert.ok((await page.locator(`#panel-keys [data-item="key-${name}"]`).count()) > 0, name);
  }
  await shot(page.locator('#panel-keys'), 'keys');
});

pageTest(
  'a key shows formula, inputs, value and the command that makes it again',
  TRACE,
  {},
  async (page) => {
    await item(page, 'keys', 'key-server_handshake_traffic_secret').click();
    const text = await page.locator('#panel-keys').innerText();
    const {value} = (await traceOf(TRACE)).find(
      (line) => line.name === 'server_handshake_traffic_secret',
    );
    assert.match(text, /HKDF-Expand-Label\(handshake_secret, "s hs traffic"/);
    assert.ok(text.includes(value) && text.includes('openssl kdf'));
    await page.locator('#panel-keys').getByRole('link', {name: 'handshake_secret'}).first().click();
    assert.match(hashOf(page), /#key-handshake_secret/);
  },
);

pageTest(
  'with secrets hidden a key shows its fingerprint',
  'hidden-client',
  {hash: '#key-handshake_secret'},
  async (page) => {
    assert.match(await page.locator('#panel-keys').innerText(), /Hidden.*fingerprint/s);
  },
);

for (const [view, node] of [
  ['tls12-client', 'key-main_secret'],
  ['classic-client', 'key-preliminary_secret'],
]) {
  pageTest(`${view}: the key schedule of TLS 1.2 is drawn`, view, {}, async (page) => {
    await item(page, 'keys', node).click();
    assert.match(await page.locator('#panel-keys').innerText(), /key block/);
  });
}

// ---- transcript, trust, decisions, timing ----------------------------------------------------

pageTest('the slider says what each hash covers', TRACE, {}, async (page) => {
  const slider = page.locator('#panel-transcript input[type=range]');
  const values = (await traceOf(TRACE))
    .filter((line) => line.ev === 'transcript')
    .map((line) => line.value);
  await slider.focus();
  await page.keyboard.press('Home');
  assert.ok((await page.locator('#panel-transcript').innerText()).includes(values[0]));
  await page.keyboard.press('ArrowRight');
  const text = await page.locator('#panel-transcript').innerText();
  assert.ok(text.includes(values[1]) && /server handshake traffic secret/.test(text));
});

pageTest('trust shows the path and each check', TRACE, {}, async (page) => {
  const {tests} = (await traceOf(TRACE)).find(
    (line) => line.ev === 'check' && line.what === 'chain',
  );
  const text = await page.locator('#panel-trust').innerText();
  assert.match(text, /CN=localhost/);
  assert.match(text, /CN=mini-ca root/);
  for (const name of new Set(tests.map((each) => each.t)))
    assert.ok(
      text
        .replace(/[\s_]+/g, ' ')
        .toLowerCase()
        .includes(name.replace(/_/g, ' ')),
      name,
    );
});

pageTest(
  'a chain that is not trusted says why, and what to do',
  'untrusted-client',
  {},
  async (page) => {
    const {fix} = (await traceOf('untrusted-client')).find(
      (line) => line.ev === 'check' && line.what === 'chain',
    );
    assert.ok((await page.locator('#panel-trust').innerText()).includes(fix));
    await shot(page.locator('#panel-trust'), 'trust-untrusted');
  },
);

pageTest('decisions show what was offered and what was taken', TRACE, {}, async (page) => {
  const text = await page.locator('#panel-decisions').innerText();
  for (const line of (await traceOf(TRACE)).filter((each) => each.ev === 'choose')) {
    assert.ok(text.includes(line.chosen), line.chosen);
    for (const offer of line.offered ?? []) assert.ok(text.includes(offer), offer);
  }
});

pageTest('timing tells network from cryptography', TRACE, {}, async (page) => {
  assert.match(await page.locator('#panel-timing').innerText(), /crypto/i);
  assert.match(await page.locator('#panel-timing').innerText(), /network|wait/i);
});

// ---- several connections ---------------------------------------------------------------------

pageTest('a file with two connections shows either', 'resumed-client', {}, async (page) => {
  const picker = page.getByRole('navigation', {name: 'Connections'});
  assert.equal(await picker.getByRole('button').count(), 2);
  await picker.getByRole('button').nth(1).click();
  await step(page, 'ServerHello').click();
  assert.match(hashOf(page), /^#c2:msg-/);
  await page.reload();
  assert.equal(await subject(page), 'ServerHello');
  assert.equal(await picker.getByRole('button').nth(1).getAttribute('aria-current'), 'true');
});

pageTest('many connections are chosen from a list', 'many-client', {}, async (page) => {
  const list = page.getByRole('navigation', {name: 'Connections'}).getByRole('combobox');
  assert.equal(await list.locator('option').count(), 14);
  await list.selectOption({index: 13});
  await step(page, 'ServerHello').click();
  assert.match(hashOf(page), /^#c14:msg-/);
  assert.match(await page.locator('#verdict h1').innerText(), /trusted/);
});

async function addTrace(page, view) {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', {name: 'Add a trace'}).click(),
  ]);
  await chooser.setFiles((await pageOf(view)).replace(/html$/, 'jsonl'));
  await page.locator('#notice').getByText('Added').waitFor();
}

pageTest('a second trace is compared with the first', TRACE, {}, async (page) => {
  await addTrace(page, 'tls12-client');
  const text = await page.locator('#panel-compare').innerText();
  assert.match(text, /TLS 1\.2/);
  assert.match(text, /TLS 1\.3/);
  await shot(page.locator('#panel-compare'), 'compare');
});

pageTest('client and server of one connection agree', TRACE, {}, async (page) => {
  await addTrace(page, 'tls13-server');
  assert.match(await page.locator('#panel-compare').innerText(), /same|agree|identical/i);
});

pageTest(
  'where two ends saw different messages, the first difference is marked',
  'broken-client',
  {},
  async (page) => {
    await addTrace(page, 'broken-server');
    const text = await page.locator('#panel-compare').innerText();
    assert.match(text, /first.*differ|differ.*first/is);
    assert.match(text, /ClientHello|CH/);
    await shot(page.locator('#panel-compare'), 'compare-broken');
  },
);

pageTest('a file can be dropped onto the page, also a page', TRACE, {}, async (page) => {
  const html = readFileSync(await pageOf('tls12-client'), 'utf8');
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'other.html'));
    window.dispatchEvent(new DragEvent('drop', {dataTransfer: data, cancelable: true}));
  }, html);
  await page.locator('#notice').getByText('Added').waitFor();
  assert.match(await page.locator('#panel-compare').innerText(), /TLS 1\.2/);
});

pageTest('a file that is no trace is refused with a sentence', TRACE, {}, async (page) => {
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['<script>alert(1)</script>'], 'x.html'));
    window.dispatchEvent(new DragEvent('drop', {dataTransfer: data, cancelable: true}));
  });
  await page.locator('#notice').getByText('There is no trace').waitFor();
});

// ---- without a mouse -------------------------------------------------------------------------

pageTest('everything is reached and done with the keyboard', TRACE, {}, async (page) => {
  const reached = new Set();
  for (let i = 0; i < 400; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const node = document.activeElement;
      if (node === document.body) return null;
      const style = getComputedStyle(node);
      const row = node.matches('[role=treeitem]')
        ? getComputedStyle(node.firstElementChild)
        : style;
      const isSeen = [style, row].some(
        (each) => each.outlineStyle !== 'none' || each.boxShadow !== 'none',
      );
      return {
        isSeen,
        html: node.outerHTML.slice(0, 100),
        panel: node.closest('section')?.id ?? 'top',
        kind: node.type ?? node.tagName,
      };
    });
    if (at === null) break;
    assert.ok(at.isSeen, `focus cannot be seen on ${at.html}`);
    reached.add(at.panel);
  }
  for (const panel of ['top', 'panel-ladder', 'panel-keys', 'panel-transcript'])
    assert.ok(reached.has(panel), panel);
});

pageTest('the fields are a tree for the keyboard', TRACE, {hash: '#msg-1'}, async (page) => {
  const focused = () => page.evaluate(() => document.activeElement.dataset.path);
  await page.locator('#panel-bytes [role=treeitem][tabindex="0"]').focus();
  const first = await focused();
  await page.keyboard.press('ArrowDown');
  assert.notEqual(await focused(), first);
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  assert.equal(await focused(), first);
  await page.keyboard.press('Enter');
  assert.equal(hashOf(page), `#msg-1/${first}`);
});

pageTest(
  'copies: the trace as JSON Lines, and the command of a key',
  TRACE,
  {
    permissions: ['clipboard-read', 'clipboard-write'],
    hash: '#key-handshake_secret',
  },
  async (page) => {
    const copied = async (button, sign) => {
      await button.click();
      await page.waitForFunction(
        async (text) => (await navigator.clipboard.readText()).includes(text),
        sign,
      );
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const lines = (await copied(page.getByRole('button', {name: 'Copy JSONL'}), '"done"'))
      .trim()
      .split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).ev),
      (await traceOf(TRACE)).map((line) => line.ev),
    );
    await copied(
      page.locator('#panel-keys').getByRole('button', {name: 'Copy'}).first(),
      'openssl',
    );
    const keys = await copied(page.getByRole('button', {name: /key log/i}), 'SERVER_HANDSHAKE');
    assert.match(keys, /SERVER_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]{64} [0-9a-f]{64}/);
  },
);
