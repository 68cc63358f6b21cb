import type { Call, CallOutput, Leg } from 'pstn-audio/engine';
import type { Clock } from '#platform';

/** Adds a value to a metric of the account; dimensions are keyed by their names. */
export type PutMetric = (
  namespace: string,
  name: string,
  dimensions: Record<string, string>,
  value: number,
) => void;

/** AG: monitoring-cloudwatch. */
const NAMESPACE = 'AWS/ChimeVoiceConnector';
/**
 * Milliseconds between two values of a gauge: the service sends active calls once a minute. AG:
 * monitoring-cloudwatch.
 */
const EVERY_MS = 60_000;
/** The first failure status, and the size of a status class. RFC 3261 section 7.2. */
const FAILURES = 400;
const CLASS = 100;

interface Counted {
  direction: Leg['direction'];
  region: string;
  connectorId: string | undefined;
  answered: boolean;
}

/**
 * Reports the calls as CloudWatch metrics: attempts, answers and failures as they happen, active calls once a
 * minute. A leg through a Voice Connector is counted for that connector as well.
 */
export class CallMetrics {
  readonly #put: PutMetric;
  readonly #clock: Clock;
  /** Counted legs by id. */
  readonly #legs = new Map<string, Counted>();
  readonly #calls = new Map<string, { region: string; connectorId: string | undefined }>();
  #cancel: (() => void) | undefined;

  constructor(put: PutMetric, clock: Clock) {
    this.#put = put;
    this.#clock = clock;
  }

  did(call: Call, outputs: readonly CallOutput[]): void {
    const { transactionId, awsRegion } = call;
    const known = this.#calls.get(transactionId);
    const counted = known ?? { region: awsRegion, connectorId: undefined };
    if (!known && call.state !== 'ended') {
      this.#calls.set(transactionId, counted);
      this.#tellActive();
    }
    const dial = outputs.find((output) => output.kind === 'DialLeg');
    if (dial) counted.connectorId = connectorOf(dial.connectorArn);
    for (const { legId } of call.dialling) {
      if (legId !== null) this.#attempted(legId, 'Outbound', call, counted.connectorId);
    }
    for (const leg of call.legs) this.#seen(call, leg);
  }

  /** A leg has ended. The status is that of its refusal, or 0. */
  legEnded(legId: string, sipResponseCode: number): void {
    const leg = this.#legs.get(legId);
    if (!leg) return;
    this.#legs.delete(legId);
    if (sipResponseCode >= CLASS) this.#count(leg, `Sip${Math.floor(sipResponseCode / CLASS)}xxCodes`);
    if (!leg.answered && sipResponseCode >= FAILURES) this.#count(leg, `${leg.direction}CallFailures`);
  }

  ended({ transactionId, legs }: Call): void {
    this.#calls.delete(transactionId);
    for (const { legId } of legs) this.#legs.delete(legId);
  }

  close(): void {
    this.#cancel?.();
  }

  #seen(call: Call, leg: Leg): void {
    if (leg.kind !== 'telephone' || leg.status === 'ended') return;
    this.#attempted(leg.legId, leg.direction, call, undefined);
    const counted = this.#legs.get(leg.legId);
    if (!counted || counted.answered || leg.status !== 'connected') return;
    counted.answered = true;
    this.#count(counted, `${counted.direction}CallsAnswered`);
    this.#count(counted, 'Sip2xxCodes');
  }

  #attempted(
    legId: string,
    direction: Leg['direction'],
    { awsRegion: region }: Call,
    connectorId: string | undefined,
  ): void {
    if (this.#legs.has(legId)) return;
    const leg = { direction, region, connectorId, answered: false };
    this.#legs.set(legId, leg);
    this.#count(leg, `${direction}CallAttempts`);
  }

  #count({ region, connectorId }: Counted, name: string): void {
    this.#put(NAMESPACE, name, { Region: region }, 1);
    if (connectorId) this.#put(NAMESPACE, name, { VoiceConnectorId: connectorId, Region: region }, 1);
  }

  /** Reports the active calls now and every minute until no call is left. */
  #tellActive(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#calls.size === 0) return;
    this.#cancel = this.#clock.after(EVERY_MS, () => this.#tellActive());
    const active = new Map<string, number>();
    const add = (key: string): void => void active.set(key, (active.get(key) ?? 0) + 1);
    for (const { region } of this.#calls.values())
      add(JSON.stringify(['SmaActiveCallCount', { Region: region }]));
    for (const { direction, region, connectorId, answered } of this.#legs.values()) {
      if (answered) add(JSON.stringify([`${direction}CallsActive`, { Region: region }]));
      if (!connectorId) continue;
      add(
        JSON.stringify(['VoiceConnectorActiveCallCount', { VoiceConnectorId: connectorId, Region: region }]),
      );
    }
    for (const [key, value] of active) {
      const [name, dimensions] = JSON.parse(key) as [string, Record<string, string>];
      this.#put(NAMESPACE, name, dimensions, value);
    }
  }
}

/** The id in a Voice Connector's ARN. */
const connectorOf = (arn: string | undefined): string | undefined =>
  arn?.includes(':vc/') ? arn.split('/').at(-1) : undefined;
