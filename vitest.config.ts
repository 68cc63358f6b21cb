import { defineConfig } from 'vitest/config';

/**
 * Three kinds of tests, one after the other. `unit`: beside the code, no program needed. `pages`: a page in a real
 * browser against pretend servers. `system`: real sockets, processes, phones and sound.
 */
const PAGES = ['tests/console/**/*.test.ts', 'tests/phone-page/**/*.test.ts'];
/** Asks for the programs that the chosen tests drive. */
const PROGRAMS = './tools/test-programs.ts';
/** A wait that succeeds does not use its time up; a busy machine needs it. There is no second try: a flake is a defect. */
const expect = { poll: { timeout: 20_000 } };

export default defineConfig({
  test: {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{contract,cloud,console,local,testkit,tools}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/cdk.out/**'],
          pool: 'forks',
          maxWorkers: '100%',
          testTimeout: 60_000,
          expect,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'pages',
          globalSetup: PROGRAMS,
          include: PAGES,
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 90_000,
          hookTimeout: 240_000,
          expect,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'system',
          globalSetup: PROGRAMS,
          include: ['tests/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...PAGES],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 240_000,
          expect,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
