import type { Ending, Trouble } from './endings.ts';

/** Why a call has no microphone, so that the user can only listen. */
export type NoMicrophone =
  /** The user or a policy refused it. */
  | 'refused'
  /** No microphone is connected. */
  | 'absent'
  /** Another program uses it. */
  | 'in-use'
  /** The page's URL is neither https nor localhost, so browsers give no microphone. */
  | 'insecure'
  /** It was unplugged during the call. */
  | 'gone';

export type Microphone = { is: 'open' } | { is: 'none'; why: NoMicrophone };

/** The connection to the SIP server. */
export type Line =
  /** Connecting and registering for the first time. */
  | { is: 'starting' }
  | { is: 'ready' }
  /** The WebSocket was closed; the line reconnects by itself. */
  | { is: 'lost' }
  /** The server refuses our registration. */
  | { is: 'refused'; trouble: Trouble };

export type Stage =
  /** An outgoing or answered call waits for the browser's microphone. */
  | 'microphone'
  /** The INVITE was sent. */
  | 'dialling'
  /** A 180 was received. */
  | 'ringing'
  /** A call has come in. */
  | 'arriving'
  /** The user has answered; the other end does not know yet. */
  | 'answering'
  | 'connected';

export interface Call {
  id: string;
  direction: 'out' | 'in';
  /** The other party's number. */
  number: string;
  stage: Stage;
  /** Milliseconds since the epoch, like all times here. */
  startedAt: number;
  connectedAt?: number;
  muted: boolean;
  microphone?: Microphone;
  /** Keys pressed in this call, the newest last; forgotten with the call. */
  keyed: string;
}

export interface PastCall {
  id: string;
  direction: 'out' | 'in';
  number: string;
  startedAt: number;
  /** Milliseconds of talk; absent if the call was never connected. */
  lastedMs?: number;
  ending: Ending;
}

export interface PhoneState {
  line: Line;
  /** The phone's own number; absent until one is taken. */
  number?: string;
  call?: Call;
  /** What went wrong in the last call, until the next one or until it is dismissed. */
  trouble?: Trouble;
  /** The newest first. */
  recent: readonly PastCall[];
}

export type PhoneEvent =
  | { type: 'line'; line: Line; at: number }
  | { type: 'number'; number: string }
  | { type: 'dial'; id: string; number: string; at: number }
  | { type: 'answer' }
  /** Cancels, declines or hangs up, whichever fits the call. */
  | { type: 'hang-up'; at: number }
  | { type: 'keys'; keys: string }
  | { type: 'mute'; muted: boolean }
  | { type: 'dismiss' }
  | { type: 'microphone'; id: string; microphone: Microphone }
  | { type: 'arrived'; id: string; number: string; at: number }
  | { type: 'ringing'; id: string }
  | { type: 'connected'; id: string; at: number }
  | { type: 'ended'; id: string; at: number; ending: Ending };

export type Effect =
  /** Opens the microphone or, without one, produces silence; the event `microphone` answers. */
  | { do: 'open-sound'; id: string }
  /** Releases the microphone and everything else of the call's sound. */
  | { do: 'close-sound'; id: string }
  | { do: 'dial'; id: string; number: string }
  | { do: 'accept'; id: string }
  /** Sends CANCEL, BYE or, with a code, a refusal. */
  | { do: 'end'; id: string; code?: number }
  | { do: 'keys'; id: string; keys: string }
  | { do: 'mute'; muted: boolean }
  | { do: 'noise'; noise: Noise };

/** The telephone's own sounds. */
export type Noise = 'nothing' | 'ringing' | 'ringback';
