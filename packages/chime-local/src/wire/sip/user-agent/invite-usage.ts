import type { Dialog } from '../dialogs/dialog.ts';
import type { SipRequest } from '../messages/message.ts';
import type { Timed } from '../transactions/deadline-queue.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { Destination } from '../transport/flow.ts';
import type { Unpracked } from './reliable-provisionals.ts';
import { SESSION_TIMER, type SessionTimer } from './session-timer.ts';

/**
 * The state of an INVITE and the dialog that it created ("invite usage", RFC 5057). `leaving`: our BYE waits
 * for the ACK of our 2xx, because RFC 3261 section 15 forbids it before. A call of ours becomes a usage when
 * it is answered, and starts as `confirmed`.
 */
export type UsageState = 'invited' | 'accepted' | 'leaving' | 'confirmed' | 'terminated';

export type UsageEvent =
  | 'accept'
  | 'refuse'
  | 'cancel'
  | 'expire'
  | 'ack'
  | 'no ack'
  | 'no prack'
  | 'bye received'
  | 'bye ordered'
  | 'gone';

/**
 * Maps a state and an event to the next state. Combinations that are missing are not allowed and change
 * nothing.
 */
export const USAGE_TABLE: Readonly<Record<UsageState, Readonly<Partial<Record<UsageEvent, UsageState>>>>> = {
  invited: {
    accept: 'accepted',
    refuse: 'terminated',
    cancel: 'terminated',
    expire: 'terminated',
    'no prack': 'terminated',
    'bye received': 'terminated',
    gone: 'terminated',
  },
  accepted: {
    ack: 'confirmed',
    'no ack': 'terminated',
    'bye received': 'terminated',
    'bye ordered': 'leaving',
    gone: 'terminated',
  },
  leaving: {
    ack: 'terminated',
    'no ack': 'terminated',
    'bye received': 'terminated',
    gone: 'terminated',
  },
  confirmed: {
    'bye received': 'terminated',
    'bye ordered': 'terminated',
    'no ack': 'terminated',
    gone: 'terminated',
  },
  terminated: {},
};

/** A 2xx that is repeated until its ACK arrives (section 13.3.1.4). */
export interface Unacknowledged {
  readonly transaction: Transaction;
  readonly cseq: number;
  /** Whether it answers the INVITE that created the usage. */
  readonly initial: boolean;
  /** Whether it contains an offer of ours, whose answer must be in the ACK. */
  readonly offer: boolean;
  resendAt: number;
  interval: number;
  readonly giveUpAt: number;
}

/** A re-INVITE of ours that has been sent, or that waits for its retry after a 491. */
export interface OwnInvite {
  /** What it offers; undefined for a refresh, which repeats the description that is current when it is sent. */
  readonly offer: { readonly body: Buffer; readonly contentType: string } | undefined;
  cseq: number;
  /** The transaction of the last attempt. */
  transaction: Transaction | undefined;
  /** Infinity while the transaction runs. */
  retryAt: number;
}

export interface InviteUsage extends Timed {
  /** The dialog's local tag. */
  readonly id: string;
  state: UsageState;
  /** Whether we placed the call. */
  readonly placed: boolean;
  readonly dialog: Dialog;
  /** The INVITE's server transaction and the INVITE, until the final response. */
  transaction: Transaction | undefined;
  invite: SipRequest | undefined;
  unacknowledged: Unacknowledged | undefined;
  /** Our re-INVITE in progress; and the last ACK, as a repeated 2xx needs the same ACK again. */
  ownInvite: OwnInvite | undefined;
  lastAck: { cseq: number; bytes: Buffer; to: Destination; times: number } | undefined;
  /** A re-INVITE of the peer that has no final response yet. */
  theirInvite: Transaction | undefined;
  /** When 100 is sent, unless another response has been sent (RFC 3261 section 17.2.1). */
  tryingAt: number;
  /** When the Expires of the INVITE elapses. */
  expiresAt: number;
  /** When the last provisional response is to be repeated (section 13.3.1.1: every minute). */
  progressAt: number;
  progressStatus: number;
  /** The body of the provisional response, if any. */
  progressContent: { body: Buffer; contentType: string } | undefined;
  /** Whether that response waits for the PRACK of the one before it (RFC 3262 section 3). */
  progressWaits: boolean;
  /** RSeq of the last reliable provisional response; 0 before the first one. */
  rseq: number;
  unpracked: Unpracked | undefined;
  /** The PRACK that had not arrived yet when the call was answered (RFC 3262 section 3). */
  owedPrack: { readonly rseq: number; readonly cseq: number } | undefined;
  /** The session description that we sent last, for a refresh. */
  session: { readonly body: Buffer; readonly contentType: string } | undefined;
  /** Whether the peer's Allow includes UPDATE. */
  takesUpdate: boolean;
  timer: SessionTimer | undefined;
  /** The shortest session interval that the peer accepts, s. */
  minS: number;
  /** When we refresh the session, and when it ends because the peer has not refreshed it. */
  refreshAt: number;
  overAt: number;
  /** Whether the peer is asked periodically if it is still there. */
  watched: boolean;
  /** Whether nothing has been heard from the peer since it was asked. */
  asked: boolean;
  /** Whether an OPTIONS of ours may still be answered. */
  probing: boolean;
  probeAt: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Creates a usage. `arrived` has the INVITE of a call to us; it is absent for an answered call of ours. */
export function createUsage(
  dialog: Dialog,
  arrived?: { transaction: Transaction; invite: SipRequest },
): InviteUsage {
  return {
    id: dialog.localTag,
    state: arrived ? 'invited' : 'confirmed',
    placed: !arrived,
    dialog,
    transaction: arrived?.transaction,
    invite: arrived?.invite,
    unacknowledged: undefined,
    ownInvite: undefined,
    lastAck: undefined,
    theirInvite: undefined,
    tryingAt: NEVER,
    expiresAt: NEVER,
    progressAt: NEVER,
    progressStatus: 0,
    progressContent: undefined,
    progressWaits: false,
    rseq: 0,
    unpracked: undefined,
    owedPrack: undefined,
    session: undefined,
    takesUpdate: false,
    timer: undefined,
    minS: SESSION_TIMER.minS,
    refreshAt: NEVER,
    overAt: NEVER,
    watched: false,
    asked: false,
    probing: false,
    probeAt: NEVER,
    wakeAt: NEVER,
    queueIndex: -1,
  };
}

/** The earliest time at which the usage must be woken. */
export function usageWakeAt(usage: InviteUsage): number {
  const { unacknowledged, ownInvite, unpracked } = usage;
  return Math.min(
    usage.tryingAt,
    usage.expiresAt,
    usage.progressAt,
    usage.refreshAt,
    usage.overAt,
    usage.probeAt,
    unpracked ? Math.min(unpracked.resendAt, unpracked.giveUpAt) : NEVER,
    unacknowledged ? Math.min(unacknowledged.resendAt, unacknowledged.giveUpAt) : NEVER,
    ownInvite ? ownInvite.retryAt : NEVER,
  );
}
