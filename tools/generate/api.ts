import path from 'node:path';
import { declarationsOf } from '../pack/declarations.mjs';

/** Lines that tell a reader of the page nothing. */
const NOISE = /^(export \{\};|import .*;|\/\/# sourceMappingURL=.*)\n?/gm;

/**
 * The public declarations of a package as a page. It is generated from the code, so that a change to the
 * public interface is visible in a review.
 */
export function apiPage(name: string): string {
  const declarations = declarationsOf(process.cwd(), path.resolve('packages', name));
  const parts = [...declarations].map(([file, text]) =>
    [`## ${file.replace(/\.d\.ts$/, '')}`, '', '```ts', text.replace(NOISE, '').trim(), '```', ''].join('\n'),
  );
  return [
    `# The public interface of ${name}`,
    '',
    'Written by `npm run generate` from the declarations that the package publishes. What is not here may change.',
    '',
    ...parts,
  ].join('\n');
}
