import { type Clock, LogFile } from '#platform';

/** Milliseconds that requests are counted together: CloudWatch's finest ordinary period. */
const PERIOD_MS = 60_000;

/** How a request ended. */
export type RequestOutcome = 'served' | 'failed' | 'throttled';

interface Counts {
  calls: number;
  errors: number;
  throttles: number;
}

/**
 * How often each operation of the API was called, as CloudWatch has it: namespace `AWS/Usage`, metrics `CallCount`,
 * `ErrorCount` and `ThrottleCount` by operation. DG: usage-metrics. One line of JSON a value, in a file.
 */
export class UsageMetrics {
  readonly #file: LogFile;
  readonly #clock: Clock;
  #counts = new Map<string, Counts>();
  #cancel = (): void => {};

  constructor({ file, clock }: { file: string; clock: Clock }) {
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
  }

  /** Writes what was counted lately. */
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
        const metric = { Namespace: 'AWS/Usage', MetricName, Dimensions, Timestamp, Unit: 'Count', Value };
        this.#file.append(`${JSON.stringify(metric)}\n`);
      }
    }
  }
}

/** CloudWatch's own form of dimensions. DG: usage-metrics. */
function dimensionsOf(operation: string): { Name: string; Value: string }[] {
  const named = { Service: 'ChimeSDK', Type: 'API', Resource: operation, Class: 'None' };
  return Object.entries(named).map(([Name, Value]) => ({ Name, Value }));
}
