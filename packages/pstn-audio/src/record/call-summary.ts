/**
 * Who ended a leg: the far end; the application or, if its function failed, the service; or something that
 * went wrong. Older records do not distinguish the application from the service and say `us` for either.
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
  /** The function that controls the call. */
  readonly functionArn: string;
  /** `lost`: the runtime ended before the call did. */
  readonly state: 'ringing' | 'connected' | 'ended' | 'lost';
  /** Milliseconds from the call's beginning to its end, or to its last entry. */
  readonly durationMs: number;
  readonly invocations: number;
  /** Invocations without an answer in time. */
  readonly failedInvocations: number;
  /** Updates that were requested. */
  readonly updates: number;
  /** Faults of the runtime. */
  readonly faults: number;
  /** Who ended LEG-A, and how. */
  readonly end?: { readonly by: LegEnder; readonly reason: string };
  /** Id of LEG-A. */
  readonly legId: string;
}
