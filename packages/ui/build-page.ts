import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const VITE = path.join(
  path.dirname(createRequire(import.meta.url).resolve('vite/package.json')),
  'bin',
  'vite.js',
);
/** Maximum length of Vite's output that is passed on, in characters: its end, which contains the reason. */
const MAX_PRINTED = 4000;

/**
 * Builds the page whose `vite.config.ts` is in `folder` into `outDir` (created if missing, emptied before).
 * This takes a few seconds, in a process of its own, because the builder's 350 MB would otherwise stay in the
 * calling process.
 *
 * @throws Error with Vite's message if a source file cannot be built, `AbortError` if `signal` ends it;
 * `outDir` is then incomplete
 */
export function buildPage(folder: URL, outDir: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['build', '--outDir', path.resolve(outDir), '--emptyOutDir', '--logLevel', 'warn'];
    const child = spawn(process.execPath, [VITE, ...args], {
      cwd: fileURLToPath(folder),
      // Test runners set NODE_ENV to another value, but the production builds of React and Vite depend on it.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal ? { signal } : {}),
    });
    let printed = '';
    const hear = (chunk: Buffer): void => {
      printed = (printed + chunk.toString()).slice(-MAX_PRINTED);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve();
      else reject(new Error(`Vite ended with ${code ?? killedBy}:\n${printed.trim()}`));
    });
  });
}
