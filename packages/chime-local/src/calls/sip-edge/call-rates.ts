import { sourceKey } from '#sip';
import { isLoopback } from './identity.ts';
import type { SipEdgeLimits } from './limits.ts';
import { SourceRates } from './source-rates.ts';

const MINUTE_S = 60;

export interface CallRatesParts {
  limits: SipEdgeLimits;
  /** Addresses that are this machine's, and those of trunks. */
  ours: readonly (string | undefined)[];
  /** Whether a telephone at that address has registered a number. */
  hasRegistered(address: string): boolean;
}

/** How often who may call: this machine, trunks and registered telephones as often as they like, strangers as a person dials. */
export class CallRates {
  readonly #parts: CallRatesParts;
  readonly #all: SourceRates;
  readonly #strangers: SourceRates;

  constructor(parts: CallRatesParts) {
    const { invitesPerSecond, inviteBurst, sourceShare, strangerCallsPerMinute, strangerCallBurst } =
      parts.limits;
    this.#parts = parts;
    this.#all = new SourceRates(invitesPerSecond, inviteBurst, sourceShare);
    this.#strangers = new SourceRates(strangerCallsPerMinute / MINUTE_S, strangerCallBurst);
  }

  /** Why a call of that address is one too many; undefined: it may come. */
  obstacle(address: string, now: number): string | undefined {
    const { ours, hasRegistered } = this.#parts;
    const source = sourceKey(address);
    const stranger = !isLoopback(address) && !ours.includes(address) && !hasRegistered(address);
    if (stranger && !this.#strangers.take(source, now)) {
      return 'too many calls come from this address: register the phone, or name the address in a --route';
    }
    return this.#all.take(source, now) ? undefined : 'too many calls come at once';
  }
}
