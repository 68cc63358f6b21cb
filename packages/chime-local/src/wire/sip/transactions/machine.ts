import type { TimerName } from './timers.ts';

/** States of the four machines (RFC 3261 figures 5 to 8; `accepted` from RFC 6026). */
export type State =
  | 'calling'
  | 'trying'
  | 'proceeding'
  | 'accepted'
  | 'completed'
  | 'confirmed'
  | 'terminated';

/** The events of a transaction. A client's `request` comes from the user; responses come from the network. */
export type Event = 'request' | 'ACK' | '1xx' | '2xx' | '300-699' | 'transport error' | `timer ${TimerName}`;

/**
 * The actions of a transaction: `send` the event's message and keep it for retransmission; `resend` the
 * message that was kept; `ACK` a failed INVITE; `pass` the event's message to the transaction user; report a
 * `timeout` or a `transport error` to the user; start a timer, or stop retransmitting. If the state changes,
 * the timers of the old state stop first, except E and F.
 */
export type Action =
  | 'send'
  | 'resend'
  | 'ACK'
  | 'pass'
  | 'timeout'
  | 'transport error'
  | 'stop retransmitting'
  | `start ${TimerName}`;

export interface Row {
  readonly next: State;
  readonly actions: readonly Action[];
}

/** Maps a state and an event to the next state and the actions. An event without a row changes nothing. */
export type Machine = Readonly<Partial<Record<State, Readonly<Partial<Record<Event, Row>>>>>>;

/** Creates one row. */
export function row(next: State, ...actions: Action[]): Row {
  return { next, actions };
}

/** The event for a response with this status. */
export function responseEvent(status: number): '1xx' | '2xx' | '300-699' {
  return status < 200 ? '1xx' : status < 300 ? '2xx' : '300-699';
}
