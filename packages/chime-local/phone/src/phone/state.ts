import type { Ending, Trouble } from './endings.ts';

/** Why a call has no microphone: the person listens only. */
export type NoMicrophone =
  /** The person or a policy said no. */
  | 'refused'
  /** None is plugged in. */
  | 'absent'
  /** Another program holds it. */
  | 'in-use'
  /** The page was opened in a way in which browsers give no microphone: not https, not localhost. */
  | 'insecure'
  /** It was unplugged during the call. */
  | 'gone';

export type Microphone = { is: 'open' } | { is: 'none'; why: NoMicrophone };

/** The way to the SIP server. */
export type Line =
  /** Connecting and registering for the first time. */
  | { is: 'starting' }
  | { is: 'ready' }
  /** The WebSocket closed; the line connects again by itself. */
  | { is: 'lost' }
  /** The server does not register us. */
  | { is: 'refused'; trouble: Trouble };

export type Stage =
  /** Outgoing or being answered: the browser is asked for the microphone. */
  | 'microphone'
  /** INVITE is out. */
  | 'dialling'
  /** 180 has come. */
  | 'ringing'
  /** Somebody calls here. */
  | 'arriving'
  /** The person answered; the other end does not know yet. */
  | 'answering'
  | 'connected';

export interface Call {
  id: string;
  direction: 'out' | 'in';
  /** The other party's number. */
  number: string;
  stage: Stage;
  /** Milliseconds since the epoch, as every time here. */
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
  /** Milliseconds of talk; absent when it never came to that. */
  lastedMs?: number;
  ending: Ending;
}

export interface PhoneState {
  line: Line;
  /** Our own number; absent until one is taken. */
  number?: string;
  call?: Call;
  /** What the last call came to, until the next one or until it is dismissed. */
  trouble?: Trouble;
  /** The newest first. */
  recent: readonly PastCall[];
}

export type PhoneEvent =
  | { type: 'line'; line: Line; at: number }
  | { type: 'number'; number: string }
  | { type: 'dial'; id: string; number: string; at: number }
  | { type: 'answer' }
  /** Ends whatever there is: cancels, declines or hangs up. */
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
  /** Open the microphone or, without one, make silence; answered by the event `microphone`. */
  | { do: 'open-sound'; id: string }
  /** Let go of the microphone and everything else of the call's sound. */
  | { do: 'close-sound'; id: string }
  | { do: 'dial'; id: string; number: string }
  | { do: 'accept'; id: string }
  /** CANCEL, BYE or, with a code, a refusal. */
  | { do: 'end'; id: string; code?: number }
  | { do: 'keys'; id: string; keys: string }
  | { do: 'mute'; muted: boolean }
  | { do: 'noise'; noise: Noise };

/** Sounds of the telephone itself. */
export type Noise = 'nothing' | 'ringing' | 'ringback';
