/* The page as a whole: one file that needs nothing, whoever reads it and however. That it asks
 * nothing of the network and complains of nothing is part of every test here (lib/chromium.mjs). */

import assert from 'node:assert/strict';
import {statSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {keep, pageTest, shot} from './lib/chromium.mjs';
import {faint, tooWide, unnamed} from './lib/inspect.mjs';

const PANELS = ['ladder', 'bytes', 'keys', 'transcript', 'trust', 'decisions', 'timing', 'compare'];
const VIEWS = [
  'tls13-client',
  'tls13-server',
  'hidden-client',
  'tls12-client',
  'classic-client',
  'hrr-client',
  'untrusted-client',
  'resumed-client',
  'mutual-server',
  'hostile-client',
  'broken-client',
  'broken-server',
  'bulk-client',
  'watched-mitm',
];

for (const view of VIEWS) {
  pageTest(`the page of ${view} opens from its file`, view, {}, async (page, url) => {
    await page.locator('#verdict').waitFor();
    assert.ok(statSync(fileURLToPath(url)).size < 400 * 1024, 'under 400 KB');
    await shot(page, view);
  });
}

pageTest(
  'each part is there and can be clicked to',
  'tls13-client',
  {reducedMotion: 'reduce'},
  async (page) => {
    for (const panel of PANELS) {
      const title = page.locator(`#panel-${panel} h2`);
      await page.locator(`nav.parts a[href="#panel-${panel}"]`).click();
      assert.ok(await title.isVisible(), panel);
      const {y} = await title.boundingBox();
      assert.ok(y > -1 && y < 900, `${panel} is in sight`);
    }
  },
);

const VERDICTS = {
  'tls13-client': /TLS 1\.3.*trusted/,
  'tls12-client': /TLS 1\.2.*trusted/,
  'untrusted-client': /Failed|NOT TRUSTED/i,
  'hostile-client': /NOT TRUSTED/,
  'resumed-client': /trusted/,
  'broken-client': /Failed/,
  'watched-mitm': /watched/i,
};
for (const [view, expected] of Object.entries(VERDICTS)) {
  pageTest(`the verdict of ${view} is in its heading`, view, {}, async (page) => {
    assert.match(await page.locator('#verdict h1').innerText(), expected);
  });
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    const options = {colorScheme, viewport: {width, height: 900}};
    pageTest(
      `${width} px wide, ${colorScheme}: nothing sticks out, all can be read`,
      'tls13-client',
      options,
      async (page) => {
        assert.deepEqual(await page.evaluate(tooWide), []);
        assert.deepEqual(await page.evaluate(faint), []);
        await shot(page, `tls13-${width}-${colorScheme}`);
      },
    );
  }
}

pageTest(
  'a small screen shows a failed handshake as well',
  'untrusted-client',
  {viewport: {width: 390, height: 800}},
  async (page) => {
    assert.deepEqual(await page.evaluate(tooWide), []);
  },
);

pageTest(
  'dark and light can be chosen, and the choice stays',
  'tls13-client',
  {colorScheme: 'light'},
  async (page) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await ground();
    await page.getByRole('button', {name: 'Dark'}).click();
    const after = await ground();
    assert.notEqual(after, before);
    await page.reload();
    assert.equal(await ground(), after);
  },
);

for (const view of ['tls13-client', 'untrusted-client', 'resumed-client']) {
  pageTest(
    `${view}: a screen reader finds a name for all that can be used`,
    view,
    {hash: '#msg-4'},
    async (page) => {
      assert.deepEqual(await page.evaluate(unnamed), []);
      for (const role of ['banner', 'main', 'navigation', 'radiogroup']) {
        assert.ok((await page.getByRole(role).count()) > 0, role);
      }
      const levels = await page
        .getByRole('heading')
        .evaluateAll((all) => all.map((h) => Number(h.tagName[1])));
      assert.equal(levels.filter((level) => level === 1).length, 1);
      levels.forEach((level, i) =>
        assert.ok(i === 0 || level <= levels[i - 1] + 1, `heading ${i} skips a level`),
      );
    },
  );
}

pageTest('it prints all of it', 'tls13-client', {}, async (page) => {
  const pdf = await page.pdf({format: 'A4', printBackground: true});
  keep('tls13.pdf', pdf);
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
  assert.ok(pages >= 2 && pages <= 25, `${pages} pages`);
  await page.emulateMedia({media: 'print'});
  assert.ok(!(await page.locator('.toolbar').isVisible()), 'no buttons on paper');
  for (const panel of ['ladder', 'keys', 'trust'])
    assert.ok(await page.locator(`#panel-${panel}`).isVisible(), panel);
});

pageTest(
  'many records of data are summed up, not left out in silence',
  'bulk-client',
  {},
  async (page) => {
    const steps = await page.locator('#panel-ladder button.step').count();
    assert.ok(steps < 100, `${steps} steps`);
    assert.match(
      await page.locator('#panel-ladder').innerText(),
      /more records? of application data received, [\d.]+ MB/,
    );
  },
);

pageTest('a handshake that was broken on purpose says so', 'broken-client', {}, async (page) => {
  assert.match(await page.locator('body').innerText(), /lab:/);
});

pageTest(
  'without JavaScript there is the text, line by line',
  'tls13-client',
  {javaScriptEnabled: false},
  async (page) => {
    const text = await page.locator('body').innerText();
    for (const line of ['-> ClientHello', '<- CertificateVerify', 'ok trust', '-- closed'])
      assert.ok(text.includes(line), line);
    const hello = page
      .locator('details')
      .filter({has: page.locator('summary', {hasText: '-> ClientHello'})});
    assert.ok(!(await hello.getByText('supported_versions(43)').isVisible()));
    await hello.locator('summary').click();
    assert.ok(await hello.getByText('supported_versions(43)').isVisible());
    await shot(page, 'without-javascript');
  },
);

pageTest('what a peer made up stays text', 'hostile-client', {}, async (page) => {
  const body = await page.locator('body').innerText();
  assert.ok(
    body.includes('\\x1b]0\\;x\\x07\\</script\\>\\<b id=evil\\>'),
    'shown with its controls as \\xNN',
  );
  assert.equal(await page.locator('#evil').count(), 0);
  assert.equal(await page.locator('i', {hasText: /^x$/}).count(), 0);
  assert.ok(!/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/.test(body));
});

pageTest(
  'with motion not wanted nothing moves',
  'tls13-client',
  {reducedMotion: 'reduce'},
  async (page) => {
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .filter((node) => {
          const style = getComputedStyle(node);
          return [style.transitionDuration, style.animationDuration].some((each) =>
            each.split(',').some((seconds) => parseFloat(seconds) > 0.05),
          );
        })
        .map((node) => node.className),
    );
    assert.deepEqual(moving, []);
  },
);
