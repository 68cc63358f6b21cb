import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The page as static files: one script, one style sheet, both with a hash in the name, and the meeting's client
 * library in a script of its own that is loaded when somebody joins. Nothing is written into the HTML (no inline
 * script, no data: address), so a policy of `script-src 'self'` is enough.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react()],
  // Libraries under the meeting's client were written for Node's name of the global object.
  define: { global: 'globalThis' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
    // The client library is what it is: 1.3 MB, loaded only by those who join.
    chunkSizeWarningLimit: 2000,
  },
});
