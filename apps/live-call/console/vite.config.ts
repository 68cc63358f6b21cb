import { mergeConfig } from 'vite';
import { pageConfig } from '../../../packages/ui/page-config.ts';

/** The client library, 1.3 MB, is what it is: it is loaded only by those who join a meeting. */
const CLIENT_LIBRARY_KB = 2000;

export default mergeConfig(pageConfig(new URL('.', import.meta.url), '/', CLIENT_LIBRARY_KB), {
  // Libraries under the meeting's client were written for Node's name of the global object.
  define: { global: 'globalThis' },
});
