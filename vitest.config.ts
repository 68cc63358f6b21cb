import { defineConfig } from 'vitest/config';
import { BUNDLES } from './tools/bundle.mjs';
import { SlowFirst } from './tools/slow-first.ts';

/**
 * Two kinds of tests, one after the other. `unit`: beside the code, no program needed. `system`: real sockets, processes,
 * phones, browsers and sound; pages against pretend servers are among them. Much of what these do is to wait for sound,
 * so four files run at a time even on two cores, the slowest first, and browsers, calls and deployments side by side.
 * `unit-realtime` is those of the first kind that run with the second: they measure the media thread against the
 * machine's clock, and wait for sound as well.
 */
const UNIT = ['{apps,packages,testkit,tools}/**/*.test.{ts,tsx}', 'apps/**/*.test.mjs'];
const REALTIME = [
  'packages/chime-local/src/media/{both-sockets,media-edge,robustness,web-rtc-legs}.test.ts',
  'packages/chime-local/src/runtime/{bridged-calls,call-server,internal-calls,recorded-calls,recorded-levels}.test.ts',
];
const NOT_OURS = ['**/node_modules/**', '**/cdk.out/**'];
/** Files that run at a time where much of the time is spent waiting. */
const WAITING_WORKERS = 4;
/** Waits until the programs that the chosen tests drive are installed; the global set-up begins with that. */
const AFTER_INSTALLATION = ['./tools/await-programs.ts'];
/**
 * A wait that succeeds does not use its time up; a busy machine needs it. A test may take what its waits may take together.
 * There is no second try: a flake is a defect.
 */
const expect = { poll: { timeout: 60_000 } };
/** Threads start from the bundles that `tools/test-threads.ts` makes. */
const define = { CHIME_LOCAL_BUNDLES: JSON.stringify(BUNDLES) };

export default defineConfig({
  test: {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    globalSetup: ['./tools/test-programs.ts', './tools/test-threads.ts'],
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        define,
        test: {
          name: 'unit',
          include: UNIT,
          exclude: [...NOT_OURS, ...REALTIME],
          pool: 'forks',
          maxWorkers: '100%',
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect,
          sequence: { groupOrder: 0 },
        },
      },
      {
        define,
        test: {
          name: 'unit-realtime',
          setupFiles: AFTER_INSTALLATION,
          include: REALTIME,
          pool: 'forks',
          maxWorkers: WAITING_WORKERS,
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect,
          sequence: { groupOrder: 1 },
        },
      },
      {
        define,
        test: {
          name: 'system',
          setupFiles: AFTER_INSTALLATION,
          include: ['tests/**/*.test.ts'],
          exclude: NOT_OURS,
          pool: 'forks',
          maxWorkers: WAITING_WORKERS,
          isolate: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
