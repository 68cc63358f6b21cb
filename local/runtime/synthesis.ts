import { spawn } from 'node:child_process';
import path from 'node:path';
import { madeOf } from './made-of.ts';
import { TemplateError } from './template/template.ts';

/** What the template depends on, relative to the project's root. */
const SOURCES = ['cloud', 'contract', 'console', 'package-lock.json', 'cdk.json'];
/** Characters of the CDK app's complaint that are passed on. */
const MAX_COMPLAINT = 2000;
/** Milliseconds synthesis may take; on two slow cores it takes about ten seconds. */
const SYNTHESIS_MS = 180_000;

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
export function synthesise(
  root: string,
  home: { region: string; accountId: string },
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const make = async (outdir: string): Promise<void> => {
    onProgress('Building the web client …');
    const { buildConsole } = await import('../../console/build.ts');
    await buildConsole(path.join(root, 'console', 'dist'));
    onProgress('Synthesising the CDK app (about 10 s, only when it changed) …');
    const env = { CDK_DEFAULT_ACCOUNT: home.accountId, CDK_DEFAULT_REGION: home.region };
    await runApp(root, outdir, env, signal);
  };
  return madeOf(root, { what: 'the cloud assembly', folder: '.local/synth', sources: SOURCES, make }, signal);
}
