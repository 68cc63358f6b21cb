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

/** What can happen to a transaction. For a client `request` is the user's, responses come from the network. */
export type Event = 'request' | 'ACK' | '1xx' | '2xx' | '300-699' | 'transport error' | `timer ${TimerName}`;

/**
 * What is then done: `send` the event's message and keep it for repetition; `resend` what was kept; `ACK` a
 * failed INVITE; `pass` the event's message to the transaction user; tell the user of a `timeout` or a
 * `transport error`; start a timer, or stop the repetition. When the state changes the old state's timers stop
 * first, except E and F.
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

/** State and event on the left; next state and actions on the right. An event without a row changes nothing. */
export type Machine = Readonly<Partial<Record<State, Readonly<Partial<Record<Event, Row>>>>>>;

/** One row. */
export function row(next: State, ...actions: Action[]): Row {
  return { next, actions };
}

/** The event that a response is. */
export function responseEvent(status: number): '1xx' | '2xx' | '300-699' {
  return status < 200 ? '1xx' : status < 300 ? '2xx' : '300-699';
}
