import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A file of the repository with its text. */
export interface Source {
  path: string;
  text: string;
}

/** Paths of the files that git tracks or would track. */
export const trackedFiles = (): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  }).split('\n');

/** The tracked files with one of the endings, with their texts. */
export function sources(endings: readonly string[]): Source[] {
  return trackedFiles()
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .flatMap((path) => {
      try {
        return [{ path, text: readFileSync(path, 'utf8') }];
      } catch {
        return [];
      }
    });
}

/** One import of a file. */
export interface Import {
  specifier: string;
  typeOnly: boolean;
  /** A dynamic `import()`, which is loaded only when execution reaches it. */
  late: boolean;
}

const STATIC = /^\s*(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** The imports of a TypeScript text: static imports, re-exports and dynamic imports. */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  for (const [, type, specifier] of text.matchAll(STATIC)) {
    found.push({ specifier: specifier as string, typeOnly: Boolean(type), late: false });
  }
  for (const [, specifier] of text.matchAll(DYNAMIC))
    found.push({ specifier: specifier as string, typeOnly: false, late: true });
  return found;
}
