import { defineConfig } from 'vitest/config';

/**
 * Two kinds of tests. `unit`: beside the code, no waiting, run side by side. `system`: in `tests/`, with
 * real sockets, processes and phones, one file at a time because the machine may have two cores.
 */
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
        },
      },
      {
        test: {
          name: 'system',
          retry,
          include: ['tests/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
