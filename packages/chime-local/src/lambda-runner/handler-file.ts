import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DeploymentPackage } from './lambda-runner.ts';

/** Extensions of handler files, in the order in which Lambda's runtimes look for them. */
const EXTENSIONS = ['.mjs', '.js', '.cjs', '.py'];

/** The file that contains a handler (`folder/index.handler`): the bundled source, or a file of the code as it is. */
export function handlerFile({ directory, entry }: DeploymentPackage, handler: string): string | undefined {
  if (entry !== undefined) return entry;
  const module = handler.slice(0, handler.lastIndexOf('.'));
  // Names of Python modules may contain dots.
  const names = [module, module.replaceAll('.', '/')];
  const files = names.flatMap((name) =>
    EXTENSIONS.map((extension) => path.join(directory, name + extension)),
  );
  return files.find((file) => existsSync(file));
}
