#!/usr/bin/env node
// `npx chime-local` in a checkout: the command, from its sources. The packed package has the built one in its place.
import { importBundled } from '../../../tools/bundle.mjs';

await importBundled('packages/chime-local/src/cli/bin.ts');
