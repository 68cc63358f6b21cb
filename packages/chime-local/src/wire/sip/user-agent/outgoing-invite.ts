import type { Dialog } from '../dialogs/dialog.ts';
import { HeaderList } from '../messages/headers.ts';
import { SipRequest, type SipResponse } from '../messages/message.ts';
import type { HeaderPair } from '../messages/response.ts';
import { hostInUri } from '../messages/uri.ts';
import type { Timed } from '../transactions/deadline-queue.ts';
import type { Transaction } from '../transactions/transaction.ts';
import { type Destination, TRANSPORTS } from '../transport/flow.ts';

/** A call of ours, as requested by the user. */
export interface Invitation {
  /** The From tag and the id of the usage: random and new (RFC 3261 section 19.3). */
  readonly usageId: string;
  /** The Request-URI and its destination, as known to the registrar. */
  readonly uri: string;
  readonly to: Destination;
  /** From and To as name-addr, without tags. */
  readonly from: string;
  readonly called: string;
  readonly headers?: readonly HeaderPair[];
  /** Our offer. */
  readonly body: Buffer;
  readonly contentType: string;
}

/**
 * `calling`: nothing has been received. `proceeding`: a provisional response has been received. `giving up`:
 * the end has been reported to the user, and the INVITE is being cancelled (section 9.1). `answered`: further
 * 2xx responses may arrive. `over`: the transaction has yet to terminate.
 */
export type OutgoingState = 'calling' | 'proceeding' | 'giving up' | 'answered' | 'over';

export type OutgoingEvent = 'provisional' | 'success' | 'failure' | 'hang up' | 'time out';

/** Maps a state and an event to the next state. Combinations that are missing change nothing. */
export const OUTGOING_TABLE: Readonly<
  Record<OutgoingState, Readonly<Partial<Record<OutgoingEvent, OutgoingState>>>>
> = {
  calling: {
    provisional: 'proceeding',
    success: 'answered',
    failure: 'over',
    'hang up': 'giving up',
    'time out': 'giving up',
  },
  proceeding: {
    provisional: 'proceeding',
    success: 'answered',
    failure: 'over',
    'hang up': 'giving up',
    'time out': 'giving up',
  },
  'giving up': {
    provisional: 'giving up',
    success: 'answered',
    failure: 'over',
    'time out': 'over',
  },
  answered: { success: 'answered', failure: 'over' },
  over: {},
};

/** An INVITE of ours until its transaction has terminated. */
export interface OutgoingInvite extends Timed {
  readonly id: string;
  state: OutgoingState;
  readonly invitation: Invitation;
  invite: SipRequest;
  readonly to: Destination;
  transaction: Transaction;
  /** The session interval that was requested, s: longer after a 422. */
  intervalS: number;
  /** Whether a provisional response has arrived: only then may a CANCEL be sent (section 9.1). */
  heard: boolean;
  cancelled: boolean;
  /** The ACKs of its 2xx responses, by To tag: a repeated 2xx gets the same ACK again (section 13.2.2.4). */
  readonly acks: Map<string, { dialog: Dialog; branch: string; times: number }>;
  /** The dialogs of reliable provisional responses, by To tag, and the RSeq of the last response. */
  readonly early: Map<string, { dialog: Dialog; rseq: number }>;
}

const MAX_FORWARDS = '70';

/** Creates an INVITE (RFC 3261 section 8.1.1). */
export function createInvite(
  { usageId, uri, to, from, called, body, contentType, headers = [] }: Invitation,
  by: {
    callId: string;
    cseq: number;
    branch: string;
    sentBy: { host: string; port: number };
    headers: readonly HeaderPair[];
  },
): SipRequest {
  const end = to.local ?? by.sentBy;
  const list = new HeaderList()
    .add(
      'Via',
      `SIP/2.0/${TRANSPORTS[to.transport].via} ${hostInUri(end.host)}:${end.port};branch=${by.branch};rport`,
    )
    .add('Max-Forwards', MAX_FORWARDS)
    .add('From', `${from};tag=${usageId}`)
    .add('To', called)
    .add('Call-ID', by.callId)
    .add('CSeq', `${by.cseq} INVITE`);
  for (const [name, value] of [...by.headers, ...headers]) list.add(name, value);
  list.add('Content-Type', contentType);
  return new SipRequest('INVITE', uri, list, body);
}

/** Creates a CANCEL (RFC 3261 section 9.1) with the fields that identify the INVITE, and no others. */
export function createCancel(invite: SipRequest): SipRequest {
  const headers = new HeaderList()
    .add('Via', invite.headers.get('via') ?? '')
    .add('Max-Forwards', MAX_FORWARDS)
    .add('From', invite.headers.get('from') ?? '')
    .add('To', invite.headers.get('to') ?? '')
    .add('Call-ID', invite.callId)
    .add('CSeq', `${invite.cseq!.number} CANCEL`);
  return new SipRequest('CANCEL', invite.uri, headers);
}

/** The event for a response. */
export function eventOf({ status }: SipResponse): OutgoingEvent {
  if (status < 200) return 'provisional';
  return status < 300 ? 'success' : 'failure';
}
