import { createHash } from 'node:crypto';
import { fstatSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '#platform';
import type { SourceBuild } from '#template';
import { type BringPackages, bundleFromSource, isBundle, readBundle } from './bundle.ts';
import { FileWatch } from './file-watch.ts';
import { originalFolder } from './original-folder.ts';
import { projectRoot } from './source-roots.ts';

/** Returns the current code; a Lambda runner calls it before each invocation. */
export type CodeSource = () => Promise<{ directory: string; version: string; entry?: string }>;

/** Milliseconds during which files are not checked again, since invocations may come by the hundred. */
const LOOK_AGAIN_MS = 100;
/**
 * The same while all folders are watched and silent; files behind links or in mounts may change without an
 * event.
 */
const LOOK_WATCHED_AGAIN_MS = 1_000;
/** Maximum number of files of a folder that are followed; changes of further files go unnoticed. */
const MAX_WATCHED_FILES = 500;

/** Files that a start writes beside a source; if a log counted as a source, it would change all the time. */
const NO_SOURCE = /^(\.|__pycache__$|node_modules$)|\.log$/;

/** The files in and below the folder, except those below `except`. */
function filesOf(directory: string, except: string | undefined, found: string[] = []): string[] {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (NO_SOURCE.test(entry.name)) continue;
    if (found.length >= MAX_WATCHED_FILES) break;
    const full = path.join(directory, entry.name);
    if (full === except) continue;
    if (entry.isDirectory()) filesOf(full, except, found);
    else found.push(full);
  }
  return found;
}

/** Descriptors of the process's output: a file that it goes to is not a source, wherever it is. */
const OUTPUTS = [1, 2];

const identityOf = ({ dev, ino }: { dev: number; ino: number }): string => `${dev}:${ino}`;

function identityOfOutput(descriptor: number): string {
  try {
    return identityOf(fstatSync(descriptor));
  } catch {
    // The descriptor is closed.
    return '';
  }
}

