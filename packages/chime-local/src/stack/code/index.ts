/** The front door of the code of functions: found, unpacked, bundled. */
export { type CodeSource, codeSource } from './code-source.ts';
export { filesOf, unpack } from './unpack.ts';
