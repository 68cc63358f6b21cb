/**
 * The rooms of the repository and what each may import: the table of `docs/architecture.md`, in the form
 * that the tidy test reads. `imports`: other rooms through their front doors. `types`: type-only imports.
 */
export interface Room {
  folder: string;
  /** The `#name` others use; absent when nobody may. */
  door?: string;
  imports: string[];
  types?: string[];
  /** May use Node's modules and the machine's clock, timers, randomness and environment. */
  machine: boolean;
  /** npm packages, where the list is closed. */
  packages?: string[];
  /** Modules of Node that only compute, for a room that is pure otherwise. */
  computing?: string[];
}

export const ROOMS: Room[] = [
  { folder: 'packages/pstn-audio/src', door: 'pstn-audio', imports: [], machine: false, packages: [] },
  { folder: 'packages/ui/src', door: 'page-ui', imports: [], machine: true },
  { folder: 'apps/live-call/contract', door: '#contract', imports: [], machine: false, packages: [] },
  { folder: 'apps/live-call/console', imports: ['#contract', 'pstn-audio', 'page-ui'], machine: true },
  { folder: 'apps/live-call', imports: ['#contract', 'pstn-audio', 'chime-local'], machine: true },
  { folder: 'packages/chime-local/phone', imports: ['page-ui'], machine: true },
  {
    folder: 'packages/chime-local/src/platform',
    door: '#platform',
    imports: [],
    machine: true,
    packages: [],
  },
  { folder: 'packages/chime-local/src/wire/sip', door: '#sip', imports: [], machine: false, packages: [] },
  { folder: 'packages/chime-local/src/wire/sdp', door: '#sdp', imports: [], machine: false, packages: [] },
  { folder: 'packages/chime-local/src/wire/rtp', door: '#rtp', imports: [], machine: false, packages: [] },
  {
    folder: 'packages/chime-local/src/wire/audio',
    door: '#audio',
    imports: [],
    machine: false,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src/wire/stun',
    door: '#stun',
    imports: [],
    machine: false,
    packages: [],
    computing: ['node:crypto'],
  },
  {
    folder: 'packages/chime-local/src/wire/srtp',
    door: '#srtp',
    imports: [],
    machine: false,
    packages: [],
    computing: ['node:crypto'],
  },
  {
    folder: 'packages/chime-local/src/meetings/attendance',
    door: '#attendance',
    imports: [],
    machine: false,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src/meetings/conference',
    door: '#conference',
    imports: ['#audio'],
    machine: false,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src/calls/sip-edge',
    door: '#sip-edge',
    imports: ['#sip', '#sdp', '#platform'],
    types: ['#media-edge'],
    machine: true,
    packages: ['ws'],
  },
  {
    folder: 'packages/chime-local/src/media',
    door: '#media-edge',
    imports: ['#rtp', '#audio', '#stun', '#srtp', '#conference', '#platform'],
    machine: true,
    packages: ['@evan/opus', '@echogarden/speex-resampler-wasm', 'tsx'],
  },
  {
    folder: 'packages/chime-local/src/meetings/signalling',
    door: '#signalling',
    imports: ['#sdp', '#platform'],
    types: ['#media-edge'],
    machine: true,
    packages: ['ws', 'protobufjs'],
  },
  {
    folder: 'packages/chime-local/src/lambda-runner',
    door: '#lambda-runner',
    imports: ['#platform'],
    machine: true,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src/services',
    door: '#aws',
    imports: ['pstn-audio', '#platform'],
    types: ['#lambda-runner'],
    machine: true,
  },
  {
    folder: 'packages/chime-local/src/gateway',
    door: '#gateway',
    imports: ['#platform'],
    types: ['#lambda-runner'],
    machine: true,
    packages: ['jose'],
  },
  {
    folder: 'packages/chime-local/src/speech',
    door: '#speech',
    imports: ['#audio', '#platform'],
    machine: true,
  },
  {
    folder: 'packages/chime-local/src',
    door: '#runtime',
    imports: [
      'pstn-audio',
      '#platform',
      '#audio',
      'pstn-audio/engine',
      '#attendance',
      '#sip-edge',
      '#media-edge',
      '#signalling',
      '#lambda-runner',
      '#aws',
      '#gateway',
      '#speech',
    ],
    machine: true,
  },
  {
    folder: 'testkit',
    door: '#testkit',
    imports: ['#contract', 'pstn-audio', '#platform', '#audio', '#rtp', '#sip', '#sdp'],
    types: ['#runtime'],
    machine: true,
  },
];

/** Lines a file may have. */
export const MAX_FILE_LINES = 600;
