import { build, mergeConfig } from 'vite';
import config from './vite.config.ts';

/**
 * Builds the phone's page into `outDir` (made when missing, emptied before), to be served under `/phone/`.
 * The page asks for `/phone/config.json` (`PhoneConfig`), which this function does not write.
 *
 * @throws Error of Vite when a source file cannot be built; `outDir` is then incomplete.
 */
export async function buildPhonePage(outDir: string): Promise<void> {
  // React's and Vite's production forms hang on this variable, which a test runner sets to something else.
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await build(
      mergeConfig(config, { configFile: false, logLevel: 'warn', build: { outDir, emptyOutDir: true } }),
    );
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}
