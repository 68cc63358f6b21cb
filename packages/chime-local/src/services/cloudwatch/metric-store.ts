import type { Clock } from '#platform';

/** One of a metric's dimensions, as CloudWatch writes it. */
export interface Dimension {
  Name: string;
  Value: string;
}

/** What names a series. */
export interface MetricName {
  Namespace: string;
  MetricName: string;
  Dimensions: Dimension[];
}

/** What is known of a series in a period. */
export interface Statistics {
  Sum: number;
  SampleCount: number;
  Minimum: number;
  Maximum: number;
}

/** Statistics of a period that begins at `at`, milliseconds since the epoch. */
export interface Period extends Statistics {
  at: number;
}

/** CloudWatch's finest ordinary period. User guide: Metrics retention. */
export const MINUTE_MS = 60_000;
/** Minutes that are kept of a series: a day. CloudWatch has fifteen days of them; this is a stack that is being tried. Ours. */
export const MAX_MINUTES = 1_440;
/** Series that are kept; the one that was told of least lately goes first. Ours. */
export const MAX_SERIES = 1_000;

interface Series {
  name: MetricName;
  unit: string;
  minutes: Map<number, Statistics>;
}

/** Metrics in memory, by the minute. */
export class MetricStore {
  readonly #clock: Pick<Clock, 'now'>;
  /** By their whole names, the one that was told of least lately first. */
  readonly #series = new Map<string, Series>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** A value, or the statistics of several, at a time that is now unless it is said. */
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

  /** Names that have all of what is asked for. */
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

  /** Periods in which something was told, the earliest first, and the series' unit. The end is not included. */
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

/** Dimensions in whatever order are the same ones. */
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
