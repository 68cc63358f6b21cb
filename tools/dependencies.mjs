// Installs the npm packages of the lockfile when they are not there. Plain JavaScript: nothing else exists yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** The oldest Node.js that the dependencies support. */
const MIN_NODE = [20, 19];

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  console.error(
    `This project needs Node.js ${MIN_NODE.join('.')} or newer; this is ${process.versions.node}.`,
  );
  process.exit(1);
}

/** Runs `npm ci` unless `node_modules` is what the lockfile says. Ends the process with a sentence when that fails. */
export async function ensureDependencies() {
  checkNode();
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  const marker = path.join(root, 'node_modules', '.installed-from');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  console.log('Installing the npm packages (first run, about a minute) …');
  const started = Date.now();
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    console.error('npm ci failed (see above). Is the npm registry within reach? Then run the command again.');
    process.exit(1);
  }
  mkdirSync(path.dirname(marker), { recursive: true });
  writeFileSync(marker, lock);
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}
