import type { Clock } from '#platform';

/** One of a metric's dimensions, as CloudWatch writes it. */
export interface Dimension {
  Name: string;
  Value: string;
}

/** The name that identifies a series. */
export interface MetricName {
  Namespace: string;
  MetricName: string;
  Dimensions: Dimension[];
}

/** The statistics of a series over a period. */
export interface Statistics {
  Sum: number;
  SampleCount: number;
  Minimum: number;
  Maximum: number;
}

/** The statistics of a period that begins at `at`, in milliseconds since the epoch. */
export interface Period extends Statistics {
  at: number;
}

/** CloudWatch's shortest standard period. User guide: Metrics retention. */
export const MINUTE_MS = 60_000;
/**
 * Minutes kept per series: one day. CloudWatch keeps minutes for fifteen days; a development stack needs
 * less. Ours.
 */
export const MAX_MINUTES = 1_440;
/** Maximum number of series. The least recently updated one is dropped first. Ours. */
export const MAX_SERIES = 1_000;

interface Series {
  name: MetricName;
  unit: string;
  minutes: Map<number, Statistics>;
}

/** In-memory metrics with a resolution of one minute. */
export class MetricStore {
  readonly #clock: Pick<Clock, 'now'>;
  /** Series by their full names, least recently updated first. */
  readonly #series = new Map<string, Series>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Adds a value, or the statistics of several values. The time defaults to now. */
  add(
    name: MetricName,
    told: number | Statistics,
    { at = this.#clock.now(), unit = 'Count' }: { at?: number; unit?: string } = {},
  ): void {
    const more: Statistics =
      typeof told === 'number' ? { Sum: told, SampleCount: 1, Minimum: told, Maximum: told } : told;
    const series = this.#seriesOf(name, unit);
    const minute = at - (at % MINUTE_MS);
    series.minutes.set(minute, sumOf(series.minutes.get(minute), more));
    for (const oldest of series.minutes.keys()) {
      if (series.minutes.size <= MAX_MINUTES) break;
      series.minutes.delete(oldest);
    }
  }

  /** The names that match every given criterion. */
  list(wanted: { Namespace?: string; MetricName?: string; Dimensions?: Partial<Dimension>[] }): MetricName[] {
    const { Namespace, MetricName: called, Dimensions = [] } = wanted;
    return [...this.#series.values()]
      .map(({ name }) => name)
      .filter((name) => {
        if (Namespace !== undefined && name.Namespace !== Namespace) return false;
        if (called !== undefined && name.MetricName !== called) return false;
        return Dimensions.every((dimension) =>
          name.Dimensions.some(
            ({ Name, Value }) =>
              Name === dimension.Name && (dimension.Value === undefined || Value === dimension.Value),
          ),
        );
      });
  }

  /** The periods with data, earliest first, and the unit of the series. The end of the range is exclusive. */
  read(
    name: MetricName,
    { from, to, periodMs }: { from: number; to: number; periodMs: number },
  ): { unit: string | undefined; periods: Period[] } {
    const series = this.#series.get(keyOf(name));
    const periods = new Map<number, Statistics>();
    for (const [minute, statistics] of series?.minutes ?? []) {
      const at = minute - (minute % periodMs);
      if (minute < from - (from % MINUTE_MS) || minute >= to) continue;
      periods.set(at, sumOf(periods.get(at), statistics));
    }
    return {
      unit: series?.unit,
      periods: [...periods].map(([at, statistics]) => ({ at, ...statistics })).sort((a, b) => a.at - b.at),
    };
  }

  #seriesOf(name: MetricName, unit: string): Series {
    const key = keyOf(name);
    const series = this.#series.get(key) ?? { name, unit, minutes: new Map() };
    this.#series.delete(key);
    this.#series.set(key, series);
    for (const oldest of this.#series.keys()) {
      if (this.#series.size <= MAX_SERIES) break;
      this.#series.delete(oldest);
    }
    return series;
  }
}

/** The key of a series. The order of the dimensions does not matter. */
function keyOf({ Namespace, MetricName, Dimensions }: MetricName): string {
  const dimensions = Dimensions.map(({ Name, Value }) => [Name, Value]).sort(([a = ''], [b = '']) =>
    a < b ? -1 : 1,
  );
  return JSON.stringify([Namespace, MetricName, dimensions]);
}

function sumOf(before: Statistics | undefined, more: Statistics): Statistics {
  if (!before) return more;
  return {
    Sum: before.Sum + more.Sum,
    SampleCount: before.SampleCount + more.SampleCount,
    Minimum: Math.min(before.Minimum, more.Minimum),
    Maximum: Math.max(before.Maximum, more.Maximum),
  };
}
