/* The handshakes that the tests look at: made once, when the first test asks, by our programs.
 * NAME.jsonl is the trace, NAME.html its page. */

import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {at, mitm, run, server} from './programs.mjs';

const made = new Map();

/* once(key, make): what make() promises, made at the first call. */
function once(key, make) {
  if (!made.has(key)) made.set(key, make());
  return made.get(key);
}

/* Everything that a person who built the page did not choose: ends a script, a terminal's title,
 * a line, turns the writing round, and claims a verdict. */
export const HOSTILE = '\x1b]0;x\x07</script><b id=evil>\n\u202e 0.1 ok trust';

const HOSTILE_PROTOCOL = '<i>\u202ex\x1b</i>';

export const credentials = () =>
  once('credentials', async () => {
    await run('mini-ca', ['init', '--no-password', '--permit=localhost,.test,127.0.0.1/32']);
    await run('mini-ca', ['-C', 'other', 'init', '--no-password', '--permit=.test']);
    await run('mini-ca', ['issue', 'localhost', '--out=leaf']);
    await run('mini-ca', ['issue', 'localhost', '--key-type=rsa2048', '--out=rsa']);
    await run('mini-ca', ['issue', '--client', 'alice@localhost', '--out=alice']);
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-utf8',
      '-keyout',
      'hostile-key.pem',
      '-out',
      'hostile.pem',
      '-days',
      '9',
      '-subj',
      `/CN=${HOSTILE.replace('/', '\\/')}`,
      '-addext',
      'subjectAltName=DNS:localhost',
    ]);
    mkdirSync(at('files'));
    writeFileSync(at('files/3MB'), Buffer.alloc(3 << 20, 'x'));
    return {root: at('ca/root.pem')};
  });

const SHOW = '--secrets=show';
const own = (name) => [`--cert=${name}.pem`, `--key=${name}-key.pem`];
const TRUST = '--cacert=ca/root.pem';
const HTTP = '--http=/';

/* name -> what the server and the client are told, the client's exit code. */
const HANDSHAKES = {
  tls13: {server: [SHOW], client: [TRUST, SHOW, HTTP]},
  hidden: {server: [], client: [TRUST, HTTP]},
  tls12: {server: [SHOW, '--tls=1.2'], client: [TRUST, SHOW, HTTP]},
  classic: {
    leaf: 'rsa',
    server: ['--profile=classic', '--tls=1.2', SHOW],
    client: [TRUST, '--profile=classic', '--tls=1.2', SHOW, HTTP],
  },
  hrr: {server: [SHOW], client: [TRUST, '--shares=', SHOW, HTTP]},
  untrusted: {server: [SHOW], client: ['--cacert=other/root.pem', SHOW], code: 5},
  resumed: {server: [SHOW], client: [TRUST, SHOW, '--resume', HTTP], accept: 2},
  many: {server: ['--tls=1.2'], client: [TRUST, '--resume=13'], accept: 14},
  mutual: {server: ['--client-auth=need', TRUST, SHOW], client: [TRUST, SHOW, ...own('alice')]},
  hostile: {
    leaf: 'hostile',
    server: [SHOW, `--alpn=${HOSTILE_PROTOCOL}`],
    client: ['-k', SHOW, `--alpn=${HOSTILE_PROTOCOL}`],
  },
  broken: {server: [SHOW], client: [TRUST, SHOW, '--break=tamper=ClientHello'], code: 4},
  bulk: {server: [SHOW, '--www=files'], client: [TRUST, SHOW, '--http=/3MB']},
  watched: {server: ['--tls=1.2'], client: [TRUST, HTTP], isWatched: true},
};

async function handshake(name) {
  const {leaf = 'leaf', accept = 1, code = 0, isWatched = false, ...told} = HANDSHAKES[name];
  const files = (side) => [`--trace=${name}-${side}.jsonl`, `--html=${name}-${side}.html`];
  await credentials();
  const peer = await server(...own(leaf), ...told.server, ...files('server'), `--accept=${accept}`);
  const man = isWatched && (await mitm(peer.port, ...files('mitm'), `--accept=${accept}`));
  const {port} = man || peer;
  await run('hs-client', ['-q', ...told.client, ...files('client'), `localhost:${port}`], {code});
  if (man) await man.stop();
  await peer.stop();
}

/* The page of one side ("tls13-client", or "-server", "-mitm"): its path. */
export async function pageOf(view) {
  const name = view.replace(/-\w+$/, '');
  await once(name, () => handshake(name));
  return at(`${view}.html`);
}

/* The trace behind it: its lines as objects. */
export async function traceOf(view) {
  return readFileSync((await pageOf(view)).replace(/html$/, 'jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
