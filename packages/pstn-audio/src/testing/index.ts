/** For the tests of a handler: telephone calls on a virtual clock, and faults at each of their steps. */
export { atEveryStep, BrokenInvariantError, type EveryStep, FAULTS, type Fault } from './at-every-step.ts';
export { CallExpectationError } from './expectation.ts';
export type { Handler } from './handler.ts';
export type { Interference, InvocationFault } from './interference.ts';
export type { TestAttendee, TestMeetings } from './meetings.ts';
export {
  type Exchanged,
  type RecordedAnswer,
  type RecordedTables,
  type Replay,
  ReplayError,
  type ReplayedExchange,
  type ReplayOptions,
  replay,
  replayEvents,
} from './replay/index.ts';
export {
  type ApplicationOptions,
  type ApplicationUnderTest,
  type Dialling,
  sma,
} from './sip-media-application.ts';
export {
  type Expected,
  type Heard,
  heardOf,
  isHeard,
  type Sound,
  type SoundLengths,
  showHeard,
} from './sounds.ts';
export { showAnswer, showEvent } from './transcript.ts';
export type { CallEnd, Patience, VirtualCall } from './virtual-call.ts';
export type { Recorded } from './virtual-phones.ts';
