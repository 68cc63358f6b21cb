/** The public interface of function code: finding, unpacking and bundling it. */
export { type CodeSource, CodeSources } from './code-source.ts';
export { filesOf, unpack } from './unpack.ts';
