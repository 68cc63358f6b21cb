import { pageConfig } from '../../ui/page-config.ts';

/** Half of the page's script is JsSIP, whose grammar is a generated parser. */
const SCRIPT_KB = 700;

export default pageConfig(new URL('.', import.meta.url), '/phone/', SCRIPT_KB);
