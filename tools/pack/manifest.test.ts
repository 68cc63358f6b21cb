import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { publishedManifest } from './manifest.mjs';

it.each([
  'chime-local',
  'pstn-audio',
])('The published manifest of %s names nothing that a checkout alone has', (name) => {
  const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8'));
  const { bin = {}, exports } = publishedManifest(manifest);
  expect(Object.keys(bin)).toEqual(Object.keys(manifest.bin ?? {}));
  expect(JSON.stringify([bin, exports])).not.toMatch(/src\/|bin\//);
});
