import { spawn } from 'node:child_process';
import path from 'node:path';
import { type AssemblyRequest, UserError } from 'chime-local';
import { buildCached } from 'chime-local/src/platform/build-cache.ts';

const APP = path.resolve(import.meta.dirname, '..');
const REPOSITORY = path.resolve(APP, '..', '..');
/** What the template depends on, relative to the repository's root: a change to anything else causes no synthesis. */
export const SOURCES = [
  ...['console', 'contract', 'handlers', 'handlers-python', 'prompts', 'stack', 'cdk.json'].map((name) =>
    path.posix.join('apps/live-call', name),
  ),
  // Documents, limits and their checks, but neither the engine nor what tests and records are made with.
  ...['actions', 'engine/digits', 'events', 'response', 'schema', 'speech'].map((name) =>
    path.posix.join('packages/pstn-audio/src', name),
  ),
  ...['documents.ts', 'failures.ts', 'index.ts', 'limits.ts'].map((name) =>
    path.posix.join('packages/pstn-audio/src', name),
  ),
  'packages/ui',
  'package-lock.json',
];
/** Maximum characters of the CDK app's output that are passed on. */
const MAX_PRINTED = 2000;
/** Milliseconds that the synthesis may take; on two slow cores it takes about five seconds. */
const SYNTHESIS_MS = 180_000;

function runApp(outdir: string, env: Record<string, string>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'stack/app.ts'], {
      cwd: APP,
      // The CDK's own validation of the template takes four seconds of CPU. A deployment runs it; here the
      // runtime reads the template.
      env: {
        ...process.env,
        ...env,
        CDK_OUTDIR: outdir,
        CDK_DISABLE_CLI_TELEMETRY: '1',
        CDK_VALIDATION: 'false',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: SYNTHESIS_MS,
      signal,
    });
    let said = '';
    const hear = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-MAX_PRINTED);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new UserError(`The CDK app (stack/app.ts) ended with ${code ?? signal}:\n${said.trim()}`));
    });
  });
}

/**
 * The cloud assembly of this project's CDK app: from the cache when nothing that it depends on has changed,
 * otherwise built anew (including the web client).
 *
 * @throws UserError with the app's own message.
 */
export function synthesise(request: AssemblyRequest): Promise<string> {
  const build = async (outdir: string): Promise<void> => {
    request.progress('Building the web client …');
    const { buildConsole } = await import('../console/build.ts');
    await buildConsole(path.join(APP, 'console', 'dist'), request.signal);
    request.progress('Synthesising the CDK app (about 5 s, only when it changed) …');
    const env = { CDK_DEFAULT_ACCOUNT: request.accountId, CDK_DEFAULT_REGION: request.region };
    await runApp(outdir, env, request.signal);
  };
  const step = { what: 'the cloud assembly', folder: '.local/synth', sources: SOURCES, build };
  return buildCached(REPOSITORY, step, request.signal);
}
