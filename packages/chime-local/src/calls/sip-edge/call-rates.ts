import { sourceKey } from '#sip';
import { isLoopback } from './identity.ts';
import type { SipEdgeLimits } from './limits.ts';
import { SourceRates } from './source-rates.ts';

const MINUTE_S = 60;

export interface CallRatesParts {
  limits: SipEdgeLimits;
  /** Addresses of this machine and of trunks. */
  ours: readonly (string | undefined)[];
  /** Whether a telephone at that address has registered a number. */
  hasRegistered(address: string): boolean;
}

/**
 * Limits call rates. Strangers may call as often as a person dials; for this machine, trunks and registered
 * phones only the common limit applies.
 */
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

  /** The reason to refuse a call from that address; undefined if it may come. */
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
