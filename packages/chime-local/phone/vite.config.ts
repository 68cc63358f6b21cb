import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The phone as static files under `/phone/`: one script, one style sheet, both with a hash in the name.
 * Nothing is written into the HTML, so a policy of `script-src 'self'; style-src 'self'` is enough.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/phone/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
    // JsSIP is half of it: its grammar is a generated parser.
    chunkSizeWarningLimit: 700,
    // On a busy machine the bundler would report where its time went.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
