import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { claim } from './claim.ts';
import { Complaint } from './complaint.ts';
import { TemplateError } from './template/template.ts';

/** What the template depends on, relative to the project's root. */
const SOURCES = ['cloud', 'contract', 'console', 'package-lock.json', 'cdk.json'];
const LEFT_OUT = new Set(['node_modules', 'dist', 'cdk.out', '__pycache__']);
/** Characters of the CDK app's complaint that are passed on. */
const MAX_COMPLAINT = 2000;

/** Milliseconds synthesis may take; on two slow cores it takes about ten seconds. */
const SYNTHESIS_MS = 180_000;
/** Milliseconds between looks whether another process has finished. */
const LOOK_AGAIN_MS = 200;
/** Assemblies that stay in the cache however old they are. */
const KEPT = 3;
/** Milliseconds since its last start after which an older one goes: a stack that runs still needs its own. */
const UNUSED_MS = 7 * 24 * 3600 * 1000;

function hashInto(hash: ReturnType<typeof createHash>, root: string, name: string): void {
  const full = path.join(root, name);
  if (!existsSync(full)) return;
  const entries = readdirSync(path.dirname(full), { withFileTypes: true });
  const entry = entries.find((candidate) => candidate.name === path.basename(full));
  if (!entry?.isDirectory()) {
    hash.update(name).update(readFileSync(full));
    return;
  }
  for (const inner of readdirSync(full).sort()) {
    if (!LEFT_OUT.has(inner) && !inner.endsWith('.test.ts')) hashInto(hash, root, path.join(name, inner));
  }
}

function sourcesHash(root: string): string {
  const hash = createHash('sha256').update(process.version);
  for (const source of SOURCES) hashInto(hash, root, source);
  return hash.digest('hex').slice(0, 16);
}

function runApp(
  root: string,
  outdir: string,
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'cloud/stack/app.ts'], {
      cwd: root,
      env: { ...process.env, ...env, CDK_OUTDIR: outdir, CDK_DISABLE_CLI_TELEMETRY: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: SYNTHESIS_MS,
      signal,
    });
    let said = '';
    const hear = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-MAX_COMPLAINT);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new TemplateError(`The CDK app (cloud/stack/app.ts) ended with ${code ?? signal}:\n${said.trim()}`),
        );
    });
  });
}

/**
 * The cloud assembly of this project's CDK app: from the cache when nothing it depends on has changed, else
 * made anew (the web client's build included).
 * @param onProgress told once when work has to be done.
 * @throws TemplateError with the app's own words.
 */
export async function synthesise(
  root: string,
  home: { region: string; accountId: string },
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const cache = path.join(root, '.local', 'synth');
  const outdir = path.join(cache, sourcesHash(root));
  // Written last: an assembly without it was interrupted.
  const complete = path.join(outdir, 'complete');
  if (existsSync(complete)) {
    const now = new Date();
    utimesSync(outdir, now, now);
    return outdir;
  }
  const giveUp = await claimWhenFree(cache, signal);
  try {
    // Another process may have made it while this one waited.
    if (existsSync(complete)) return outdir;
    onProgress('Building the web client …');
    const { buildConsole } = await import('../../console/build.ts');
    await buildConsole(path.join(root, 'console', 'dist'));
    onProgress('Synthesising the CDK app (about 10 s, only when it changed) …');
    rmSync(outdir, { recursive: true, force: true });
    mkdirSync(cache, { recursive: true });
    const env = { CDK_DEFAULT_ACCOUNT: home.accountId, CDK_DEFAULT_REGION: home.region };
    await runApp(root, outdir, env, signal);
    writeFileSync(complete, '');
    removeOld(cache);
  } finally {
    giveUp();
  }
  return outdir;
}

/** Two processes that build the same files at once would spoil them. */
async function claimWhenFree(what: string, signal: AbortSignal): Promise<() => void> {
  const deadline = performance.now() + SYNTHESIS_MS;
  for (;;) {
    const giveUp = await claim(what);
    if (giveUp) return giveUp;
    signal.throwIfAborted();
    if (performance.now() > deadline) {
      throw new Complaint(
        `Another process has been synthesising for ${SYNTHESIS_MS / 1000} s; stop it first.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Removes assemblies that no start has used for long: a stack that still runs may use code of a newer one. */
function removeOld(cache: string): void {
  const age = (name: string): number => statSync(path.join(cache, name)).mtimeMs;
  const names = readdirSync(cache).sort((one, other) => age(other) - age(one));
  for (const name of names.slice(KEPT)) {
    if (Date.now() - age(name) > UNUSED_MS) rmSync(path.join(cache, name), { recursive: true, force: true });
  }
}
