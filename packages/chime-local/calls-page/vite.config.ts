import { pageConfig } from '../../ui/page-config.ts';

/** React is most of it. */
const SCRIPT_KB = 400;

export default pageConfig(new URL('.', import.meta.url), '/calls/', SCRIPT_KB);
