// Installs the npm packages of the lockfile if they are missing. Plain JavaScript, since nothing else is
// installed yet.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { acquireLock } from './lock-file.mjs';
import { unreachableRegistry } from './registry.mjs';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** The oldest Node.js that the dependencies support: major and minor number of `engines` in package.json, e.g. `>=20.19`. */
export const MIN_NODE = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  .engines.node.replace('>=', '')
  .split('.')
  .map(Number);
/** Exit code of a process that was ended by a signal, by the convention of shells: 128 plus the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
/**
 * Milliseconds that an interrupted npm has to undo what it has done. On a busy machine it takes a quarter of a
 * minute, and the next `npm ci` removes `node_modules` anyway. Our choice.
 */
const UNDO_MS = 2_000;
const POSIX = process.platform !== 'win32';

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  console.error(
    `This project needs Node.js ${MIN_NODE.join('.')} or newer; this is ${process.versions.node}.`,
  );
  process.exit(1);
}

/**
 * Packages, builds and data go into the checkout: a folder that cannot be written to is reported before
 * anything is tried.
 */
function checkWritable(folder) {
  const local = path.join(folder, '.local');
  try {
    mkdirSync(local, { recursive: true });
    accessSync(local, constants.W_OK);
  } catch (error) {
    console.error(
      `The folder ${folder} cannot be written (${error.code}), and packages, builds and data go there. Copy the checkout to a folder of your own, or change who may write in it (ls -ld ${folder}).`,
    );
    process.exit(1);
  }
}

/** The `packages` of a lockfile by folder; empty where there is no readable file. */
function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

/**
 * True when `node_modules` in `folder` contains what `package-lock.json` says, whoever installed it: when npm
 * has finished, it writes what it has installed to `node_modules/.package-lock.json`. Optional packages may
 * be missing, because most of them are for other platforms.
 */
export function isInstalled(folder = root) {
  const wanted = Object.entries(packagesIn(path.join(folder, 'package-lock.json'))).filter(([place]) =>
    place.includes('node_modules/'),
  );
  const there = packagesIn(path.join(folder, 'node_modules', '.package-lock.json'));
  return wanted.every(([place, { version, integrity, resolved, link, optional }]) => {
    const found = there[place];
    if (!found) return optional === true;
    const same = link ? found.resolved === resolved : found.version === version;
    return same && found.integrity === integrity && existsSync(path.join(folder, place));
  });
}

export const asksForHelp = (args) => args.includes('--help') || args.includes('-h');

/**
 * Runs `npm ci` in `folder`; resolves with its exit code. A signal to this process also ends npm and what it
 * started.
 */
async function npmCi(folder, options) {
  let child;
  let signalled;
  let killing;
  const send = (signal) => {
    if (child?.pid === undefined) return;
    try {
      if (POSIX) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // It has just ended.
    }
  };
  const end = (signal) => {
    // A second Ctrl-C kills what the first did not end.
    send(signalled ? 'SIGKILL' : signal);
    if (signalled) return;
    signalled = signal;
    killing = setTimeout(() => send('SIGKILL'), UNDO_MS);
  };
  const signals = Object.keys(EXIT_CODES);
  // Installed before npm is started: a signal may arrive as soon as npm is running.
  for (const signal of signals) process.on(signal, end);
  child = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...options], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: !POSIX,
    // A separate process group: npm's own children end with it, whichever process received the signal.
    detached: POSIX,
  });
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`npm cannot be run: ${error.message}`);
      resolve(1);
    });
    child.once('close', resolve);
  });
  clearTimeout(killing);
  for (const signal of signals) process.off(signal, end);
  return signalled ? EXIT_CODES[signalled] : (code ?? 1);
}

/**
 * Runs `npm ci` unless `node_modules` is what the lockfile says. Of two starts at the same time only one
 * installs: the second waits for the first. Ends the process with a sentence when the install fails. With
 * `--help` nothing is installed.
 */
export async function ensureDependencies(args = process.argv.slice(2), folder = root) {
  checkNode();
  if (!asksForHelp(args)) checkWritable(folder);
  if (isInstalled(folder)) return;
  if (asksForHelp(args)) {
    console.log('The npm packages are not installed yet, and --help installs nothing: run npm ci first.');
    process.exit(0);
  }
  const release = await acquireLock(path.join(folder, '.local', 'install.lock'), () =>
    console.log('Another process is installing the npm packages; waiting for it …'),
  );
  const code = isInstalled(folder) ? 0 : await install(folder);
  release();
  if (code !== 0) process.exit(code);
}

async function install(folder) {
  const unreachable = await unreachableRegistry(folder);
  console.log(
    unreachable
      ? `${unreachable}: installing what npm has in its cache …`
      : 'Installing the npm packages (first run, about a minute) …',
  );
  const started = Date.now();
  // Without a network, npm would retry for minutes to fetch what is not in its cache.
  const code = await npmCi(folder, unreachable ? ['--offline'] : []);
  if (code === 0) console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
  else if (Object.values(EXIT_CODES).includes(code)) return code;
  else if (unreachable) {
    console.error(
      `${unreachable}, and npm's cache lacks packages. A first start needs the network once; then run the command again.`,
    );
  } else console.error('npm ci failed (see above). Run the command again when that is mended.');
  return code;
}
