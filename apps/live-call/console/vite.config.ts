import { mergeConfig } from 'vite';
import { pageConfig } from '../../../packages/ui/page-config.ts';

/** The client library's 1.3 MB cannot be reduced: it is loaded only by those who join a meeting. */
const CLIENT_LIBRARY_KB = 2000;

export default mergeConfig(pageConfig(new URL('.', import.meta.url), '/', CLIENT_LIBRARY_KB), {
  // Libraries beneath the meeting client use Node's name of the global object.
  define: { global: 'globalThis' },
});
