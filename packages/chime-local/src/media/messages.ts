/** What the main thread and the media thread say to each other. Nothing here waits, except where `request` asks. */

import type {
  AttendeeLevel,
  LegKind,
  LegVideo,
  LocalMedia,
  MediaStats,
  MeetingSeat,
  RemoteMedia,
  SpeakingReport,
} from './media-edge.ts';

/** From the main thread to the media thread. */
export type Command =
  | { kind: 'open'; request: number; callId: string; leg: LegKind | undefined }
  | { kind: 'connect'; callId: string; remote: RemoteMedia }
  | { kind: 'video'; callId: string; video: LegVideo }
  | { kind: 'close'; callId: string }
  | { kind: 'load'; audioId: string; samples: Int16Array }
  | { kind: 'drop'; audioId: string }
  | { kind: 'play'; callId: string; playId: string; audioId: string; repeat: number }
  | { kind: 'stop'; callId: string; playId: string }
  | { kind: 'join'; callId: string; seat: MeetingSeat }
  | { kind: 'leave'; callId: string }
  | { kind: 'mute'; meetingId: string; attendeeIds: string[]; muted: boolean }
  | { kind: 'deafen'; meetingId: string; attendeeIds: string[]; deaf: boolean }
  | { kind: 'watch'; meetingId: string; watched: boolean }
  | { kind: 'stats'; request: number }
  | { kind: 'shut-down' };

/** From the media thread to the main thread. */
export type Report =
  | { kind: 'ready' }
  | { kind: 'opened'; request: number; media: LocalMedia }
  | { kind: 'refused'; request: number; message: string }
  | { kind: 'digit'; callId: string; digit: string }
  | { kind: 'playback-finished'; callId: string; playId: string }
  | { kind: 'speaking'; report: SpeakingReport }
  | { kind: 'levels'; meetingId: string; levels: AttendeeLevel[] }
  | { kind: 'transport-up'; callId: string }
  | { kind: 'transport-down'; callId: string; reason: string }
  | { kind: 'media-lost'; callId: string; silentMs: number }
  | { kind: 'stats'; request: number; stats: MediaStats }
  | { kind: 'fault'; message: string }
  | { kind: 'shut-down' };

/** What the thread is started with: `MediaOptions` with every default filled in. */
export interface WorkerOptions {
  address: string;
  firstPort: number;
  lastPort: number;
  mediaLostAfterMs: number;
  /** Rung after each message to the thread; shared memory. */
  bell: Int32Array;
}
