/**
 * The messages between the main thread and the media thread. None waits for an answer, except those with a
 * `request`.
 */

import type {
  AttendeeLevel,
  KeyChannel,
  LegKind,
  LegSoundLevels,
  LocalMedia,
  MediaStats,
  SpeakingReport,
} from './media-edge.ts';
import type { MediaHost } from './media-host.ts';

/** Verbs of the media host that concern one leg: the first argument is its id. */
const LEG_VERBS = [
  'openLegOn',
  'connectLeg',
  'setVideo',
  'closeLeg',
  'losePackets',
  'pressKey',
  'play',
  'playIntoMeeting',
  'sendKeys',
  'stop',
  'record',
  'pauseRecording',
  'stopRecording',
  'setNoiseSuppression',
  'joinMeeting',
  'leaveMeeting',
] as const satisfies readonly (keyof MediaHost)[];

/** Verbs of the media host that concern meetings and loaded audio. */
const OTHER_VERBS = [
  'loadAudio',
  'dropAudio',
  'setMuted',
  'setDeaf',
  'watchLevels',
  'watchSound',
] as const satisfies readonly (keyof MediaHost)[];

/**
 * The methods of the media host that the main thread may call without an answer. A new verb is a method of
 * `MediaHost` and its name in one of the lists above: the handle, the messages and the thread follow from
 * them.
 */
const VERBS = [...LEG_VERBS, ...OTHER_VERBS];
export type Verb = (typeof VERBS)[number];

/** The methods of the media host that are verbs. */
export type MediaCommands = Pick<MediaHost, Verb>;

type VerbArguments = { [V in Verb]: Parameters<MediaHost[V]> };

/** A call of a verb as a message to the thread. */
export type VerbCall<V extends Verb = Verb> = { [Each in V]: { verb: Each; args: VerbArguments[Each] } }[V];

/**
 * Commands without an immediately audible effect, which nobody waits for: they are carried out at the next
 * slot. The thread is not woken for them, since that costs more than the message.
 */
const UNHURRIED: ReadonlySet<Command['verb']> = new Set<Command['verb']>([
  'openLegOn',
  'connectLeg',
  'closeLeg',
  'loadAudio',
  'dropAudio',
  'joinMeeting',
  'leaveMeeting',
  'watchLevels',
  'watchSound',
]);

/** Whether the thread is to be woken for the command. */
export function isUrgent({ verb }: Command): boolean {
  return !UNHURRIED.has(verb);
}

/** Creates a function for each verb, which passes its calls to `tell`. */
export function createCommands(tell: (call: VerbCall) => void): MediaCommands {
  const commands = VERBS.map((verb) => [
    verb,
    (...args: VerbArguments[Verb]) => tell({ verb, args } as VerbCall),
  ]);
  return Object.fromEntries(commands) as MediaCommands;
}

/** Calls that method of the host. */
export function callVerb<V extends Verb>(
  host: { [Each in Verb]: (...args: VerbArguments[Each]) => void },
  { verb, args }: VerbCall<V>,
): void {
  host[verb](...args);
}

/** The id of the leg that the call concerns; undefined if it concerns none. */
export function legOf({ verb, args }: VerbCall): string | undefined {
  return LEG_VERBS.some((each) => each === verb) ? (args[0] as string) : undefined;
}

/** A message from the main thread to the media thread. */
export type Command =
  | VerbCall
  | { verb: 'openLeg'; request: number; legId: string; leg: LegKind | undefined }
  | { verb: 'stats'; request: number }
  | { verb: 'close' };

/** A message from the media thread to the main thread. */
export type Report =
  | { kind: 'ready' }
  | { kind: 'offered'; ports: number[] }
  | { kind: 'opened'; request: number; media: LocalMedia }
  | { kind: 'refused'; request: number; message: string }
  | { kind: 'digit'; legId: string; digit: string }
  | { kind: 'keys-twice'; legId: string; ways: readonly [KeyChannel, KeyChannel] }
  | { kind: 'playback-finished'; legId: string; playId: string }
  | { kind: 'recorded'; recordingId: string; samples: Int16Array; last: boolean }
  | { kind: 'silence'; recordingId: string }
  | { kind: 'speaking'; report: SpeakingReport }
  | { kind: 'levels'; meetingId: string; levels: AttendeeLevel[] }
  | { kind: 'sound'; legs: LegSoundLevels[] }
  | { kind: 'transport-up'; legId: string }
  | { kind: 'transport-down'; legId: string; reason: string }
  | { kind: 'media-lost'; legId: string; silentMs: number }
  | { kind: 'stats'; request: number; stats: MediaStats }
  | { kind: 'late'; late: boolean }
  | { kind: 'fault'; message: string }
  | { kind: 'shut-down' };

/** The options that the thread is started with: `MediaOptions` with every default filled in. */
export interface WorkerOptions {
  address: string;
  firstPort: number;
  lastPort: number;
  mediaLostAfterMs: number;
  /** Rung after each message to the thread; in shared memory. */
  bell: Int32Array;
  /** File of the library that sends and receives in batches; if absent, Node's own sockets are used. */
  udpLibrary?: string | undefined;
}
