import { existsSync, readFileSync } from 'node:fs';
import { inject } from 'vitest';
import { eventually } from '../testkit/eventually.ts';

/**
 * Vitest's set-up for test files that must not begin while programs are being installed: those that drive the
 * programs, and those that measure time.
 */

/** Maximum milliseconds of an installation: some 200 MB are fetched and unpacked. */
const INSTALLATION_MS = 600_000;

const outcome = inject('programsOutcome');
await eventually('the programs of the tests', () => existsSync(outcome), { withinMs: INSTALLATION_MS });
const trouble = readFileSync(outcome, 'utf8');
if (trouble !== '') throw new Error(trouble);
