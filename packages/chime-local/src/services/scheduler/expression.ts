/**
 * Computes when a schedule is due. EventBridge Scheduler user guide, "Schedule types": at, rate and cron, of
 * which at and cron use a time zone.
 */
import { nextTime } from '../events/index.ts';
import { ApiError } from '../rest/api-error.ts';

export interface Timing {
  expression: string;
  /** The IANA name of the time zone; UTC by default. */
  timezone?: string | undefined;
  /** Milliseconds since the epoch; the bounds of a rate or cron expression. */
  start?: number | undefined;
  end?: number | undefined;
}

export const invalid = (message: string): ApiError => new ApiError(400, 'ValidationException', message);

const invalidExpression = (expression: string): ApiError =>
  invalid(`Invalid Schedule Expression ${expression}.`);

/** Maximum number of characters in an expression. API reference, CreateSchedule: ScheduleExpression. */
const MAX_CHARACTERS = 256;
/** The format `at(yyyy-mm-ddThh:mm:ss)`. */
const AT = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;
const RATE = /^rate\((\d+) (minutes?|hours?|days?)\)$/;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The first time after `after` at which the schedule is due; undefined if it is never due again. A rate
 * begins at its start time, or as soon as the schedule is created (`anchor`).
 * @throws ApiError ValidationException
 */
export function dueAfter(
  { expression, timezone = 'UTC', start, end }: Timing,
  after: number,
  anchor: number,
): number | undefined {
  const due = firstAfter(expression, zone(timezone), after, start, anchor);
  return due === undefined || (end !== undefined && due > end) ? undefined : due;
}

function firstAfter(
  expression: string,
  offsetAt: (at: number) => number,
  after: number,
  start: number | undefined,
  anchor: number,
): number | undefined {
  if (expression.length > MAX_CHARACTERS)
    throw invalidExpression(`${expression.slice(0, MAX_CHARACTERS)}...`);
  const once = AT.exec(expression)?.[1];
  if (once !== undefined) {
    const at = toEpoch(Date.parse(`${once}Z`), offsetAt);
    if (Number.isNaN(at)) throw invalidExpression(expression);
    return at > after ? at : undefined;
  }
  const [, count, unit = ''] = RATE.exec(expression) ?? [];
  if (count !== undefined) {
    const every = Number(count) * (UNITS[unit[0] ?? ''] ?? 0);
    if (every <= 0) throw invalidExpression(expression);
    const from = start ?? anchor;
    return after < from ? from : from + (Math.floor((after - from) / every) + 1) * every;
  }
  if (!expression.startsWith('cron(')) throw invalidExpression(expression);
  const from = Math.max(after, (start ?? after) - 1);
  const wall = nextTime(expression, from + offsetAt(from));
  return wall === undefined ? undefined : toEpoch(wall, offsetAt);
}

/**
 * Converts a local time to milliseconds since the epoch. A time in the hour that the zone skips becomes an
 * hour later.
 */
function toEpoch(wall: number, offsetAt: (at: number) => number): number {
  const guess = wall - offsetAt(wall);
  return wall - offsetAt(guess);
}

/**
 * Returns a function that gives the zone's offset from UTC in milliseconds at a given time.
 * @throws ApiError
 */
function zone(timezone: string): (at: number) => number {
  if (timezone === 'UTC') return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw invalid(`Provided timezone ${timezone} is not valid.`);
  }
  return (at) => {
    if (Number.isNaN(at)) return 0;
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
    const wall = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
    return wall - Math.floor(at / 1000) * 1000;
  };
}
