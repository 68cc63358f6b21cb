import { existsSync } from 'node:fs';
import path from 'node:path';

/** Files that mark a project's folder; there the search for copied sources begins. */
const PROJECT_FILES = ['cdk.json', 'package.json', 'pyproject.toml', 'requirements.txt', '.git'];

function ancestorsOf(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [] : [parent, ...ancestorsOf(parent)];
}

/**
 * The folder to which the source paths of a bundle's metafile are relative. esbuild writes paths relative to
 * the folder in which it ran, but not which folder that was: it is the nearest folder around the assembly
 * from which all of them exist, or else the working directory.
 *
 * @param asset folder of the bundle in the assembly
 * @param names paths from the metafile
 * @returns undefined if the sources are not on this machine
 */
export function bundleRoot(asset: string, names: readonly string[]): string | undefined {
  return [...ancestorsOf(path.resolve(asset)), process.cwd()].find((root) =>
    names.every((name) => existsSync(path.resolve(root, name))),
  );
}

/**
 * The project of an assembly: the nearest folder around it that looks like a project, or else its parent
 * folder.
 */
export function projectRoot(asset: string): string {
  const assembly = path.dirname(path.resolve(asset));
  const around = ancestorsOf(assembly);
  const found = around.find((folder) => PROJECT_FILES.some((name) => existsSync(path.join(folder, name))));
  return found ?? path.dirname(assembly);
}
