/** Packages that functions need and this machine may lack, in the cache shared by all runs. */
import path from 'node:path';
import { createPythonPackages, createRuntimePackages } from '#lambda-runner';
import { cacheDirectory } from '#platform';
import type { CloudOptions } from './cloud-options.ts';

export function functionPackages(
  onProgress: (text: string) => void,
): Pick<CloudOptions, 'packages' | 'pythonPackages'> {
  const folder = (name: string): string => path.join(cacheDirectory(), name);
  return {
    packages: createRuntimePackages({ folder: folder('lambda-packages'), onProgress }),
    pythonPackages: createPythonPackages({ folder: folder('python-packages'), onProgress }),
  };
}
