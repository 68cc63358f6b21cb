/** Schedules of rules. EventBridge user guide, "Setting a schedule pattern": rate and cron expressions, in UTC. */
import { ApiError } from '../rest/api-error.ts';

const MINUTE_MS = 60_000;
const UNITS: Readonly<Record<string, number>> = {
  minute: MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: 24 * 60 * MINUTE_MS,
};
/** Minutes that are looked at for the next time of a cron expression: a good year. */
const MAX_MINUTES = 367 * 24 * 60;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const invalid = (): ApiError =>
  new ApiError(400, 'ValidationException', 'Parameter ScheduleExpression is not valid.');

/** The time after `now` at which a schedule is next due; undefined when it never is. @throws ApiError */
export function nextTime(expression: string, now: number): number | undefined {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate) {
    const every = Number(rate[1]) * (UNITS[rate[2] ?? ''] ?? 0);
    if (every <= 0) throw invalid();
    return now + every;
  }
  const cron = /^cron\(([^()]+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (cron?.length !== 6) throw invalid();
  return nextOfCron(readCron(cron), now);
}

/** The values that each field of a cron expression allows. */
interface Cron {
  minutes: Set<number>;
  hours: Set<number>;
  days: Set<number> | 'last';
  months: Set<number>;
  weekdays: Set<number>;
  years: Set<number>;
}

function readCron([minute = '', hour = '', day = '', month = '', weekday = '', year = '']: string[]): Cron {
  return {
    minutes: readField(minute, 0, 59),
    hours: readField(hour, 0, 23),
    days: day === 'L' ? 'last' : readField(day, 1, 31),
    months: readField(named(month, MONTHS, 1), 1, 12),
    weekdays: readField(named(weekday, DAYS, 1), 1, 7),
    years: readField(year, 1970, 2199),
  };
}

const named = (field: string, names: string[], first: number): string =>
  names.reduce((text, name, n) => text.replaceAll(name, String(n + first)), field.toUpperCase());

function readField(field: string, low: number, high: number): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const match = /^(\*|\?|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part);
    if (!match) throw invalid();
    const all = match[1] === '*' || match[1] === '?';
    const from = all ? low : Number(match[1]);
    const step = Number(match[3] ?? 1);
    const to = match[2] !== undefined ? Number(match[2]) : all || match[3] ? high : from;
    if (from < low || to > high || step < 1) throw invalid();
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

function nextOfCron(cron: Cron, now: number): number | undefined {
  let at = Math.floor(now / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  for (let looked = 0; looked < MAX_MINUTES; looked++) {
    const date = new Date(at);
    if (!fitsDay(cron, date)) {
      // The next day: no need to look at each of its minutes.
      const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1);
      looked += (next - at) / MINUTE_MS - 1;
      at = next;
    } else if (cron.hours.has(date.getUTCHours()) && cron.minutes.has(date.getUTCMinutes())) return at;
    else at += MINUTE_MS;
  }
  return undefined;
}

function fitsDay({ days, months, weekdays, years }: Cron, date: Date): boolean {
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const day = date.getUTCDate();
  return (
    years.has(date.getUTCFullYear()) &&
    months.has(date.getUTCMonth() + 1) &&
    (days === 'last' ? day === last : days.has(day)) &&
    weekdays.has(date.getUTCDay() + 1)
  );
}
