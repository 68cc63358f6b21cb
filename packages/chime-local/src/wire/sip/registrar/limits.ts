/** Limits for registrations. Sized for one machine: several hundred phones and pages at once. */
export interface RegistrarLimits {
  /** Total number of bindings; a further one gets 503. */
  readonly bindings: number;
  /**
   * Number of bindings of one source (see `sourceKey`); a further one gets 503, so that the rest is available
   * to others.
   */
  readonly bindingsPerSource: number;
  /** Number of bindings of one number; a further one replaces the oldest. */
  readonly bindingsPerNumber: number;
  /** Number of bindings on one WebSocket or TLS connection; a further one gets 403. */
  readonly bindingsPerConnection: number;
  /** Number of Contact values in one REGISTER; more get 400. */
  readonly contactsPerRequest: number;
  /**
   * A shorter time is refused with 423 (RFC 3261 section 10.3 step 7), s. The shortest that JsSIP requests is
   * 10.
   */
  readonly minExpiresS: number;
  /** A longer time is reduced to this, s. */
  readonly maxExpiresS: number;
  /** The time granted if none is requested, s (section 10.2). */
  readonly defaultExpiresS: number;
}

export const REGISTRAR_LIMITS: RegistrarLimits = {
  bindings: 2000,
  bindingsPerSource: 1500,
  bindingsPerNumber: 5,
  bindingsPerConnection: 10,
  contactsPerRequest: 10,
  minExpiresS: 10,
  maxExpiresS: 3600,
  defaultExpiresS: 3600,
};
