#!/usr/bin/env node
// `npm run dev [-- options]`: `npm start`, restarted when a source of the runtime changes. (Handlers need no
// restart: a running stack uses their new code at the next event.)
import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import path from 'node:path';
import { asksForHelp, ensureDependencies, root } from './dependencies.mjs';
import { printOptions } from './options-help.mjs';

/** Folders whose sources are part of a start. */
const WATCHED = ['packages', 'apps/live-call/local', 'apps/live-call/stack', 'tools'];
const SOURCE = /\.(ts|tsx|mjs|css|html)$/;
const OUTPUT = /(^|[/\\])(node_modules|dist|cdk\.out|testing)[/\\]|\.test\.tsx?$/;
/** Milliseconds without changes after which a change takes effect: editors write a file more than once. */
const QUIET_MS = 200;

const args = process.argv.slice(2);
if (asksForHelp(args)) {
  await printOptions('npm run dev --');
  process.exit(0);
}
await ensureDependencies();
let child;
let stopping = false;
let restarting = false;

function start() {
  restarting = false;
  child = spawn(process.execPath, [path.join(root, 'tools/start.mjs'), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  child.once('exit', (code) => {
    child = undefined;
    if (stopping) process.exit(code ?? 1);
    if (restarting) start();
    else console.log('It ended; it starts again when a source changes.');
  });
}

function restart(file) {
  console.log(`${file} changed: starting again …`);
  if (!child) return start();
  restarting = true;
  child.kill('SIGINT');
}

let timer;
for (const folder of WATCHED.map((name) => path.join(root, name)).filter((name) => existsSync(name))) {
  watch(folder, { recursive: true }, (_, name) => {
    if (!name || !SOURCE.test(name) || OUTPUT.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(restart, QUIET_MS, path.join(path.relative(root, folder), name));
  });
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopping = true;
    if (!child) process.exit(0);
    // Ctrl-C reaches the child directly; it would take a second signal for "at once".
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
start();
