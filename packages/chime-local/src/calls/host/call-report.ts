import type { InvocationEvent } from 'pstn-audio';
import type { Call, Leg } from 'pstn-audio/engine';
import { type Clock, type Log, quoted } from '#platform';
import { eventLine } from './event-line.ts';
import type { InvocationWatch, Invoked } from './invocations.ts';
import type { CallWatch } from './live-calls.ts';
import { type Oddity, oddityText } from './oddities.ts';

/** The end of a leg and its cause. */
interface LegEnd {
  by: 'far' | 'application' | 'service' | 'fault';
  /** In words, e.g. `the far end hung up`. */
  reason: string;
}

/** Maximum number of oddities remembered as reported. Ours. */
const MAX_NAMED = 1_000;

interface Person {
  number: string;
  /** Milliseconds since the epoch. */
  since: number;
  /** False while the telephone rings. */
  there: boolean;
}

/** Reports each call on the terminal: who calls, joins, leaves and why. One line each, no secrets. */
export class CallReport implements CallWatch, InvocationWatch {
  readonly #log: Log;
  readonly #clock: Clock;
  /** The party at the far end of each telephone leg, by CallId. */
  readonly #people = new Map<string, Person>();
  readonly #events: boolean;
  /** The combinations of oddity and number that have been reported. */
  readonly #odd = new Set<string>();
  /** The caller of each call, by TransactionId: the caller's leg may end before other legs do. */
  readonly #callers = new Map<string, string>();

  /** @param events whether to report each event and its answer, too */
  constructor(log: Log, clock: Clock, events = true) {
    this.#events = events;
    this.#log = log;
    this.#clock = clock;
  }

  arrived(leg: { legId: string; from: string; to: string }): void {
    const number = quoted(leg.from);
    this.#people.set(leg.legId, { number, since: this.#clock.now(), there: true });
    this.#log.info(`${number} calls ${quoted(leg.to)}.`);
  }

  changed(call: Call, before: Call | undefined): void {
    const [first] = call.legs;
    if (!before && first) {
      this.#callers.set(call.transactionId, first.direction === 'Outbound' ? first.to : first.from);
    }
    if (call.legs === before?.legs) return;
    for (const leg of call.legs) {
      const was = before?.legs.find(({ legId }) => legId === leg.legId);
      if (leg.kind === 'meeting' && !was) {
        const telephone = call.legs.find(({ kind }) => kind === 'telephone');
        const who = telephone ? personAt(telephone) : 'A caller';
        this.#log.info(`${who} has joined a meeting.`, { meetingId: leg.meetingId });
      } else if (leg.kind === 'telephone' && leg.direction === 'Outbound') this.#dialled(leg, was);
    }
  }

  legEnded(legId: string, { by, reason }: LegEnd): void {
    const person = this.#people.get(legId);
    if (!person) return;
    this.#people.delete(legId);
    const seconds = Math.round((this.#clock.now() - person.since) / 1000);
    const why = by === 'application' || by === 'service' ? `${reason} by the ${by}` : reason;
    const what = person.there ? `is gone after ${seconds} s` : 'was not reached';
    this.#log[by === 'fault' ? 'warn' : 'info'](`${person.number} ${what}: ${why}.`);
  }

  /** Reports an oddity of a telephone, once for each number. */
  odd(legId: string, oddity: Oddity): void {
    const person = this.#people.get(legId);
    const key = `${oddity.what} ${person?.number}`;
    if (!person || this.#odd.has(key)) return;
    if (this.#odd.size < MAX_NAMED) this.#odd.add(key);
    this.#log.info(`${person.number} ${oddityText(oddity)}`);
  }

  ended({ transactionId }: Call): void {
    this.#callers.delete(transactionId);
  }

  /** Reports an event and its answer in one line. */
  invoked({ transactionId, output, outcome, durationMs, attempt, late }: Invoked): void {
    const { event } = output;
    if (!this.#events && outcome.ok && !late) return;
    const number = this.#callers.get(transactionId) ?? partyOf(event);
    const again = `${attempt > 1 ? ' (again)' : ''}${late ? ' (too late)' : ''}`;
    const line = `${quoted(number ?? 'A call')} ${eventLine(event, outcome, durationMs)}${again}`;
    this.#log[outcome.ok && !late ? 'info' : 'warn'](line);
  }

  #dialled(leg: Leg, was: Leg | undefined): void {
    const number = quoted(leg.to);
    const since = this.#clock.now();
    if (!was) {
      this.#people.set(leg.legId, { number, since, there: false });
      this.#log.info(`The application calls ${number} from ${quoted(leg.from)}.`);
    }
    // A bridged leg becomes part of its call once it has answered.
    if ((was?.status ?? 'unanswered') === 'unanswered' && leg.status === 'connected') {
      this.#people.set(leg.legId, { number, since, there: true });
      this.#log.info(`${number} has answered.`);
    }
  }
}

/** The far end of the event's first leg: the caller, or the party that the application called. */
function partyOf({ CallDetails }: InvocationEvent): string | undefined {
  const [leg] = CallDetails.Participants;
  return leg?.Direction === 'Outbound' ? leg.To : leg?.From;
}

/** The caller, or the party that was called. */
function personAt(leg: Leg): string {
  return quoted(leg.direction === 'Outbound' ? leg.to : leg.from);
}
