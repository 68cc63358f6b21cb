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
  { folder: 'contract', door: '#contract', imports: [], machine: false, packages: [] },
  { folder: 'cloud', imports: ['#contract'], machine: true },
  { folder: 'console', imports: ['#contract'], machine: true },
  { folder: 'local/phone-page', imports: [], machine: true },
  { folder: 'local/platform', door: '#platform', imports: [], machine: true, packages: [] },
  { folder: 'local/wire/sip', door: '#sip', imports: [], machine: false, packages: [] },
  { folder: 'local/wire/sdp', door: '#sdp', imports: [], machine: false, packages: [] },
  { folder: 'local/wire/rtp', door: '#rtp', imports: [], machine: false, packages: [] },
  { folder: 'local/wire/audio', door: '#audio', imports: [], machine: false, packages: [] },
  {
    folder: 'local/wire/stun',
    door: '#stun',
    imports: [],
    machine: false,
    packages: [],
    computing: ['node:crypto'],
  },
  {
    folder: 'local/wire/srtp',
    door: '#srtp',
    imports: [],
    machine: false,
    packages: [],
    computing: ['node:crypto'],
  },
  {
    folder: 'local/core/attendance',
    door: '#attendance',
    imports: ['#contract'],
    machine: false,
    packages: [],
  },
  {
    folder: 'local/core/call-engine',
    door: '#call-engine',
    imports: ['#contract'],
    machine: false,
    packages: [],
  },
  { folder: 'local/core/conference', door: '#conference', imports: ['#audio'], machine: false, packages: [] },
  {
    folder: 'local/edges/sip-edge',
    door: '#sip-edge',
    imports: ['#sip', '#sdp', '#platform'],
    types: ['#media-edge'],
    machine: true,
    packages: ['ws'],
  },
  {
    folder: 'local/edges/media-edge',
    door: '#media-edge',
    imports: ['#rtp', '#audio', '#stun', '#srtp', '#conference', '#platform'],
    machine: true,
    packages: ['@evan/opus', '@echogarden/speex-resampler-wasm', 'tsx'],
  },
  {
    folder: 'local/edges/signalling',
    door: '#signalling',
    imports: ['#sdp', '#platform'],
    types: ['#media-edge'],
    machine: true,
    packages: ['ws', 'protobufjs'],
  },
  {
    folder: 'local/edges/lambda-runner',
    door: '#lambda-runner',
    imports: ['#platform'],
    machine: true,
    packages: [],
  },
  {
    folder: 'local/edges/aws',
    door: '#aws',
    imports: ['#contract', '#platform'],
    types: ['#lambda-runner'],
    machine: true,
  },
  {
    folder: 'local/edges/gateway',
    door: '#gateway',
    imports: ['#platform'],
    types: ['#lambda-runner'],
    machine: true,
    packages: ['jose'],
  },
  { folder: 'local/edges/speech', door: '#speech', imports: ['#audio', '#platform'], machine: true },
  {
    folder: 'local/runtime',
    door: '#runtime',
    imports: [
      '#contract',
      '#platform',
      '#audio',
      '#call-engine',
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
    imports: ['#contract', '#platform', '#audio', '#rtp', '#sip', '#sdp'],
    types: ['#runtime'],
    machine: true,
  },
];

/** Lines a file may have. */
export const MAX_FILE_LINES = 600;
