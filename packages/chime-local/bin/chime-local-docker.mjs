#!/usr/bin/env node
// `CDK_DOCKER=chime-local-docker` in a checkout: the command, from its sources. The packed package has the built one.
import { importBundled } from '../../../tools/bundle.mjs';

await importBundled('packages/chime-local/src/cli/docker-bin.ts');
