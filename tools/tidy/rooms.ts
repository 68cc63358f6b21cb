/**
 * The rooms of the repository and what each may import. The table in `docs/architecture.md` is written from this one,
 * and the tidy test reads it. `imports`: other rooms through their front doors. `types`: type-only imports.
 */
export interface Room {
  folder: string;
  /** What it is for, in a few words. */
  job: string;
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
  {
    folder: 'packages/pstn-audio/src',
    job: "the service's rules as values: documents, limits, and the call engine, which turns what happened on a call into what should be done about it",
    door: 'pstn-audio',
    imports: [],
    machine: false,
    packages: [],
  },
  {
    folder: 'packages/ui/src',
    job: 'what both pages look like',
    door: 'page-ui',
    imports: [],
    machine: true,
  },
  {
    folder: 'apps/live-call/contract',
    job: "the operator API: the documents between the console and the API's functions",
    door: '#contract',
    imports: [],
    machine: false,
    packages: [],
  },
  {
    folder: 'apps/live-call/console',
    job: 'let an operator see who is in which meeting and change a call',
    imports: ['#contract', 'pstn-audio', 'page-ui'],
    machine: true,
  },
  {
    folder: 'apps/live-call',
    job: "the application: the AWS resources (`stack`), the functions' decisions (`handlers`, `handlers-python`), and what it wants of the local runtime",
    imports: ['#contract', 'pstn-audio', 'chime-local'],
    machine: true,
  },
  {
    folder: 'packages/chime-local/phone',
    job: 'a telephone in a page: dial, be called, keys, microphones',
    imports: ['page-ui'],
    machine: true,
  },
  {
    folder: 'packages/chime-local/src/platform',
    job: 'the doorway to clock, randomness, log and disk state',
    door: '#platform',
    imports: [],
    machine: true,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src/wire/sip',
    job: "SIP messages, transactions, dialogs and registrations: bytes to values and back, and the standard's own machines",
    door: '#sip',
    imports: [],
    machine: false,
    packages: [],
    computing: ['node:crypto'],
  },
  {
    folder: 'packages/chime-local/src/wire/sdp',
    job: 'session descriptions, offers and answers',
    door: '#sdp',
    imports: [],
    machine: false,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src/wire/rtp',
    job: 'RTP and RTCP packets, jitter buffers, telephone events',
    door: '#rtp',
    imports: [],
    machine: false,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src/wire/audio',
    job: 'samples: G.711, WAV files, levels, tones',
    door: '#audio',
    imports: [],
    machine: false,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src/wire/stun',
    job: 'STUN messages, as ICE uses them',
    door: '#stun',
    imports: [],
    machine: false,
    packages: [],
    computing: ['node:crypto'],
  },
  {
    folder: 'packages/chime-local/src/wire/srtp',
    job: 'SRTP and SRTCP packets',
    door: '#srtp',
    imports: [],
    machine: false,
    packages: [],
    computing: ['node:crypto'],
  },
  {
    folder: 'packages/chime-local/src/meetings/attendance',
    job: 'who is in which meeting, who is muted and why, and who must be told',
    door: '#attendance',
    imports: [],
    machine: false,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src/meetings/conference',
    job: 'what each attendee of a meeting hears in each tick, telephone or browser',
    door: '#conference',
    imports: ['#audio'],
    machine: false,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src/calls/sip-edge',
    job: 'carry out leg instructions with SIP sockets (UDP, TCP, TLS, WebSocket) and report what happened',
    door: '#sip-edge',
    imports: ['#sip', '#sdp', '#platform'],
    types: ['#media-edge'],
    machine: true,
    packages: ['ws'],
  },
  {
    folder: 'packages/chime-local/src/media',
    job: 'RTP and WebRTC sockets, playback and the mixer, in a thread of their own',
    door: '#media-edge',
    imports: ['#rtp', '#audio', '#stun', '#srtp', '#conference', '#platform'],
    machine: true,
    packages: ['@evan/opus', '@echogarden/speex-resampler-wasm', 'tsx'],
  },
  {
    folder: 'packages/chime-local/src/meetings/signalling',
    job: 'let meeting clients (`amazon-chime-sdk-js`) in by WebSocket, and tell them who is there',
    door: '#signalling',
    imports: ['#sdp', '#platform'],
    types: ['#media-edge', '#attendance'],
    machine: true,
    packages: ['ws', 'protobufjs'],
  },
  {
    folder: 'packages/chime-local/src/lambda-runner',
    job: 'run a function as Lambda would: process, environment, limits, logs',
    door: '#lambda-runner',
    imports: ['#platform'],
    machine: true,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src/services',
    job: 'answer the AWS calls of handlers and people: one folder a service',
    door: '#aws',
    imports: ['pstn-audio', '#platform'],
    types: ['#lambda-runner', '#attendance'],
    machine: true,
  },
  {
    folder: 'packages/chime-local/src/gateway',
    job: 'the HTTP API with its authorizer, and the issuer that signs the person in',
    door: '#gateway',
    imports: ['#platform'],
    types: ['#lambda-runner'],
    machine: true,
    packages: ['jose'],
  },
  {
    folder: 'packages/chime-local/src/speech',
    job: 'text to samples, offline',
    door: '#speech',
    imports: ['#audio', '#platform'],
    machine: true,
  },
  {
    folder: 'packages/chime-local/src/options',
    job: 'what a start is given; loads nothing',
    door: '#options',
    imports: [],
    machine: false,
    packages: [],
  },
  {
    folder: 'packages/chime-local/src',
    job: 'read the stack, build it, connect the edges to the engine; the command line',
    door: '#runtime',
    imports: [
      'pstn-audio',
      '#platform',
      '#options',
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
    job: 'pretend clocks, networks, phones and operators for tests',
    door: '#testkit',
    imports: ['#contract', 'pstn-audio', '#platform', '#audio', '#rtp', '#sip', '#sdp'],
    types: ['#runtime'],
    machine: true,
  },
];

/** Lines a file may have. */
export const MAX_FILE_LINES = 600;
