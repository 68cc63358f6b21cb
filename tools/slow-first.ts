import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The unit tests that take longest, the longest first. */
const SLOW_UNITS = [
  'tools/generate/generate.test.ts',
  'apps/live-call/handlers/chime-resources/scenarios.test.ts',
  'packages/chime-local/src/rehearsal/stdio/python-tests.test.ts',
  'packages/chime-local/src/rehearsal/replay/command.test.ts',
  'packages/chime-local/src/stack/template/aside.test.ts',
  'packages/chime-local/src/lambda-runner/lambda-runner.test.ts',
  'tools/tidy/growth.test.ts',
  'packages/chime-local/src/runtime/faulty-phones.test.ts',
  'apps/live-call/handlers/chime-resources/phone-number.test.ts',
];

/** Files that keep a core busy with browsers, builds and command lines, the longest first. */
const BUSY_FILES = [
  'tests/deployments/command-lines.test.ts',
  'tests/console/meeting.test.ts',
  'tests/page/calls.test.ts',
  'tests/page/meeting.test.ts',
  'tests/meeting-clients/coming-and-going.test.ts',
  'tests/console/hurried-hands.test.ts',
  'tests/phone-page/trouble.test.ts',
  'tests/page-calls/trouble.test.ts',
  'tests/console/updates.test.ts',
  'tests/phones/web-phones.test.ts',
  'tests/meeting-clients/strangers.test.ts',
  'tests/phone-page/calls.test.ts',
  'tests/page-calls/journey.test.ts',
  'tests/meeting-clients/one-meeting.test.ts',
  'tests/package/package.test.ts',
  'tests/console/calls.test.ts',
  'tests/chime-client/chime-client.test.ts',
  'tests/meeting-clients/console.test.ts',
  'tests/page-calls/strangers.test.ts',
  'tests/page-calls/firefox.test.ts',
  'tests/console/for-everyone.test.ts',
  'tests/chime-client/video.test.ts',
  'tests/page/operators.test.ts',
  'tests/page-calls/numbers.test.ts',
  'tests/phone-page/for-everyone.test.ts',
  'tests/calls-page/calls.test.ts',
  'tests/console/sign-in.test.ts',
  'tests/phone-page/trace.test.ts',
];

/** Files that mostly wait for sound, the longest first. */
const WAITING_FILES = [
  'tests/phones/sipp.test.ts',
  'tests/faults/endings.test.ts',
  'tests/phones/recipes.test.ts',
  'tests/calls/script-over-sip.test.ts',
  'tests/faults/orders.test.ts',
  'tests/restart/restart.test.ts',
  'tests/phones/actions.test.ts',
  'tests/start/running.test.ts',
  'tests/hostile/media.test.ts',
  'packages/chime-local/src/runtime/call-server.test.ts',
  'packages/chime-local/src/runtime/internal-calls.test.ts',
  'packages/chime-local/src/runtime/recorded-calls.test.ts',
  'packages/chime-local/src/runtime/bridged-calls.test.ts',
  'packages/chime-local/src/media/media-edge.test.ts',
  'tests/faults/functions.test.ts',
  'tests/calls/outbound.test.ts',
  'tests/calls/journey.test.ts',
  'packages/chime-local/src/media/web-rtc-legs.test.ts',
  'packages/chime-local/src/media/both-sockets.test.ts',
  'tests/hostile/signalling.test.ts',
  'tests/faults/noise.test.ts',
  'tests/phones/baresip.test.ts',
  'tests/hostile/faults.test.ts',
  'tests/hostile/requests.test.ts',
  'tests/faults/storage.test.ts',
  'tests/restart/recordings.test.ts',
  'tests/faults/api.test.ts',
  'tests/start/refused.test.ts',
  'tests/aws/sdk.test.ts',
  'tests/phones/networks.test.ts',
];

/** Merges the two lists, each spread evenly over the whole. */
function spread(some: readonly string[], others: readonly string[]): string[] {
  const places = [
    ...some.map((file, at) => ({ file, place: at / some.length })),
    ...others.map((file, at) => ({ file, place: (at + 0.5) / others.length })),
  ];
  return places.sort((a, b) => a.place - b.place).map(({ file }) => file);
}

/**
 * The files that are started first. Vitest starts with the largest files, which are not the slowest ones: a
 * slow file that is started last has the machine to itself while a core idles. For the same reason, files
 * that wait run beside those that compute.
 */
export const SLOW_FILES = [...SLOW_UNITS, ...spread(BUSY_FILES, WAITING_FILES)];

/** Vitest's order within each project, except that the slow files come first. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = SLOW_FILES.indexOf(path.relative(root, moduleId));
      return place < 0 ? SLOW_FILES.length : place;
    };
    const group = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    const usual = await super.sort(files);
    return usual.sort((a, b) => group(a) - group(b) || rank(a) - rank(b));
  }
}
