// Static checks: formatter, linter, types, and exports that nobody imports.
import { spawn } from 'node:child_process';
import { root } from './dependencies.mjs';

const CHECKS = [
  ['Formatter and linter', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  ['Types', 'node_modules/typescript/bin/tsc', '-p', '.'],
  ['Types of the pure rooms', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.pure.json'],
  ['Exports that nobody imports', 'node_modules/knip/bin/knip.js', '--no-progress'],
];

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs one of the repository's programs; returns its exit code and its output, unless `stdio` lets it print itself. */
export async function run(args, stdio) {
  const child = spawn(process.execPath, args, { cwd: root, stdio });
  let output = '';
  const hear = (chunk) => {
    output += chunk;
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const status = await new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  return { status, output };
}

/**
 * Runs the checks in parallel and prints the output of each when it has ended. A failure ends the run with
 * its exit code.
 */
export async function runChecks() {
  const statuses = await Promise.all(
    CHECKS.map(async ([name, ...args]) => {
      const started = Date.now();
      const { status, output } = await run(args, ['ignore', 'pipe', 'pipe']);
      process.stdout.write(output);
      console.log(`${name}: ${status === 0 ? 'ok' : 'FAILED'} (${seconds(started)})`);
      return status;
    }),
  );
  const failed = statuses.find((status) => status !== 0);
  if (failed !== undefined) process.exit(failed);
}
