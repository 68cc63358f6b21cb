import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'vite';

/**
 * A page as static files: scripts and a style sheet, with a hash in their names. Nothing is written into the HTML (no
 * inline script, no data: address), so a policy of `script-src 'self'; style-src 'self'` is enough.
 *
 * @param folder the page's own
 * @param base the path under which it is served
 * @param chunkKb the largest script that is none too many, KB
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
      // The page has the code of others in it, whose licences ask that they go with it.
      license: { fileName: 'licences.md' },
      // On a busy machine the bundler would report where its time went.
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  });
}
