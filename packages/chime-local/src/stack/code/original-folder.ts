import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Folders that contain no sources of the project. */
const NOT_SOURCES = new Set(['node_modules', '.git', '.local', 'cdk.out', 'dist', '__pycache__']);
/** Maximum number of folders that are searched in a large project. */
const MAX_FOLDERS = 5000;

/**
 * Whether the candidate has the copy's files; false also if it cannot be read, or a file corresponds to a
 * folder.
 */
function sameFiles(copy: string, candidate: string): boolean {
  try {
    return hasFilesOf(copy, candidate);
  } catch {
    return false;
  }
}

function hasFilesOf(copy: string, candidate: string): boolean {
  return readdirSync(copy, { withFileTypes: true }).every((entry) => {
    const [ours, theirs] = [path.join(copy, entry.name), path.join(candidate, entry.name)];
    if (entry.name === '__pycache__') return true;
    if (!existsSync(theirs)) return false;
    if (entry.isDirectory()) return hasFilesOf(ours, theirs);
    return readFileSync(ours).equals(readFileSync(theirs));
  });
}

/**
 * Whether both folders contain the same names, at least one; what a start or an interpreter writes is
 * ignored.
 */
function sameNames(copy: string, candidate: string): boolean {
  const namesOf = (folder: string): string =>
    entriesOf(folder)
      .map(({ name }) => name)
      .filter((name) => !/^(?:\.|__pycache__$)|\.log$/.test(name))
      .sort()
      .join('/');
  return namesOf(copy) !== '' && namesOf(copy) === namesOf(candidate);
}

export interface Original {
  /**
   * The project's folder that synthesis copied: the one that has every file of the copy with the same
   * content.
   */
  folder?: string;
  /** If there is none, the first folder with the same names, which may have changed since the copy. */
  changed?: string;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * Whether the assembly has a copy of exactly this folder: the folder has not changed, even if another copy, such
 * as a function of the CDK's own, has files of the same names.
 */
const isCopied = (folder: string, assembly: string): boolean =>
  entriesOf(assembly).some((entry) => {
    const copy = path.join(assembly, entry.name);
    return entry.isDirectory() && sameNames(copy, folder) && sameFiles(copy, folder);
  });

export function originalFolder(copy: string, root: string): Original {
  if (!existsSync(copy) || readdirSync(copy).length === 0) return {};
  let changed: string | undefined;
  const open = [root];
  // The assembly holds the other copies, beside this one.
  const assembly = path.dirname(copy);
  for (let looked = 0; open.length > 0 && looked < MAX_FOLDERS; looked++) {
    const folder = open.shift() as string;
    if (folder !== copy && sameFiles(copy, folder)) return { folder };
    if (changed === undefined && folder !== copy && sameNames(copy, folder) && !isCopied(folder, assembly))
      changed = folder;
    for (const entry of entriesOf(folder)) {
      const inner = path.join(folder, entry.name);
      if (entry.isDirectory() && !NOT_SOURCES.has(entry.name) && inner !== assembly) open.push(inner);
    }
  }
  return changed === undefined ? {} : { changed };
}
