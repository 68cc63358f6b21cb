/**
 * Faults that a developer switches on by hand, to see what a handler makes of them. Each has a name, what it may be
 * limited to, and how often it still happens.
 */

import { type FaultMember, readMembers } from './fault-members.ts';

/** One fault of the table. */
interface FaultKind {
  /** What happens, for people. */
  does: string;
  /** What `of` means for it. */
  of: string;
  /** What else a switch of it takes. */
  takes: readonly FaultMember[];
}

const OF_FUNCTION = 'a function, by its name or a part of it';
const OF_SERVICE = 'a service, by the name that its requests are signed for: dynamodb, chime, s3';
const OF_PHONE = 'a telephone: its number or a part of it, LEG-A or LEG-B, or the TransactionId of its call';

/** Every fault that can be switched on. */
export const FAULT_TABLE = {
  'slow-function': {
    does: 'An invocation for a call takes longer: its answer is kept back for so many milliseconds.',
    of: OF_FUNCTION,
    takes: ['times', 'ms'],
  },
  'failing-function': {
    does: 'An invocation for a call fails before the function is asked; the service asks once more.',
    of: OF_FUNCTION,
    takes: ['times'],
  },
  'missed-hangup': {
    does: 'A HANGUP never reaches the function, as when it was down at that moment.',
    of: OF_FUNCTION,
    takes: ['times'],
  },
  'throttled-api': {
    does: 'A request of a function to an AWS API is answered with ThrottlingException.',
    of: OF_SERVICE,
    takes: ['times'],
  },
  'quota-reached': {
    does: 'A request of a function to an AWS API is answered as when a quota of the account is reached.',
    of: OF_SERVICE,
    takes: ['times'],
  },
  'missing-object': {
    does: 'A sound is not found in its bucket when it should be played.',
    of: 'an object, as bucket/key or a part of it',
    takes: ['times'],
  },
  'lost-packets': {
    does: 'A share of the sound packets of a telephone in a call is lost on the way.',
    of: OF_PHONE,
    takes: ['times', 'percent', 'direction'],
  },
  'vanished-phone': {
    does: 'A telephone in a call vanishes, without a BYE: nothing comes from it, and nothing reaches it. The service notices after about a minute and a half.',
    of: OF_PHONE,
    takes: ['times'],
  },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof FAULT_TABLE;

/** A fault that is switched on. */
export interface SwitchedFault {
  /** Only where this is part of the name; empty: everywhere. */
  of: string;
  /** How often it still happens; null: until it is switched off. */
  times: number | null;
  /** Milliseconds, of a fault that has some; else 0. */
  ms: number;
  /** Percent of the packets that are lost, of lost-packets. */
  percent?: number;
  /** Which of them are lost, of lost-packets. */
  direction?: 'both' | 'from-phone' | 'to-phone';
}

/** The faults as a program is told of them, e.g. a page that shows the switches. */
export interface ListedFault {
  name: FaultName;
  does: string;
  /** What `of` means for it. */
  of: string;
  /** Which members a switch of it takes beside `of`. */
  takes: readonly FaultMember[];
  on: SwitchedFault | null;
}

/** Hears that a fault has been switched on or off by somebody. */
export type SwitchListener = (name: FaultName, on: boolean) => void;

export const isFaultName = (name: string): name is FaultName => Object.hasOwn(FAULT_TABLE, name);

/** The switches. What they do is done where it happens; here is only which are on. */
export class Faults {
  readonly #on = new Map<FaultName, SwitchedFault>();
  readonly #tell: (text: string) => void;
  readonly #listeners: SwitchListener[] = [];

  /** @param tell hears of each fault that happens and of each switch: nobody should look for a fault that they made. */
  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** For faults that change what is there already. */
  onSwitch(listener: SwitchListener): void {
    this.#listeners.push(listener);
  }

  /** @throws TypeError in one sentence, when a member is not what it should be */
  switchOn(name: FaultName, wanted: Readonly<Record<string, unknown>>): SwitchedFault {
    const { of, takes } = FAULT_TABLE[name];
    const fault = readMembers(wanted, { name, of, takes });
    this.#on.set(name, fault);
    this.#tell(`The fault ${name} is switched on${fault.of === '' ? '' : ` for ${fault.of}`}.`);
    const switched = { ...fault };
    for (const listener of this.#listeners) listener(name, true);
    return switched;
  }

  switchOff(name: FaultName): void {
    if (this.#on.delete(name)) this.#tell(`The fault ${name} is switched off.`);
    // Also when it was used up: what it has changed and can be mended is mended.
    for (const listener of this.#listeners) listener(name, false);
  }

  allOff(): void {
    for (const name of [...this.#on.keys()]) this.switchOff(name);
  }

  /** The whole table, with what is on. */
  list(): ListedFault[] {
    return Object.entries(FAULT_TABLE).map(([name, { does, of, takes }]) => ({
      name: name as FaultName,
      does,
      of,
      takes,
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
