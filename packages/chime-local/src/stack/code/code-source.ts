import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '#platform';
import { bundleFromSource, isBundle, readBundle } from './bundle.ts';
import { originalFolder } from './original-folder.ts';
import { projectRoot } from './source-roots.ts';

/** What a Lambda runner asks before each invocation. */
export type CodeSource = () => Promise<{ directory: string; version: string }>;

/** Milliseconds during which the files are not looked at again: invocations may come by the hundred. */
const LOOK_AGAIN_MS = 100;
/** Files of a folder that are watched for changes; a larger folder is taken as it is. */
const MAX_WATCHED_FILES = 500;

function filesOf(directory: string, found: string[] = []): string[] {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name === '__pycache__' || entry.name === 'node_modules') continue;
    if (found.length >= MAX_WATCHED_FILES) break;
    const full = path.join(directory, entry.name);
    if (entry.isDirectory()) filesOf(full, found);
    else found.push(full);
  }
  return found;
}

/** A short name for the files' present state: their times and sizes. */
function stateOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const stat = statSync(file, { throwIfNoEntry: false });
    hash.update(`${file} ${stat?.mtimeMs ?? 'gone'} ${stat?.size ?? 0}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** A folder that is used where it lies, e.g. Python source: its version is the state of its files. */
function folderSource(directory: string, log: Log): CodeSource {
  let version = '';
  let looked = 0;
  return async () => {
    if (performance.now() - looked > LOOK_AGAIN_MS || !version) {
      const state = stateOf(filesOf(directory));
      if (version && state !== version) {
        log.info(`${directory} changed: the next invocation uses the new code.`);
      }
      version = state;
      looked = performance.now();
    }
    return { directory, version };
  };
}

/** A bundle that tells what it was made of: when a source changed, it is bundled again. */
function bundleSource(directory: string, log: Log): CodeSource {
  const bundle = readBundle(directory);
  if (!bundle) return folderSource(directory, log);
  const synthesised = stateOf(bundle.inputs);
  let current = { directory, version: synthesised };
  let inputs = bundle.inputs;
  let looked = performance.now();
  let rebuilding: Promise<void> | undefined;
  const rebuild = async (state: string): Promise<void> => {
    try {
      const made = await bundleFromSource(bundle);
      current = { directory: made.directory, version: state };
      inputs = made.inputs;
      log.info(`${bundle.entry} changed: the next invocation uses the new code.`);
    } catch (error) {
      current = { ...current, version: state };
      log.error(
        `${bundle.entry} changed but does not bundle; the code before stays: ${(error as Error).message}`,
      );
    }
  };
  return async () => {
    if (rebuilding) await rebuilding;
    if (performance.now() - looked > LOOK_AGAIN_MS) {
      looked = performance.now();
      const state = stateOf(inputs);
      if (state !== current.version) {
        rebuilding = rebuild(state).finally(() => {
          rebuilding = undefined;
        });
        await rebuilding;
      }
    }
    return current;
  };
}

/**
 * The code of a function: a folder or a bundle that synthesis left, of this project or of another. What it was made of, if
 * that is on this machine, is looked at before each invocation.
 */
export function codeSource(directory: string, log: Log): CodeSource {
  if (isBundle(directory)) return bundleSource(directory, log);
  return folderSource(originalFolder(directory, projectRoot(directory)) ?? directory, log);
}
