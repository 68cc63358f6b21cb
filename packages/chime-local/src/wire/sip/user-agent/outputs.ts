import type { SipRequest, SipResponse } from '../messages/message.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { Destination, Source } from '../transport/flow.ts';

/** A request inside a dialog that the user must answer with `UserAgent.reply`. */
export interface PendingRequest {
  readonly usageId: string;
  readonly request: SipRequest;
  readonly transaction: Transaction;
}

/**
 * How an invite usage ended. `cancelled`: CANCEL, or a BYE before the answer. `expired`: its Expires ran out.
 * `refused`: by us. `bye received`, `bye sent`: after the answer. `no ack`: none came within 64*T1; a BYE was
 * or no PRACK that was required; a BYE was sent. `not refreshed`: the peer let the session run out (RFC 4028). `gone`: the peer does not know the dialog (481), does not answer in it (408), or cannot be reached, as when
 * its WebSocket closed.
 */
export type EndCause =
  | 'cancelled'
  | 'expired'
  | 'refused'
  | 'bye received'
  | 'bye sent'
  | 'no ack'
  | 'not refreshed'
  | 'gone';

/** Outputs that are for the transport; all others are for the user. */
export type TransportOutput = Extract<UserAgentOutput, { kind: 'send' | 'ask port' }>;

/** What the user agent wants done or known, in order. */
export type UserAgentOutput =
  | {
      readonly kind: 'send';
      readonly bytes: Buffer;
      readonly to: Destination;
      readonly transactionKey?: string;
    }
  /** The transaction has failed when nobody listens on that UDP port, which ICMP tells (RFC 1122 section 4.1.3.3). */
  | { readonly kind: 'ask port'; readonly to: Destination; readonly transactionKey: string }
  /** A call: answer with `progress`, `accept` or `refuse`. 100 is sent when that takes long. */
  | {
      readonly kind: 'invited';
      readonly usageId: string;
      readonly request: SipRequest;
      readonly source: Source;
    }
  /** A call of ours: the far end has it (100), and had said nothing before. */
  | { readonly kind: 'trying'; readonly usageId: string }
  /** A call of ours: a provisional answer, 101-199. */
  | {
      readonly kind: 'ringing';
      readonly usageId: string;
      readonly status: number;
      readonly response: SipResponse;
    }
  /** A call of ours was answered and acknowledged. `response` holds the answer to our offer. */
  | { readonly kind: 'answered'; readonly usageId: string; readonly response: SipResponse }
  /** A call of ours failed before an answer: 408 nothing came or it rang too long, 503 cannot be reached. */
  | {
      readonly kind: 'rejected';
      readonly usageId: string;
      readonly status: number;
      readonly reason: string;
      /** The peer said so. */
      readonly byPeer: boolean;
    }
  /** The ACK of a 2xx. `body` is the answer when the 2xx held an offer. */
  | {
      readonly kind: 'acknowledged';
      readonly usageId: string;
      readonly initial: boolean;
      readonly ack: SipRequest;
    }
  /** A re-INVITE or UPDATE: answer with `reply`. */
  | { readonly kind: 'modified'; readonly pending: PendingRequest }
  /** An INFO: answer with `reply`. */
  | { readonly kind: 'info'; readonly pending: PendingRequest }
  /** Our own re-INVITE was answered; `response` is a 2xx, which holds the answer to our offer. */
  | {
      readonly kind: 'reinvited';
      readonly usageId: string;
      readonly status: number;
      readonly response: SipResponse | undefined;
    }
  /** A request was turned away by the stack itself; the answer is out. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly text: string | undefined;
      readonly request: SipRequest;
      readonly source: Source;
    }
  | { readonly kind: 'ended'; readonly usageId: string; readonly cause: EndCause };
