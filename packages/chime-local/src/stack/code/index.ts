/** The front door of the code of functions: found, unpacked, bundled. */
export { type CodeSource, CodeSources } from './code-source.ts';
export { filesOf, unpack } from './unpack.ts';
