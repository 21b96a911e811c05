/* Debian's Chromium through Playwright: one browser for all tests, a new profile for each page. */

import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {cleanUp, home, run} from './programs.mjs';
import {credentials, pageOf} from './traces.mjs';

const EXECUTABLE = '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const SHOTS = process.env.HS_BROWSER_SHOTS;

/* Why nothing can be run here; false: it can. */
const skip =
  process.env.HS_BROWSER_SKIP || (!existsSync(EXECUTABLE) && 'chromium is not installed');

let starting;

/* Chromium on Linux trusts what is in its user's NSS database, and reads it when it starts. */
async function start() {
  const {root} = await credentials();
  const store = join(home, '.pki', 'nssdb');
  mkdirSync(store, {recursive: true});
  await run('certutil', ['-N', '-d', `sql:${store}`, '--empty-password']);
  await run('certutil', ['-A', '-d', `sql:${store}`, '-t', 'C,,', '-n', 'root', '-i', root]);
  const modules = createRequire(join(process.env.HS_BROWSER_MODULES, 'package.json'));
  return modules('playwright-core').chromium.launch({
    executablePath: EXECUTABLE,
    args: FLAGS,
    env: {...process.env, HOME: home},
  });
}

async function context(options) {
  starting ??= start();
  return (await starting).newContext({viewport: {width: 1280, height: 900}, ...options});
}

/* What a page may not do, noted in `faults`: complain, break its policy, ask the network. */
function watch(page, isAllowed, faults) {
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (!isAllowed(request.url())) faults.push(`asks for ${request.url()}`);
  });
}

/* A test with a browser page of its own: body(page, url). `where()` promises the URL; `isAllowed`
 * says which URLs may be asked for. */
function browserTest(name, where, isAllowed, options, body) {
  test(name, {skip, timeout: 90000}, async () => {
    const url = await where();
    const own = await context(options);
    const faults = [];
    const page = await own.newPage();
    page.setDefaultTimeout(10000);
    watch(page, (asked) => isAllowed(asked, url), faults);
    try {
      await page.goto(url);
      await body(page, url);
      if (faults.length) throw new Error(faults.join('\n'));
    } catch (error) {
      await shot(page, `failed ${name}`).catch(() => {});
      throw error;
    } finally {
      await own.close();
    }
  });
}

const withoutHash = (url) => url.split('#')[0];

/* A test of the page of a handshake (lib/traces.mjs), opened from its file with an optional #hash. */
export function pageTest(name, view, options, body) {
  const {hash = '', ...more} = options;
  const where = async () => pathToFileURL(await pageOf(view)).href + hash;
  const isItself = (asked, url) => withoutHash(asked) === withoutHash(url);
  browserTest(name, where, isItself, more, body);
}

/* A test of a live page; `where()` promises its URL. */
export function liveTest(name, where, body) {
  const isSameOrigin = (asked, url) => new URL(asked).origin === new URL(url).origin;
  browserTest(name, where, isSameOrigin, {}, body);
}

/* A file for people, in the output folder. */
export const keep = (name, bytes) => writeFileSync(join(SHOTS, name), bytes);

/* A picture for people, of the whole page or of an element. */
export async function shot(what, name) {
  const path = join(SHOTS, `${name.replace(/[^\w-]+/g, '-')}.png`);
  await what.screenshot({path, fullPage: true});
}

after(async () => {
  if (starting) await (await starting).close();
  await cleanUp();
});
