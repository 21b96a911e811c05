/* hs-server --status in a browser that trusts the mini-ca root. */

import assert from 'node:assert/strict';
import { liveTest } from './lib/chromium.mjs';
import { server } from './lib/programs.mjs';
import { credentials } from './lib/traces.mjs';

async function statusServer(...words) {
  await credentials();
  const running = await server('--cert=leaf.pem', '--key=leaf-key.pem', '--status', ...words);
  return `https://localhost:${running.port}/`;
}

liveTest('the live page is about this browser', statusServer, async (page) => {
  const text = await page.locator('body').innerText();
  assert.match(text, /TLS 1\.3/);
  assert.match(text, /GREASE/);
});
