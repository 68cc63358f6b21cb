import type { Call } from '#call-engine';
import type { Clock, Log } from '#platform';
import type { CallWatch } from './live-calls.ts';

/** A leg's end, as the SIP edge tells it. */
interface LegEnd {
  by: 'far' | 'us' | 'fault';
  /** In words, e.g. `the caller hung up`. */
  reason: string;
}

/** Tells the person at the terminal of each call: who calls, joins, leaves and why. One line each, no secrets. */
export class CallReport implements CallWatch {
  readonly #log: Log;
  readonly #clock: Clock;
  /** Telephone legs by CallId. */
  readonly #callers = new Map<string, { from: string; since: number }>();

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  arrived(leg: { callId: string; from: string; to: string }): void {
    this.#callers.set(leg.callId, { from: leg.from, since: this.#clock.now() });
    this.#log.info(`${leg.from} calls ${leg.to}.`);
  }

  changed(call: Call, before: Call | undefined): void {
    if (call.legs === before?.legs) return;
    for (const leg of call.legs) {
      if (leg.kind !== 'meeting' || before?.legs.some(({ callId }) => callId === leg.callId)) continue;
      const from = call.legs.find(({ kind }) => kind === 'telephone')?.from ?? 'A caller';
      this.#log.info(`${from} has joined a meeting.`, { meetingId: leg.meetingId });
    }
  }

  legEnded(callId: string, end: LegEnd): void {
    const caller = this.#callers.get(callId);
    if (!caller) return;
    this.#callers.delete(callId);
    const seconds = Math.round((this.#clock.now() - caller.since) / 1000);
    const why = end.by === 'us' ? `${end.reason} by the application` : end.reason;
    this.#log[end.by === 'fault' ? 'warn' : 'info'](`${caller.from} is gone after ${seconds} s: ${why}.`);
  }

  ended(): void {}
}
