import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALL_MS, lockWhenFree } from './install-lock.ts';

/** npm's arguments to its output. */
export type Npm = (args: string[]) => Promise<{ failed: boolean; output: string }>;

export interface Wish {
  /** The folder whose `node_modules` they go to. */
  target: string;
  /** As npm takes them. */
  wanted: readonly string[];
  isThere(): boolean;
  /** For people. */
  what: string;
  why: string;
}

/** Resolves with why it could not be. */
export type Install = (wish: Wish) => Promise<string | undefined>;

/** Installs by npm, one process at a time in a folder. */
export function installer(npm: Npm, onProgress: (text: string) => void): Install {
  return async ({ target, wanted, isThere, what, why }) => {
    const command = ['install', '--prefix', target, '--ignore-scripts', '--no-audit', '--no-fund', ...wanted];
    await mkdir(target, { recursive: true });
    const manifest = join(target, 'package.json');
    if (!existsSync(manifest)) await writeFile(manifest, '{"private":true}\n');
    const release = await lockWhenFree(target);
    try {
      // Another process may have installed them while this one waited.
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
