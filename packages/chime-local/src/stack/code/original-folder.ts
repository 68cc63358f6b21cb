import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Folders that hold no sources of the project. */
const NOT_SOURCES = new Set(['node_modules', '.git', '.local', 'cdk.out', 'dist', '__pycache__']);
/** Folders that are looked at; a larger project is not searched to its end. */
const MAX_FOLDERS = 5000;

function sameFiles(copy: string, candidate: string): boolean {
  return readdirSync(copy, { withFileTypes: true }).every((entry) => {
    const [ours, theirs] = [path.join(copy, entry.name), path.join(candidate, entry.name)];
    if (entry.name === '__pycache__') return true;
    if (!existsSync(theirs)) return false;
    if (entry.isDirectory()) return sameFiles(ours, theirs);
    return readFileSync(ours).equals(readFileSync(theirs));
  });
}

/**
 * The folder of the project that synthesis copied: the one that has every file of the copy, with the same
 * content. Undefined when there is none, for instance because it has changed since.
 */
export function originalFolder(copy: string, root: string): string | undefined {
  if (!existsSync(copy) || readdirSync(copy).length === 0) return undefined;
  const open = [root];
  for (let looked = 0; open.length > 0 && looked < MAX_FOLDERS; looked++) {
    const folder = open.shift() as string;
    if (folder !== copy && sameFiles(copy, folder)) return folder;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !NOT_SOURCES.has(entry.name)) open.push(path.join(folder, entry.name));
    }
  }
  return undefined;
}
