import { existsSync } from 'node:fs';
import path from 'node:path';

/** What lies in the folder of a project: there the search for copied sources begins. */
const PROJECT_FILES = ['cdk.json', 'package.json', 'pyproject.toml', 'requirements.txt', '.git'];

function ancestorsOf(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [] : [parent, ...ancestorsOf(parent)];
}

/**
 * The folder that a bundle's metafile names its sources from. esbuild writes paths relative to the folder in which it
 * ran, and does not say which that was: it is the nearest folder around the assembly from which all of them are there,
 * else the working directory.
 *
 * @param asset folder of the bundle in the assembly
 * @param names paths out of the metafile
 * @returns undefined when the sources are not on this machine
 */
export function bundleRoot(asset: string, names: readonly string[]): string | undefined {
  return [...ancestorsOf(path.resolve(asset)), process.cwd()].find((root) =>
    names.every((name) => existsSync(path.resolve(root, name))),
  );
}

/** The project that an assembly was made of: the nearest folder around it that looks like one, else the one it lies in. */
export function projectRoot(asset: string): string {
  const assembly = path.dirname(path.resolve(asset));
  const around = ancestorsOf(assembly);
  const found = around.find((folder) => PROJECT_FILES.some((name) => existsSync(path.join(folder, name))));
  return found ?? path.dirname(assembly);
}
