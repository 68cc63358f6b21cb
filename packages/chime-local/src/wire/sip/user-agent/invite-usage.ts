import type { Dialog } from '../dialogs/dialog.ts';
import type { SipRequest } from '../messages/message.ts';
import type { Timed } from '../transactions/deadline-queue.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { Destination } from '../transport/flow.ts';
import type { Unpracked } from './reliable-provisionals.ts';
import { SESSION_TIMER, type SessionTimer } from './session-timer.ts';

/**
 * An INVITE and the dialog that it made ("invite usage", RFC 5057). `leaving`: our BYE waits for the ACK of our 2xx,
 * because RFC 3261 section 15 forbids it before. A call of ours becomes one when it is answered, `confirmed` at once.
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

/** State and event to the next state. What is not here is not allowed and changes nothing. */
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

/** A 2xx that is repeated until its ACK comes: section 13.3.1.4. */
export interface Unacknowledged {
  readonly transaction: Transaction;
  readonly cseq: number;
  /** It answers the INVITE that began the usage. */
  readonly initial: boolean;
  /** It holds an offer of ours, whose answer the ACK must bring. */
  readonly offer: boolean;
  resendAt: number;
  interval: number;
  readonly giveUpAt: number;
}

/** A re-INVITE of ours on its way, or waiting for its second try after a 491. */
export interface OwnInvite {
  readonly body: Buffer;
  readonly contentType: string;
  cseq: number;
  /** That of the last try. */
  transaction: Transaction | undefined;
  /** Infinity while the transaction runs. */
  retryAt: number;
}

export interface InviteUsage extends Timed {
  /** The dialog's local tag. */
  readonly id: string;
  state: UsageState;
  /** We called. */
  readonly placed: boolean;
  readonly dialog: Dialog;
  /** The INVITE's server transaction and the INVITE, until its final answer. */
  transaction: Transaction | undefined;
  invite: SipRequest | undefined;
  unacknowledged: Unacknowledged | undefined;
  /** The last of our re-INVITEs that succeeded: its 2xx may be repeated and wants the same ACK again. */
  ownInvite: OwnInvite | undefined;
  lastAck: { cseq: number; bytes: Buffer; to: Destination; times: number } | undefined;
  /** A re-INVITE of the peer that has no final answer yet. */
  theirInvite: Transaction | undefined;
  /** When 100 goes out, unless another answer has (RFC 3261 section 17.2.1). */
  tryingAt: number;
  /** When the INVITE's Expires runs out. */
  expiresAt: number;
  /** When the last provisional answer is to be repeated (section 13.3.1.1: each minute). */
  progressAt: number;
  progressStatus: number;
  /** What the provisional answer holds, if anything. */
  progressContent: { body: Buffer; contentType: string } | undefined;
  /** RSeq of the last reliable provisional answer; 0 before the first. */
  rseq: number;
  unpracked: Unpracked | undefined;
  /** The PRACK that was still on its way when the call was answered (RFC 3262 section 3). */
  owedPrack: { readonly rseq: number; readonly cseq: number } | undefined;
  /** The description that we sent last, for a refresh. */
  session: { readonly body: Buffer; readonly contentType: string } | undefined;
  /** The peer's Allow names UPDATE. */
  takesUpdate: boolean;
  timer: SessionTimer | undefined;
  /** The least session interval that the peer takes, s. */
  minS: number;
  /** When we refresh; when the session ends because the peer has not. */
  refreshAt: number;
  overAt: number;
  /** Asked from time to time whether it is there. */
  watched: boolean;
  /** Nothing has been heard of it since it was asked. */
  asked: boolean;
  /** An OPTIONS of ours may still be answered. */
  probing: boolean;
  probeAt: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/** `arrived`: the INVITE of a call to us; absent for a call of ours that was answered. */
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

/** The earliest of what the usage waits for. */
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
