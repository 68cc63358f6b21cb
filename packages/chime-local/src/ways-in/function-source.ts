/** Determines a function's code: its place, its language and its exports. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { UserError } from '#platform';
import type { SourceBuild } from '#template';

/** A function's code with the members of `AWS::Lambda::Function`, and its place. */
export interface FunctionSource {
  runtime: string;
  /** `file.member`, relative to `folder`. */
  handler: string;
  /** The task root; for a source that is bundled, the source's folder. */
  folder: string;
  /** The file with the handler. */
  entry: string;
  build?: SourceBuild;
}

/** Extensions of files that Node runs directly, and of those that are bundled first. */
const NODE = ['.js', '.mjs', '.cjs'];
const TYPESCRIPT = ['.ts', '.mts', '.cts', '.tsx'];
const PYTHON = ['.py'];
const ENDINGS = [...TYPESCRIPT, ...NODE, ...PYTHON];
/** Possible names of the file in a folder, in search order. */
const NAMES = ['index', 'handler', 'app', 'main', 'lambda_function', 'lambda'];
/** Possible names of the function, in search order. */
const EXPORTS = ['handler', 'lambdaHandler', 'lambda_handler', 'default'];
/** How many folders above a file are searched for its project. */
const MAX_LEVELS = 5;
/** Lambda's newest Python runtime; this machine's Python executes it. */
const PYTHON_RUNTIME = 'python3.13';

/**
 * The last Node.js runtime whose image contains version 2 of the SDK. Lambda developer guide, "Building with
 * Node.js".
 */
