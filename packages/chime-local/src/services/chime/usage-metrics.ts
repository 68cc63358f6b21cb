import { type Clock, LogFile } from '#platform';

/** Milliseconds over which requests are counted: CloudWatch's shortest standard period. */
const PERIOD_MS = 60_000;

/** Namespace of the usage metrics. DG: usage-metrics. */
const NAMESPACE = 'AWS/Usage';

/** Stores a value of a metric. */
type PutUsage = (
  name: { Namespace: string; MetricName: string; Dimensions: { Name: string; Value: string }[] },
  value: number,
) => void;

/** How a request ended. */
export type RequestOutcome = 'served' | 'failed' | 'throttled';

interface Counts {
  calls: number;
  errors: number;
  throttles: number;
}

/**
 * Counts how often each operation of the API was called, as CloudWatch reports it: namespace `AWS/Usage`,
 * metrics `CallCount`, `ErrorCount` and `ThrottleCount` by operation. DG: usage-metrics. Each value is
 * written to a file as one line of JSON.
 */
export class UsageMetrics {
  readonly #file: LogFile;
  readonly #clock: Clock;
  readonly #put: PutUsage;
  #counts = new Map<string, Counts>();
  #cancel = (): void => {};

  /** @param put passes each value on to the metric store as soon as it is known */
  constructor({ file, clock, put = () => {} }: { file: string; clock: Clock; put?: PutUsage }) {
    this.#put = put;
    this.#file = new LogFile(file);
    this.#clock = clock;
  }

  count(operation: string, outcome: RequestOutcome): void {
    if (this.#counts.size === 0) this.#cancel = this.#clock.after(PERIOD_MS, () => this.#tell());
    const counts = this.#counts.get(operation) ?? { calls: 0, errors: 0, throttles: 0 };
    counts.calls += 1;
    if (outcome === 'failed') counts.errors += 1;
    if (outcome === 'throttled') counts.throttles += 1;
    this.#counts.set(operation, counts);
    const name = { Namespace: NAMESPACE, Dimensions: dimensionsOf(operation) };
    this.#put({ ...name, MetricName: 'CallCount' }, 1);
    if (outcome === 'failed') this.#put({ ...name, MetricName: 'ErrorCount' }, 1);
    if (outcome === 'throttled') this.#put({ ...name, MetricName: 'ThrottleCount' }, 1);
  }

  /** Writes the counts that have not been written yet. */
  close(): void {
    this.#cancel();
    this.#tell();
    this.#file.flush();
  }

  #tell(): void {
    const told = this.#counts;
    this.#counts = new Map();
    const Timestamp = new Date(this.#clock.now()).toISOString();
    for (const [operation, { calls, errors, throttles }] of told) {
      const metrics = { CallCount: calls, ErrorCount: errors, ThrottleCount: throttles };
      for (const [MetricName, Value] of Object.entries(metrics)) {
        if (Value === 0) continue;
        const Dimensions = dimensionsOf(operation);
        const metric = { Namespace: NAMESPACE, MetricName, Dimensions, Timestamp, Unit: 'Count', Value };
        this.#file.append(`${JSON.stringify(metric)}\n`);
      }
    }
  }
}

/** The dimensions that CloudWatch uses for usage metrics. DG: usage-metrics. */
function dimensionsOf(operation: string): { Name: string; Value: string }[] {
  const named = { Service: 'ChimeSDK', Type: 'API', Resource: operation, Class: 'None' };
  return Object.entries(named).map(([Name, Value]) => ({ Name, Value }));
}
