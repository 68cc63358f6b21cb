// Runs before a package is packed (`prepack`): builds the package and puts the published manifest in place.
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { buildChimeLocal } from './build-chime-local.mjs';
import { buildPstnAudio } from './build-pstn-audio.mjs';
import { publishManifest } from './manifest.mjs';

const root = path.resolve(import.meta.dirname, '..', '..');
const BUILDS = { 'chime-local': buildChimeLocal, 'pstn-audio': buildPstnAudio };
const name = process.argv[2] ?? '';
const build = BUILDS[name];
if (!build)
  throw new Error(`There is no package ${JSON.stringify(name)}; name one of ${Object.keys(BUILDS)}.`);
await build(root);
const folder = path.join(root, 'packages', name);
copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
publishManifest(folder);
