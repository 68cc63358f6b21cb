import type { SwitchedFault } from './faults.ts';

/** The members that a switch may have besides `of`. Each fault says which of them it takes. */
export type FaultMember = 'times' | 'ms' | 'percent' | 'direction';

/** The fault whose switch is being read. */
interface Switch {
  name: string;
  /** The meaning of `of` for this fault. */
  of: string;
  takes: readonly FaultMember[];
}

/** Limits for the times and milliseconds of a switch; a larger number is a mistake. */
const MAX_TIMES = 1_000_000;
const MAX_MS = 600_000;
const MAX_PERCENT = 100;
/** Maximum number of characters of `of`, enough for an ARN or an object key. */
const MAX_OF = 1_024;
/** Defaults for members that a switch leaves out. */
const DEFAULT_MS = 5_000;
const DEFAULT_PERCENT = 20;
const DIRECTIONS = ['both', 'from-phone', 'to-phone'] as const;

/** Reads the members of a switch. @throws TypeError with one sentence if a member is invalid */
export function readMembers(wanted: Readonly<Record<string, unknown>>, kind: Switch): SwitchedFault {
  const known = ['of', ...kind.takes];
  const unknown = Object.keys(wanted).find((member) => !known.includes(member));
  if (unknown !== undefined) {
    throw new TypeError(`The fault ${kind.name} takes ${listed(known)}, not ${unknown}.`);
  }
  const takes = (member: FaultMember) => kind.takes.includes(member);
  const { times = null, ms = DEFAULT_MS, percent = DEFAULT_PERCENT, direction = 'both' } = wanted;
  return {
    of: readOf(wanted, kind),
    times:
      times === null ? null : readCount('times', times, MAX_TIMES, ', or null: until it is switched off'),
    ms: takes('ms') ? readCount('ms', ms, MAX_MS) : 0,
    ...(takes('percent') ? { percent: readCount('percent', percent, MAX_PERCENT) } : {}),
    ...(takes('direction') ? { direction: readDirection(direction) } : {}),
  };
}

function readOf({ of = '' }: Readonly<Record<string, unknown>>, kind: Switch): string {
  if (typeof of === 'string' && of.length <= MAX_OF) return of;
  throw new TypeError(`of is ${kind.of}, as a text of ${MAX_OF} characters at most.`);
}

function readCount(member: FaultMember, value: unknown, most: number, or = ''): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new TypeError(`${member} is a whole number from 1 to ${most}${or}, not ${JSON.stringify(value)}.`);
}

function readDirection(value: unknown): (typeof DIRECTIONS)[number] {
  const found = DIRECTIONS.find((direction) => direction === value);
  if (found) return found;
  throw new TypeError(`direction is one of ${DIRECTIONS.join(', ')}, not ${JSON.stringify(value)}.`);
}

const listed = (members: readonly string[]): string =>
  members.length === 1 ? `${members[0]}` : `${members.slice(0, -1).join(', ')} and ${members.at(-1)}`;
