import type { SipRequest, SipResponse } from '../messages/message.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { Destination, Source } from '../transport/flow.ts';

/** A request within a dialog that the user must answer with `UserAgent.reply`. */
export interface PendingRequest {
  readonly usageId: string;
  readonly request: SipRequest;
  readonly transaction: Transaction;
}

/**
 * How an invite usage ended. `cancelled`: by CANCEL, or by a BYE before the final response. `expired`: its
 * Expires elapsed. `refused`: by us. `bye received`, `bye sent`: after the final response. `no ack`: no ACK
 * arrived within 64*T1 (a BYE was sent), or no PRACK that was required. `not refreshed`: the peer let the
 * session expire (RFC 4028). `gone`: the peer does not know the dialog (481), does not respond in it (408),
 * or cannot be reached, for instance because its WebSocket has closed.
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

/** The outputs of the user agent, in order: actions to perform and events to report. */
export type UserAgentOutput =
  | {
      readonly kind: 'send';
      readonly bytes: Buffer;
      readonly to: Destination;
      readonly transactionKey?: string;
    }
  /**
   * Asks whether anybody listens on a UDP port; if not (reported by ICMP, RFC 1122 section 4.1.3.3), the
   * transaction has failed.
   */
  | { readonly kind: 'ask port'; readonly to: Destination; readonly transactionKey: string }
  /**
   * A call to us: respond with `progress`, `accept` or `refuse`. If that takes long, 100 is sent
   * automatically.
   */
  | {
      readonly kind: 'invited';
      readonly usageId: string;
      readonly request: SipRequest;
      readonly source: Source;
    }
  /** A call of ours: the first response was a 100. */
  | { readonly kind: 'trying'; readonly usageId: string }
  /** A call of ours: a provisional response, 101-199, and where it came from. */
  | {
      readonly kind: 'ringing';
      readonly usageId: string;
      readonly status: number;
      readonly response: SipResponse;
      readonly source: Source;
    }
  /** A call of ours was answered and acknowledged. `response` contains the answer to our offer. */
  | {
      readonly kind: 'answered';
      readonly usageId: string;
      readonly response: SipResponse;
      readonly source: Source;
    }
  /**
   * A call of ours failed before it was answered; 408: no response or it rang too long; 503: the peer cannot
   * be reached.
   */
  | {
      readonly kind: 'rejected';
      readonly usageId: string;
      readonly status: number;
      readonly reason: string;
      /** Whether the peer sent this status. */
      readonly byPeer: boolean;
    }
  /** The ACK of a 2xx. Its body is the answer if the 2xx contained an offer. */
  | {
      readonly kind: 'acknowledged';
      readonly usageId: string;
      readonly initial: boolean;
      readonly ack: SipRequest;
    }
  /** A re-INVITE or UPDATE: respond with `reply`. */
  | { readonly kind: 'modified'; readonly pending: PendingRequest }
  /** An INFO: respond with `reply`. */
  | { readonly kind: 'info'; readonly pending: PendingRequest }
  /** Our own re-INVITE was answered; `response` is a 2xx, which contains the answer to our offer. */
  | {
      readonly kind: 'reinvited';
      readonly usageId: string;
      readonly status: number;
      readonly response: SipResponse | undefined;
    }
  /** A request was refused by the stack itself; the response has been sent. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly text: string | undefined;
      readonly request: SipRequest;
      readonly source: Source;
    }
  | { readonly kind: 'ended'; readonly usageId: string; readonly cause: EndCause };
