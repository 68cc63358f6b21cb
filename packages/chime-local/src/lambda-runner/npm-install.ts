import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALL_MS, lockWhenFree } from './install-lock.ts';

/** Runs npm with these arguments and returns its output. */
export type Npm = (args: string[]) => Promise<{ failed: boolean; output: string }>;

export interface Wish {
  /** The folder into whose `node_modules` the packages go. */
  target: string;
  /** The packages, in the form that npm takes. */
  wanted: readonly string[];
  isThere(): boolean;
  /** The packages and the reason, for people. */
  what: string;
  why: string;
}

/** Resolves with undefined, or with the reason why the packages could not be installed. */
export type Install = (wish: Wish) => Promise<string | undefined>;

/** Installs with npm, one process at a time in a folder. */
export function installer(npm: Npm, onProgress: (text: string) => void): Install {
  return async ({ target, wanted, isThere, what, why }) => {
    const command = ['install', '--prefix', target, '--ignore-scripts', '--no-audit', '--no-fund', ...wanted];
    await mkdir(target, { recursive: true });
    const manifest = join(target, 'package.json');
    if (!existsSync(manifest)) await writeFile(manifest, '{"private":true}\n');
    const release = await lockWhenFree(target);
    try {
      // Another process may have installed them while this one waited for the lock.
      if (isThere()) return undefined;
      onProgress(`Installing ${what} for functions, ${why} (once)`);
      const { failed, output } = await npm(command);
      if (!failed) return undefined;
      const reason = output.trim().split('\n').at(-1)?.trim() || 'it gave no reason';
      return `${what} could not be installed (${reason}), ${why}; with a network, run: npm ${command.join(' ')}`;
    } finally {
      release();
    }
  };
}

export const runNpm: Npm = (args) =>
  new Promise((resolve) => {
    const options = { timeout: INSTALL_MS, maxBuffer: 4 * 1024 * 1024, shell: process.platform === 'win32' };
    execFile('npm', args, options, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: error ? `${stdout}\n${stderr || error.message}` : stdout });
    });
  });