const RUNTIME_WITH_VERSION_2 = 'nodejs16.x';
const VERSION_2 = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'`]aws-sdk(?:\/[^"'`]*)?["'`]/;
/** The last Python runtime whose SDK contains the complete namespace `chime`. */
const RUNTIME_WITH_CHIME = 'python3.9';
const CHIME_CLIENT = /\bclient\(\s*(?:service_name\s*=\s*)?["']chime["']/;

/** The newest runtime, or the one that contains the SDK for which the source was written. */
function runtimeOf(entry: string, python: boolean): string {
  const text = readFileSync(entry, 'utf8');
  if (python) return CHIME_CLIENT.test(text) ? RUNTIME_WITH_CHIME : PYTHON_RUNTIME;
  if (VERSION_2.test(text)) return RUNTIME_WITH_VERSION_2;
  return `nodejs${process.versions.node.split('.')[0]}.x`;
}

/** The file with the handler. @throws UserError */
function entryOf(source: string): string {
  const stat = statSync(source, { throwIfNoEntry: false });
  if (!stat) throw new UserError(`${source} is missing: name the file or the folder of a handler.`);
  if (!stat.isDirectory()) {
    if (ENDINGS.includes(path.extname(source))) return source;
    throw new UserError(`${source} is no handler that runs here; allowed: ${ENDINGS.join(', ')}.`);
  }
  const found = NAMES.flatMap((name) => ENDINGS.map((ending) => path.join(source, name + ending))).find(
    (file) => existsSync(file),
  );
  if (found) return found;
  const only = readdirSync(source).filter(
    (name) => ENDINGS.includes(path.extname(name)) && !name.includes('.test.'),
  );
  if (only.length === 1 && only[0]) return path.join(source, only[0]);
  throw new UserError(
    `${source} has no handler: name its file, or call it ${NAMES.slice(0, 2).join(' or ')} (${ENDINGS.join(', ')}).`,
  );
}

/** Names that a JavaScript or TypeScript source exports, as far as its text shows them. */
function exportsOf(text: string): string[] {
  const found = [
    ...text.matchAll(/\bexports\.(\w+)\s*=/g),
    ...text.matchAll(/\bexport\s+(?:declare\s+)?(?:async\s+)?(?:const|let|var|function\*?)\s+(\w+)/g),
  ].map(([, name]) => name as string);
  if (/\bexport\s+default\b/.test(text)) found.push('default');
  for (const [, inner = ''] of text.matchAll(/(?:\bexport\s*|\bmodule\.exports\s*=\s*)\{([^}]*)\}/g)) {
    found.push(
      ...inner.split(',').map((part) => /(?:\bas\s+)?(\w+)\s*(?::.*)?$/.exec(part.trim())?.[1] ?? ''),
    );
  }
  return [...new Set(found.filter(Boolean))];
}

const functionsOf = (text: string): string[] =>
  [...text.matchAll(/^(?:async\s+)?def\s+(\w+)\s*\(/gm)].map(([, name]) => name as string);

/** A member of the event that only handlers of SIP media applications read. */
const READS_CALL_EVENTS = /InvocationEventType/;

/** The only function that reads call events; undefined if none does, or more than one. */
function handlerOfCalls(text: string, names: readonly string[], python: boolean): string | undefined {
  const begins = names
    .map((name) => {
      const asFunction = python
        ? `def\\s+${name}\\s*\\([^),]+,[^),]+\\)`
        : `(?:exports\\.|(?:function\\*?|const|let|var)\\s+)${name}\\b`;
      return { name, at: text.search(new RegExp(asFunction)) };
    })
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  const readers = begins.filter(({ at }, index) =>
    READS_CALL_EVENTS.test(text.slice(at, begins[index + 1]?.at ?? text.length)),
  );
  return readers.length === 1 ? readers[0]?.name : undefined;
}

/**
 * The functions that a file exports or defines, and the only one of them that reads call events, if there is
 * one.
 */
export function membersOf(entry: string): { names: string[]; forCalls: string | undefined } {
  const text = readFileSync(entry, 'utf8');
  const python = entry.endsWith('.py');
  const names = python ? functionsOf(text) : exportsOf(text);
  return { names, forCalls: handlerOfCalls(text, names, python) };
}

/** @throws UserError */
function memberOf(entry: string): string {
  const python = entry.endsWith('.py');
  const { names, forCalls } = membersOf(entry);
  const usual = EXPORTS.find((name) => names.includes(name));
  if (usual) return usual;
  if (!python && names.length === 1 && names[0]) return names[0];
  if (forCalls) return forCalls;
  throw new UserError(
    `${entry} ${python ? 'defines' : 'exports'} no ${EXPORTS.slice(0, 3).join(', ')}: name the function by "handler" in chime-local.config.json (found: ${names.join(', ') || 'none'}).`,
  );
}

/** The project folder of a file, or else the file's own folder. */
function projectOf(entry: string): string {
  let folder = path.dirname(entry);
  for (let level = 0; level < MAX_LEVELS; level++) {
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    const parent = path.dirname(folder);
    if (parent === folder || parent === homedir()) break;
    folder = parent;
  }
  return path.dirname(entry);
}

/** Split into parts, because the build of this package would replace the whole text by this file's URL. */
const OWN_ADDRESS = ['import', 'meta', 'url'].join('.');

/** The bundling options of a TypeScript source, as an ES module or CommonJS according to its project. */
export function buildOf(entry: string, outputName?: string): SourceBuild {
  const project = projectOf(entry);
  const manifest = path.join(project, 'package.json');
  const isModule =
    entry.endsWith('.mts') ||
    (!entry.endsWith('.cts') &&
      existsSync(manifest) &&
      (JSON.parse(readFileSync(manifest, 'utf8')) as { type?: string }).type === 'module');
  return {
    entry,
    root: project,
    outputName: outputName ?? (isModule ? 'index.mjs' : 'index.js'),
    external: [],
    readable: true,
    // Some of the packages inside an ES module were written for `require`.
    ...(isModule && outputName === undefined
      ? {
          options: {
            banner: {
              js: `import { createRequire as requireOfModule } from 'node:module';\nconst require = requireOfModule(${OWN_ADDRESS});`,
            },
          },
        }
      : {}),
  };
}

/**
 * Finds the function in a file or folder.
 * @param member the exported name if it is not one of the usual ones; may be `file.member`
 * @throws UserError
 */
export function functionSource(
  source: string,
  { handler, runtime }: { handler?: string | undefined; runtime?: string | undefined } = {},
): FunctionSource {
  const entry = entryOf(path.resolve(source));
  const member = handler?.split('.').at(-1) ?? memberOf(entry);
  const ending = path.extname(entry);
  if (TYPESCRIPT.includes(ending)) {
    const build = buildOf(entry);
    return {
      runtime: runtime ?? runtimeOf(entry, false),
      handler: `index.${member}`,
      folder: path.dirname(entry),
      entry,
      build,
    };
  }
  const python = PYTHON.includes(ending);
  const folder = python ? path.dirname(entry) : projectOf(entry);
  const name = path.relative(folder, entry).slice(0, -ending.length).split(path.sep).join('/');
  return {
    runtime: runtime ?? runtimeOf(entry, python),
    handler: `${name}.${member}`,
    folder,
    entry,
  };
}
