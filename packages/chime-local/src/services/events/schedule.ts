/**
 * Schedules of rules: rate and cron expressions in UTC. EventBridge user guide, "Setting a schedule pattern".
 */
import { ApiError } from '../rest/api-error.ts';

const MINUTE_MS = 60_000;
const UNITS: Readonly<Record<string, number>> = {
  minute: MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: 24 * 60 * MINUTE_MS,
};
/** Maximum number of characters in an expression. EventBridge API reference, PutRule: ScheduleExpression. */
const MAX_CHARACTERS = 256;
/** The last valid year of a cron expression. EventBridge user guide, "Cron expressions": Year. */
const LAST_YEAR = 2199;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const invalid = (): ApiError =>
  new ApiError(400, 'ValidationException', 'Parameter ScheduleExpression is not valid.');

/**
 * The next time after `now` at which a schedule is due; undefined if it is never due again.
 * @throws ApiError
 */
export function nextTime(expression: string, now: number): number | undefined {
  if (expression.length > MAX_CHARACTERS) throw invalid();
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
    years: readField(year, 1970, LAST_YEAR),
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
    // A range that ends before it begins never matches, and the search would go through all the years.
    if (from < low || to > high || to < from || step < 1) throw invalid();
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

/** Finds the next matching time. A year, month, day or hour that does not match is skipped as a whole. */
function nextOfCron(cron: Cron, now: number): number | undefined {
  let at = Math.floor(now / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  for (;;) {
    const date = new Date(at);
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
    if (!(year <= LAST_YEAR)) return undefined;
    if (!cron.years.has(year)) at = Date.UTC(year + 1, 0);
    else if (!cron.months.has(month + 1)) at = Date.UTC(year, month + 1);
    else if (!fitsDay(cron, date)) at = Date.UTC(year, month, day + 1);
    else if (!cron.hours.has(date.getUTCHours())) at = Date.UTC(year, month, day, date.getUTCHours() + 1);
    else if (!cron.minutes.has(date.getUTCMinutes())) at += MINUTE_MS;
    else return at;
  }
}

function fitsDay({ days, weekdays }: Cron, date: Date): boolean {
  const [day, last] = [
    date.getUTCDate(),
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)),
  ];
  return (days === 'last' ? day === last.getUTCDate() : days.has(day)) && weekdays.has(date.getUTCDay() + 1);
}
