import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sources } from './sources.ts';

/**
 * Places where the version must be written out: what npm reads, and what is printed before Node.js or the
 * packages are there.
 */
const manifests = [
  'package.json',
  'apps/live-call/package.json',
  'packages/chime-local/package.json',
  'packages/pstn-audio/package.json',
];
const oldest = (manifest: string): string => JSON.parse(readFileSync(manifest, 'utf8')).engines.node;

it('Packages and documents name the same oldest Node.js version', () => {
  const [wanted = '', ...others] = manifests.map(oldest);
  expect(wanted).toMatch(/^>=\d+\.\d+$/);
  expect(new Set(others)).toEqual(new Set([wanted]));
  const sentences = sources(['.md', '.sh']).flatMap(({ path, text }) =>
    [...text.matchAll(/Node\.js\b.{0,40}?(\d+\.\d+) or newer/g)].map(([, version]) => ({
      path,
      version: `>=${version}`,
    })),
  );
  expect(sentences.length).toBeGreaterThan(3);
  expect(sentences.filter(({ version }) => version !== wanted)).toEqual([]);
});
