/** Finds the environment variables that a handler reads in its sources. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Patterns that read a variable, in JavaScript, TypeScript and Python. */
const READS: readonly RegExp[] = [
  /\bprocess\.env\.([A-Za-z_]\w*)/g,
  /\bprocess\.env\[\s*["'`]([A-Za-z_]\w*)["'`]\s*\]/g,
  /\b(?:environ\.get|getenv)\(\s*["']([A-Za-z_]\w*)["']/g,
  /\benviron\[\s*["']([A-Za-z_]\w*)["']\s*\]/g,
];
/** Matches what follows a read if the code copes without the variable, or sets it. */
const WITHOUT_IT_AFTER = /^\s*(?:\?\?|\|\||\?(?!\.)|&&|[!=]==?|=(?!=)|\)\s*(?:or\b|is\b|\|\|))/;
/** Matches the second argument of Python's `get` and `getenv`. */
const DEFAULT_VALUE = /^\s*,/;
/** Matches what precedes a read in such code. */
const WITHOUT_IT_BEFORE = /(?:\bif\s*\(?\s*!?|!|\btypeof\s+|\bin\s+|&&\s*|\btry:\s*\n[^\n]*)$/;
/** Characters that are examined on either side. */
const BESIDE = 80;

/** A relative import, in JavaScript and in Python (`from .x import`, `from x import`, `import x`). */
const IMPORTS = [
  /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g,
  /^(?:from\s+\.?([\w.]+)\s+import|import\s+([\w.]+))/gm,
];
const ENDINGS = ['', '.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '/index.ts', '/index.js', '.py'];
/** Maximum number of files of one handler that are read. Our choice. */
const MAX_FILES = 50;
const MAX_FILE_BYTES = 1024 * 1024;

export interface EnvironmentRead {
  name: string;
  /** Whether some read relies on the variable. */
  needed: boolean;
}

/** Each variable once, in the order of the first reads. */
export function environmentReads(entry: string): EnvironmentRead[] {
  const found = new Map<string, EnvironmentRead>();
  for (const file of ownSources(entry)) {
    const text = readFileSync(file, 'utf8');
    for (const match of READS.flatMap((read) => [...text.matchAll(read)])) {
      const [whole, name = ''] = match;
      const after = text.slice(match.index + whole.length, match.index + whole.length + BESIDE);
      const before = text.slice(Math.max(0, match.index - BESIDE), match.index).replace(/\b(?:os\.)$/, '');
      const hasDefault = whole.includes('(') && DEFAULT_VALUE.test(after);
      const needed = !hasDefault && !WITHOUT_IT_AFTER.test(after) && !WITHOUT_IT_BEFORE.test(before);
      found.set(name, { name, needed: needed || found.get(name)?.needed === true });
    }
  }
  return [...found.values()];
}

/** The file and those that it imports by a path, without installed packages. */
function ownSources(entry: string): string[] {
  const files = [path.resolve(entry)];
  for (const file of files) {
    if (files.length >= MAX_FILES) break;
    for (const imported of importsOf(file)) if (!files.includes(imported)) files.push(imported);
  }
  return files.slice(0, MAX_FILES);
}

function importsOf(file: string): string[] {
  const python = file.endsWith('.py');
  const text = readFileSync(file, 'utf8');
  const [script, module] = IMPORTS as [RegExp, RegExp];
  const names = [...text.matchAll(python ? module : script)].map(([, one, two]) => one ?? two ?? '');
  return names.flatMap((name) => {
    const place = path.resolve(path.dirname(file), python ? name.replaceAll('.', '/') : name);
    const stem = [place, place.replace(/\.[cm]?js$/, '')];
    const candidates = stem.flatMap((one) => ENDINGS.map((ending) => one + ending));
    const isSource = (one: string): boolean => {
      const stat = existsSync(one) ? statSync(one) : undefined;
      return stat?.isFile() === true && stat.size <= MAX_FILE_BYTES && /\.(?:[cm]?[jt]s|tsx|py)$/.test(one);
    };
    return candidates.find(isSource) ?? [];
  });
}
