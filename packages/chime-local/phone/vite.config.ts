import { pageConfig } from '../../ui/page-config.ts';

/** JsSIP is half of the page's script: its grammar is a generated parser. */
const SCRIPT_KB = 700;

export default pageConfig(new URL('.', import.meta.url), '/phone/', SCRIPT_KB);
