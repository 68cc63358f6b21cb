import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '#platform';
import { checkConfig } from './check-config.ts';
import type { ChimeLocalConfig } from './config.ts';

/** The configuration's possible file names, in search order. */
const CONFIG_FILES = ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `chime-local.config.${ending}`);

/** The configuration file in a folder, if there is one. */
export function configFileIn(folder: string): string | undefined {
  return CONFIG_FILES.map((name) => path.join(folder, name)).find((file) => existsSync(file));
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** The file is bundled first, because it may be TypeScript and may import other files. */
async function importModule(file: string): Promise<unknown> {
  const { build } = await import('esbuild');
  const folder = mkdtempSync(path.join(tmpdir(), 'chime-local-config-'));
  const outfile = path.join(folder, 'config.mjs');
  try {
    await build({
      entryPoints: [file],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      plugins: [
        // All that a configuration imports from this package is the helper for its types.
        {
          name: 'define-config',
          setup({ onResolve, onLoad }) {
            onResolve({ filter: /^chime-local$/ }, () => ({ path: 'chime-local', namespace: 'config' }));
            onLoad({ filter: /.*/, namespace: 'config' }, () => ({
              contents: 'export const defineConfig = (config) => config;',
            }));
          },
        },
      ],
      logLevel: 'silent',
    });
    const loaded = (await import(pathToFileURL(outfile).href)) as { default?: unknown };
    if (loaded.default === undefined) throw new Error('it has no default export');
    return loaded.default;
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws UserError that names the key, its value and what is allowed */
export async function readConfig(file: string): Promise<ChimeLocalConfig> {
  if (!existsSync(file)) throw new UserError(`${file} is missing: name another configuration.`);
  const value = file.endsWith('.json') ? parseJson(file) : await importModule(file);
  return checkConfig(value, file, readFileSync(file, 'utf8'));
}
