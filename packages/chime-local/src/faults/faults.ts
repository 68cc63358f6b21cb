/**
 * Faults that a developer switches on by hand to see how a handler copes with them. Each has a name, an
 * optional restriction, and the number of times that it will still happen.
 */

import { type FaultMember, readMembers } from './fault-members.ts';

/** The description of one fault. */
interface FaultKind {
  /** The effect, for people. */
  does: string;
  /** The meaning of `of` for this fault. */
  of: string;
  /** The members that its switch takes besides `of`. */
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
  /** The fault happens only where the name contains this text; empty: everywhere. */
  of: string;
  /** How often it will still happen; null: until it is switched off. */
  times: number | null;
  /** The delay in milliseconds for a fault that has one; otherwise 0. */
  ms: number;
  /** Percentage of packets lost by `lost-packets`. */
  percent?: number;
  /** Direction of the packets that `lost-packets` loses. */
  direction?: 'both' | 'from-phone' | 'to-phone';
}

/** A fault as described to a program, such as a page that shows the switches. */
export interface ListedFault {
  name: FaultName;
  does: string;
  /** The meaning of `of` for this fault. */
  of: string;
  /** The members that its switch takes besides `of`. */
  takes: readonly FaultMember[];
  on: SwitchedFault | null;
}

/** Called when a fault is switched on or off. */
export type SwitchListener = (name: FaultName, on: boolean) => void;

export const isFaultName = (name: string): name is FaultName => Object.hasOwn(FAULT_TABLE, name);

/** The switches. They only record which faults are on; the code that is affected makes them happen. */
export class Faults {
  readonly #on = new Map<FaultName, SwitchedFault>();
  readonly #tell: (text: string) => void;
  readonly #listeners: SwitchListener[] = [];

  /**
   * @param tell receives a message for each fault that happens and each switch, so that nobody hunts a fault
   * of their own making.
   */
  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** Adds a listener, for faults that change what exists already. */
  onSwitch(listener: SwitchListener): void {
    this.#listeners.push(listener);
  }

  /** @throws TypeError with one sentence if a member is invalid */
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
    // Also called for a fault that was used up, so that whatever it changed can be restored.
    for (const listener of this.#listeners) listener(name, false);
  }

  allOff(): void {
    for (const name of [...this.#on.keys()]) this.switchOff(name);
  }

  /** All faults, with their switches. */
  list(): ListedFault[] {
    return Object.entries(FAULT_TABLE).map(([name, { does, of, takes }]) => ({
      name: name as FaultName,
      does,
      of,
      takes,
      on: this.#on.get(name as FaultName) ?? null,
    }));
  }

  /** Returns the fault if it happens to the subject now, and uses it up once. */
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
