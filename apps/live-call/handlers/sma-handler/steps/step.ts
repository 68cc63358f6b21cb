import type { InvocationEvent } from 'pstn-audio';
import type { CallState } from '../call-state.ts';
import type { Issued } from '../expected-reports.ts';
import type { Ports } from '../ports.ts';

export interface StepInput {
  event: InvocationEvent;
  state: CallState;
  ports: Ports;
  /** Milliseconds since the epoch; the same for everything that one event does. */
  now: number;
}

/** What an event leads to: the state to remember, and the actions to return (none: the current ones continue). */
export interface StepResult {
  state: CallState;
  issued: Issued[];
}

export type Step = (input: StepInput) => Promise<StepResult>;

/** A result whose actions belong to the call itself. */
export function result(state: CallState, ...actions: Issued['action'][]): StepResult {
  return { state, issued: actions.map((action) => ({ action })) };
}