/** A hash of the files' current state: their times and sizes. */
function stateOf(files: readonly string[], outputs: ReadonlySet<string>): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat && outputs.has(identityOf(stat))) continue;
    hash.update(`${file} ${stat?.mtimeMs ?? 'gone'} ${stat?.size ?? 0}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Code in a folder, and the files from which it was made. */
interface Built {
  directory: string;
  inputs: readonly string[];
}

interface Origin {
  /** The name by which the developer knows the source. */
  name: string;
  /** The files that count at the moment. */
  inputs(built: Built): readonly string[];
  /** Files into which the process prints, by `identityOf`. */
  outputs: ReadonlySet<string>;
  /** Rebuilds the code after a change; absent if it is used in place. */
  rebuild?(): Promise<Built>;
  /** The entry of the bundle. */
  entry?: string;
}

/** Code that follows its sources: they are checked when they are saved and before each invocation. */
class FollowedCode {
  readonly #origin: Origin;
  readonly #log: Log;
  readonly #watch: FileWatch;
  #built: Built;
  #version: string;
  #looked = performance.now();
  #looking: Promise<void> | undefined;

  /** `stale`: the sources are newer than the code built from them. */
  constructor(origin: Origin, built: Built, log: Log, { stale = false }: { stale?: boolean } = {}) {
    this.#origin = origin;
    this.#built = built;
    this.#log = log;
    const inputs = origin.inputs(built);
    this.#version = stale ? 'older than its sources' : stateOf(inputs, origin.outputs);
    if (stale) this.#looked = Number.NEGATIVE_INFINITY;
    this.#watch = new FileWatch(() => void this.#look());
    this.#watch.follow(inputs);
  }

  async current(): ReturnType<CodeSource> {
    const lookAgainMs = await this.#lookAgainMs();
    if (this.#looking || performance.now() - this.#looked > lookAgainMs) await this.#look();
    const { entry } = this.#origin;
    const code = { directory: this.#built.directory, version: this.#version };
    return entry === undefined ? code : { ...code, entry };
  }

  close(): void {
    this.#watch.close();
  }

  async #lookAgainMs(): Promise<number> {
    if (!this.#watch.isQuiet) return LOOK_AGAIN_MS;
    // Changes saved before this call are reported in this turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    return this.#watch.isQuiet ? LOOK_WATCHED_AGAIN_MS : LOOK_AGAIN_MS;
  }

  #look(): Promise<void> {
    this.#watch.seen();
    this.#looking ??= this.#compare().finally(() => {
      this.#looking = undefined;
      this.#looked = performance.now();
    });
    return this.#looking;
  }

  /** Undefined while the folder is missing: an editor or a build may be replacing it. */
  #inputs(): readonly string[] | undefined {
    try {
      return this.#origin.inputs(this.#built);
    } catch {
      return undefined;
    }
  }

  async #compare(): Promise<void> {
    const { name, rebuild, outputs } = this.#origin;
    const inputs = this.#inputs();
    if (inputs === undefined) return;
    const state = stateOf(inputs, outputs);
    if (state === this.#version) return;
    this.#version = state;
    this.#watch.follow(inputs);
    try {
      if (rebuild) this.#built = await rebuild();
      // A bundle may have other sources than before.
      this.#version = rebuild ? stateOf(this.#built.inputs, outputs) : state;
      this.#watch.follow(this.#origin.inputs(this.#built));
      this.#log.info(`${name} changed: the next invocation uses the new code.`);
    } catch (error) {
      this.#log.error(
        `${name} changed but does not bundle; the code before stays: ${(error as Error).message}`,
      );
    }
  }
}

/** True if a source was saved after the bundle was made. */
function isStale(outfile: string, inputs: readonly string[]): boolean {
  const made = statSync(outfile, { throwIfNoEntry: false })?.mtimeMs;
  return (
    made !== undefined &&
    inputs.some((input) => (statSync(input, { throwIfNoEntry: false })?.mtimeMs ?? 0) > made)
  );
}

export interface CodeSourcesOptions {
  /**
   * The folder to which the runtime writes; nothing in it is a source, even if it is beside one. Absolute.
   */
  dataFolder?: string;
  /** Descriptors of the files into which the process prints, which are not sources either. */
  outputs?: readonly number[];
  /** Whether sources are bundled as soon as they are named, or when first requested. True by default. */
  buildsAhead?: boolean;
  /** Provides packages that sources import but that are not installed; without it, the error names them. */
  bring?: BringPackages | undefined;
}

/**
 * The code of functions: folders and bundles that synthesis left, and sources that are built here. The files
 * from which code was made, if they are on this machine, are checked when they are saved and before each
 * invocation. Functions with the same code share it.
 */
export class CodeSources {
  readonly #log: Log;
  readonly #dataFolder: string | undefined;
  readonly #outputs: ReadonlySet<string>;
  readonly #buildsAhead: boolean;
  readonly #bring: BringPackages | undefined;
  readonly #followed = new Map<string, FollowedCode>();
  readonly #watches = new Set<FileWatch>();
  #closed = false;

  constructor(
    log: Log,
    { dataFolder, outputs = OUTPUTS, buildsAhead = true, bring }: CodeSourcesOptions = {},
  ) {
    this.#bring = bring;
    this.#log = log;
    this.#outputs = new Set(outputs.map(identityOfOutput));
    this.#dataFolder = dataFolder;
    this.#buildsAhead = buildsAhead;
  }

  /**
   * The code in a folder or a bundle, of this project or another. `isSource`: the folder is what the
   * developer edits.
   */
  of(directory: string, isSource = false): CodeSource {
    const known = this.#followed.get(directory);
    return this.#source(directory, known ?? this.#follow(directory, isSource));
  }

  /**
   * Bundles a source. Rejects with esbuild's message; if nothing is built ahead, the returned CodeSource
   * rejects with it.
   */
  async build(source: SourceBuild): Promise<CodeSource> {
    if (this.#buildsAhead) return this.#build(source);
    let built: Promise<CodeSource> | undefined;
    return async () => {
      built ??= this.#build(source).catch((error: unknown) => {
        built = undefined;
        throw error;
      });
      return (await built)();
    };
  }

  async #build(source: SourceBuild): Promise<CodeSource> {
    const key = `${source.entry} ${source.outputName}`;
    const known = this.#followed.get(key);
    if (known) return this.#source(key, known);
    const bundle = { ...source, directory: '', inputs: [] };
    const rebuild = () => bundleFromSource(bundle, this.#bring);
    const { entry } = source;
    const inputs = (built: Built) => built.inputs;
    const origin = { name: entry, entry, inputs, outputs: this.#outputs, rebuild };
    return this.#source(key, new FollowedCode(origin, await rebuild(), this.#log));
  }

  /** Calls `onChange` when something beside these files changes. @returns a function that ends this */
  watch(files: () => readonly string[], onChange: () => void): () => void {
    const watch = new FileWatch(() => {
      onChange();
      watch.follow(files());
    });
    watch.follow(files());
    this.#watches.add(watch);
    return () => {
      watch.close();
      this.#watches.delete(watch);
    };
  }

  /** Ends all watching. */
  close(): void {
    this.#closed = true;
    for (const watch of this.#watches) watch.close();
    this.#watches.clear();
    for (const code of this.#followed.values()) code.close();
    this.#followed.clear();
  }

  #source(key: string, code: FollowedCode): CodeSource {
    // A source that was built during `close` has no users.
    if (this.#closed) code.close();
    this.#followed.set(key, code);
    return () => code.current();
  }

  #follow(directory: string, isSource: boolean): FollowedCode {
    const outputs = this.#outputs;
    const bundle = !isSource && isBundle(directory) ? readBundle(directory) : undefined;
    if (bundle) {
      const rebuild = () => bundleFromSource(bundle, this.#bring);
      const { entry } = bundle;
      const origin = { name: entry, entry, inputs: (built: Built) => built.inputs, outputs, rebuild };
      const stale = isStale(path.join(directory, bundle.outputName), bundle.inputs);
      return new FollowedCode(origin, bundle, this.#log, { stale });
    }
    const copied = !isSource && !isBundle(directory);
    const { folder = directory, changed } = copied ? originalFolder(directory, projectRoot(directory)) : {};
    if (changed !== undefined) {
      const name = path.basename(directory);
      this.#log.warn(
        `${changed} differs from ${name}, which runs: synthesise again if it has changed since the synthesis.`,
      );
    }
    const inputs = () => filesOf(folder, this.#dataFolder);
    return new FollowedCode({ name: folder, inputs, outputs }, { directory: folder, inputs: [] }, this.#log);
  }
}
