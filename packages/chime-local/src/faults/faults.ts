/**
 * Faults that a developer switches on by hand, to see what a handler makes of them. Each has a name, what it may be
 * limited to, and how often it still happens.
 */

/** One fault of the table. */
interface FaultKind {
  /** What happens, for people. */
  does: string;
  /** What `of` means for it. */
  of: string;
  /** Milliseconds, where it has some and nobody says how many. */
  ms?: number;
}

/** Every fault that can be switched on. */
export const FAULT_TABLE = {
  'slow-function': {
    does: 'An invocation for a call takes longer: its answer is kept back for so many milliseconds.',
    of: 'a function, by its name or a part of it',
    ms: 5_000,
  },
  'failing-function': {
    does: 'An invocation for a call fails before the function is asked; the service asks once more.',
    of: 'a function, by its name or a part of it',
  },
  'missed-hangup': {
    does: 'A HANGUP never reaches the function, as when it was down at that moment.',
    of: 'a function, by its name or a part of it',
  },
  'throttled-api': {
    does: 'A request of a function to an AWS API is answered with ThrottlingException.',
    of: 'a service, by the name that its requests are signed for: dynamodb, chime, s3',
  },
  'quota-reached': {
    does: 'A request of a function to an AWS API is answered as when a quota of the account is reached.',
    of: 'a service, by the name that its requests are signed for: dynamodb, chime, s3',
  },
  'missing-object': {
    does: 'A sound is not found in its bucket when it should be played.',
    of: 'an object, as bucket/key or a part of it',
  },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof FAULT_TABLE;

/** A fault that is switched on. */
export interface SwitchedFault {
  /** Only where this is part of the name; empty: everywhere. */
  of: string;
  /** How often it still happens; null: until it is switched off. */
  times: number | null;
  /** Milliseconds, of a fault that has some. */
  ms: number;
}

/** Times and milliseconds that a switch takes: more are a slip. */
const MAX_TIMES = 1_000_000;
const MAX_MS = 600_000;
/** Characters of `of`: an ARN or a key has no more. */
const MAX_OF = 1_024;

export const isFaultName = (name: string): name is FaultName => Object.hasOwn(FAULT_TABLE, name);

/** The switches. What they do is done where it happens; here is only which are on. */
export class Faults {
  readonly #on = new Map<FaultName, SwitchedFault>();
  readonly #tell: (text: string) => void;

  /** @param tell hears of each fault that happens and of each switch: nobody should look for a fault that they made. */
  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** @throws TypeError in one sentence, when a member is not what it should be */
  switchOn(name: FaultName, wanted: Readonly<Record<string, unknown>>): SwitchedFault {
    const fault = readFault(name, wanted);
    this.#on.set(name, fault);
    this.#tell(`The fault ${name} is switched on${fault.of === '' ? '' : ` for ${fault.of}`}.`);
    return fault;
  }

  switchOff(name: FaultName): void {
    if (this.#on.delete(name)) this.#tell(`The fault ${name} is switched off.`);
  }

  /** The whole table, with what is on. */
  list(): { name: FaultName; does: string; of: string; on: SwitchedFault | null }[] {
    return Object.entries(FAULT_TABLE).map(([name, { does, of }]) => ({
      name: name as FaultName,
      does,
      of,
      on: this.#on.get(name as FaultName) ?? null,
    }));
  }

  /** The fault, if it happens now to what is named; it is used up by one. */
  take(name: FaultName, subject: string): SwitchedFault | undefined {
    const fault = this.#on.get(name);
    if (!fault || !subject.includes(fault.of)) return undefined;
    if (fault.times !== null) {
      fault.times -= 1;
      if (fault.times === 0) this.#on.delete(name);
    }
    this.#tell(`The fault ${name} happens to ${subject}, as it was switched on.`);
    return fault;
  }
}

function readFault(name: FaultName, wanted: Readonly<Record<string, unknown>>): SwitchedFault {
  const kind: FaultKind = FAULT_TABLE[name];
  const { of = '', times = null, ms = kind.ms ?? 0, ...others } = wanted;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError(`A fault has of, times and ms, not ${unknown}.`);
  if (typeof of !== 'string' || of.length > MAX_OF) {
    throw new TypeError(`of is ${kind.of}, as a text of ${MAX_OF} characters at most.`);
  }
  if (times !== null && !isCount(times, MAX_TIMES)) {
    throw new TypeError(`times is a whole number from 1 to ${MAX_TIMES}, or null: until it is switched off.`);
  }
  if (ms !== 0 && !isCount(ms, MAX_MS)) {
    throw new TypeError(`ms is a whole number of milliseconds from 1 to ${MAX_MS}.`);
  }
  return { of, times: times as number | null, ms: ms as number };
}

function isCount(value: unknown, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;
}
