/** What registrations may cost. Sized for one machine: some hundred phones and pages at once. */
export interface RegistrarLimits {
  /** Bindings in all; a further one gets 503. */
  readonly bindings: number;
  /** Bindings of one source, see `sourceKey`; a further one gets 503, and the rest is for all the others. */
  readonly bindingsPerSource: number;
  /** Bindings of one number; a further one takes the place of the oldest. */
  readonly bindingsPerNumber: number;
  /** Bindings that one WebSocket may hold; a further one gets 403. */
  readonly bindingsPerConnection: number;
  /** Contact values in one REGISTER; more get 400. */
  readonly contactsPerRequest: number;
  /** Less than this is refused with 423 (RFC 3261 section 10.3 step 7), s. The shortest that JsSIP asks for is 10. */
  readonly minExpiresS: number;
  /** More than this is cut, s. */
  readonly maxExpiresS: number;
  /** Granted when nobody asks for a time, s (section 10.2). */
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
