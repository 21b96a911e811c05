/* hs-server --status in a browser that trusts the mini-ca root: the page of its own connection. */

import assert from 'node:assert/strict';
import {liveTest, shot} from './lib/chromium.mjs';
import {server} from './lib/programs.mjs';
import {credentials} from './lib/traces.mjs';

/* The URL of a running hs-server --status. */
const status =
  (...words) =>
  async () => {
    await credentials();
    const running = await server('--cert=leaf.pem', '--key=leaf-key.pem', ...words);
    return `https://localhost:${running.port}/`;
  };

liveTest(
  'the live page is about this browser: version, what it offers, GREASE',
  status('--status'),
  async (page) => {
    assert.match(await page.locator('#verdict h1').innerText(), /TLS 1\.3/);
    const text = await page.locator('body').innerText();
    assert.match(text, /GREASE/);
    assert.match(text, /localhost/);
    assert.match(await page.locator('#panel-offer').innerText(), /TLS_AES_128_GCM_SHA256/);
    await shot(page, 'live');
  },
);

liveTest(
  'the live page has the fingerprints, the same as /json',
  status('--status'),
  async (page, url) => {
    const text = await page.locator('body').innerText();
    const [ja4] = text.match(/t13d\d{4}h\d_[0-9a-f]{12}_[0-9a-f]{12}/) ?? [];
    assert.ok(ja4, 'JA4');
    await page.goto(`${url}json`);
    const told = JSON.parse(await page.locator('pre').innerText());
    assert.equal(told.ja4, ja4);
    assert.match(told.ja3, /^[0-9a-f]{32}$/);
    assert.equal(told.version, 'TLS 1.3');
  },
);

liveTest(
  'the live page is used as any other: ladder, bytes, links',
  status('--status'),
  async (page) => {
    await page.locator('#panel-ladder button.step', {hasText: 'ServerHello'}).first().click();
    assert.equal(await page.locator('#panel-bytes .subject').innerText(), 'ServerHello');
    assert.equal(new URL(page.url()).hash, '#msg-2');
    await page.locator('#panel-ladder button.step', {hasText: 'ClientHello'}).first().click();
    assert.match(await page.locator('#panel-bytes .tree').innerText(), /key_share/);
  },
);

liveTest(
  'secrets stay with the server, whatever its flags',
  status('--status', '--secrets=show', '--trace=live.jsonl'),
  async (page) => {
    assert.equal(await page.getByRole('button', {name: /key log/i}).count(), 0);
    const lines = (await page.locator('script.hs-trace').first().textContent())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.ok(lines.some((line) => line.ev === 'derive'));
    assert.deepEqual(
      lines.filter((line) => line.ev === 'derive' && line.value !== undefined),
      [],
    );
    assert.deepEqual(
      lines.filter((line) => line.ev === 'secret' || line.plaintext),
      [],
    );
  },
);

liveTest('in TLS 1.2 the live page says so', status('--status', '--tls=1.2'), async (page) => {
  assert.match(await page.locator('#verdict h1').innerText(), /TLS 1\.2/);
});

liveTest(
  'a reload is a new page about a connection of this browser',
  status('--status'),
  async (page) => {
    await page.reload();
    assert.match(await page.locator('#verdict h1').innerText(), /TLS 1\.3/);
  },
);

liveTest(
  '--status-all lists recent connections, each with its page',
  status('--status-all'),
  async (page, url) => {
    await page.goto(`${url}all`);
    assert.match(await page.locator('body').innerText(), /TLS 1\.3/);
    await shot(page, 'live-all');
    const link = page.locator('table a').first();
    assert.match(await link.getAttribute('href'), /[0-9a-f]{32}/);
    await link.click();
    await page.locator('#verdict').waitFor();
    assert.match(await page.locator('#panel-offer').innerText(), /GREASE/);
  },
);
