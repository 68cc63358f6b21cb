import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'vite';

/**
 * Vite's configuration of a page as static files: scripts and a style sheet, with a hash in their names.
 * Nothing is inlined into the HTML (no inline script, no data: address), so a policy of `script-src 'self';
 * style-src 'self'` is enough.
 *
 * @param folder the page's own folder
 * @param base the path under which it is served
 * @param chunkKb the largest script size without a warning, KB
 */
export function pageConfig(folder: URL, base: string, chunkKb: number): UserConfig {
  return defineConfig({
    root: fileURLToPath(folder),
    base,
    plugins: [react()],
    build: {
      outDir: 'dist',
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2022',
      reportCompressedSize: false,
      chunkSizeWarningLimit: chunkKb,
      // The page contains third-party code, whose licences must be distributed with it.
      license: { fileName: 'licences.md' },
      // On a busy machine the bundler would report its timings.
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  });
}
