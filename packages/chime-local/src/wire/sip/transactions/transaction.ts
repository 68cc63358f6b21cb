import type { SipRequest } from '../messages/message.ts';
import type { Destination } from '../transport/flow.ts';
import type { Timed } from './deadline-queue.ts';
import type { State } from './machine.ts';
import type { TimerName } from './timers.ts';

export type TransactionKind = 'invite-client' | 'non-invite-client' | 'invite-server' | 'non-invite-server';

/**
 * One SIP transaction: plain data that the layer's tables change. It remains for up to 32 s after its work is
 * done (timers D, J, L), so during that time it holds no more than its key and the last bytes sent.
 */
export interface Transaction extends Timed {
  readonly kind: TransactionKind;
  readonly key: string;
  readonly method: string;
  state: State;
  readonly reliable: boolean;
  readonly to: Destination;
  /** The message to retransmit: the client's request (or ACK), or the server's last response. */
  sent: Buffer | undefined;
  /**
   * Client: the INVITE until its final response, for the ACK. Server: the request until its final response.
   */
  request: SipRequest | undefined;
  /** Server: the key by which a copy of the request from another path is recognised. */
  mergeKey: string | undefined;
  retransmitTimer: TimerName | undefined;
  retransmitAt: number;
  retransmitInterval: number;
  timeoutTimer: TimerName | undefined;
  timeoutAt: number;
  /** Set by the transaction user: the id of the dialog usage that the transaction belongs to. */
  owner: string | undefined;
}

export function createTransaction(
  kind: TransactionKind,
  key: string,
  request: SipRequest,
  to: Destination,
  reliable: boolean,
): Transaction {
  return {
    kind,
    key,
    method: compactMethod(request.method),
    state: kind === 'invite-client' ? 'calling' : kind === 'invite-server' ? 'proceeding' : 'trying',
    reliable,
    to,
    sent: undefined,
    request,
    mergeKey: undefined,
    retransmitTimer: undefined,
    retransmitAt: Number.POSITIVE_INFINITY,
    retransmitInterval: 0,
    timeoutTimer: undefined,
    timeoutAt: Number.POSITIVE_INFINITY,
    owner: undefined,
    wakeAt: Number.POSITIVE_INFINITY,
    queueIndex: -1,
  };
}

const METHODS = new Map(
  ['INVITE', 'BYE', 'INFO', 'UPDATE', 'OPTIONS', 'REGISTER', 'CANCEL'].map((method) => [method, method]),
);

/** A shared copy of a common method's name, so that the message it was read from can be freed. */
function compactMethod(method: string): string {
  return METHODS.get(method) ?? method;
}
