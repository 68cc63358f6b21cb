/**
 * Who ended a leg: the far end; the application or, when its function was no help, the service; or something that went
 * wrong. Records of before the two were told apart say `us` of either.
 */
export type LegEnder = 'far' | 'application' | 'service' | 'us' | 'fault';

/** A call in one row of a list. */
export interface CallSummary {
  readonly transactionId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly direction: 'inbound' | 'outbound';
  /** Who called whom. */
  readonly from: string;
  readonly to: string;
  /** The function that answers for it. */
  readonly functionArn: string;
  /** `lost`: its runtime ended before it did. */
  readonly state: 'ringing' | 'connected' | 'ended' | 'lost';
  /** Milliseconds from its beginning to its end, or to its last entry. */
  readonly durationMs: number;
  readonly invocations: number;
  /** Invocations that brought no answer. */
  readonly failedInvocations: number;
  /** Updates that were asked for. */
  readonly updates: number;
  /** Faults of the runtime. */
  readonly faults: number;
  /** Who ended LEG-A, and how. */
  readonly end?: { readonly by: LegEnder; readonly reason: string };
  /** LEG-A. */
  readonly legId: string;
}
