import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DeploymentPackage } from './lambda-runner.ts';

/** In which a handler may be written, as Lambda's runtimes look for them. */
const EXTENSIONS = ['.mjs', '.js', '.cjs', '.py'];

/** The file in which a handler (`folder/index.handler`) is written: what was bundled, or a file of the code as it lies. */
export function handlerFile({ directory, entry }: DeploymentPackage, handler: string): string | undefined {
  if (entry !== undefined) return entry;
  const module = handler.slice(0, handler.lastIndexOf('.'));
  // Python's modules may be named with dots.
  const names = [module, module.replaceAll('.', '/')];
  const files = names.flatMap((name) =>
    EXTENSIONS.map((extension) => path.join(directory, name + extension)),
  );
  return files.find((file) => existsSync(file));
}
