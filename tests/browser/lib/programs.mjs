/* Our programs and their peers, run from a test: traffic on loopback, files in a folder that
 * vanishes at the end. */

import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

export const build = process.env.HS_BUILD;
export const folder = mkdtempSync(join(tmpdir(), 'hs-browser-'));
export const home = join(folder, 'home');
mkdirSync(home);

const env = {
  PATH: ['hs-client', 'hs-server', 'hs-mitm', 'mini-ca']
    .map((name) => join(build, 'apps', name))
    .concat(process.env.PATH)
    .join(':'),
  HOME: home,
  MINI_CA_DIR: join(folder, 'ca'),
  TERM: 'dumb',
  LC_ALL: 'C.UTF-8',
};

export const at = (name) => join(folder, name);

/* Runs a program to its end; its standard output. `code`: the exit code that is right. */
export function run(program, words, {code = 0, ...more} = {}) {
  return new Promise((resolve, reject) => {
    const options = {env, cwd: folder, timeout: 60000, maxBuffer: 1 << 26, ...more};
    const child = execFile(program, words, options, (error, out, err) => {
      const got = error ? error.code : 0;
      if (got === code) resolve(out);
      else
        reject(new Error(`${program} ${words.join(' ')}: exit ${got}, not ${code}\n${out}${err}`));
    });
    child.stdin.end();
  });
}

const running = new Set();

/* A program that listens: { port, said: its JSON Lines so far, told(event), stop() }. */
async function listener(program, words) {
  const child = spawn(program, ['--json', ...words], {
    env,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({input: child.stdout});
  const ended = once(child, 'exit');
  const self = {said: []};
  lines.on('line', (line) => {
    self.said.push(JSON.parse(line));
    lines.emit('said');
  });
  self.told = async (event) => {
    for (;;) {
      const found = self.said.find((each) => each.ev === event);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`${program} ended without saying ${event}`);
      await Promise.race([once(lines, 'said'), ended]);
    }
  };
  self.stop = async () => {
    running.delete(self);
    if (child.exitCode === null) child.kill('SIGTERM');
    const forced = setTimeout(() => child.kill('SIGTERM'), 1000); // open connections: not waited for
    await ended;
    clearTimeout(forced);
  };
  running.add(self);
  self.port = (await self.told('listening')).port;
  return self;
}

/* On free ports of loopback. */
export const server = (...words) => listener('hs-server', [...words, '127.0.0.1:0']);
export const mitm = (target, ...words) =>
  listener('hs-mitm', [...words, '127.0.0.1:0', `localhost:${target}`]);

/* What is left at the end. */
export async function cleanUp() {
  await Promise.all([...running].map((each) => each.stop()));
  rmSync(folder, {recursive: true, force: true});
}
