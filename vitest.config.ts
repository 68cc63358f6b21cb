import { defineConfig } from 'vitest/config';

/**
 * Three kinds of tests, one after the other. `unit`: beside the code, no waiting, run side by side. `pages`: a page in a
 * real browser against pretend servers, two files at a time. `system`: real sockets, processes, phones and sound, one
 * file at a time because the machine may have two cores.
 */
const PAGES = ['tests/console/**/*.test.ts', 'tests/phone-page/**/*.test.ts'];
/**
 * On a busy build machine a test may starve; a second try there is shown in the output as such. At home a
 * flake is a failure.
 */
const retry = process.env.CI ? 1 : 0;

export default defineConfig({
  test: {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      {
        test: {
          name: 'unit',
          retry,
          include: ['{contract,cloud,console,local,testkit,tools}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/cdk.out/**'],
          pool: 'forks',
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'pages',
          retry,
          include: PAGES,
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 90_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'system',
          retry,
          include: ['tests/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...PAGES],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
