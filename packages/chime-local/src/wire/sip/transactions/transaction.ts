import type { SipRequest } from '../messages/message.ts';
import type { Destination } from '../transport/flow.ts';
import type { Timed } from './deadline-queue.ts';
import type { State } from './machine.ts';
import type { TimerName } from './timers.ts';

export type TransactionKind = 'invite-client' | 'non-invite-client' | 'invite-server' | 'non-invite-server';

/**
 * One SIP transaction: a value that the layer's tables change. It stays up to 32 s after its work is done
 * (timers D, J, L), so from then on it holds no more than its key and the last bytes sent.
 */
export interface Transaction extends Timed {
  readonly kind: TransactionKind;
  readonly key: string;
  readonly method: string;
  state: State;
  readonly reliable: boolean;
  readonly to: Destination;
  /** What is repeated: the client's request (or ACK), the server's last response. */
  sent: Buffer | undefined;
  /** Client: the INVITE until its final answer, for the ACK. Server: the request until its final answer. */
  request: SipRequest | undefined;
  /** Server: how a request that came by another path would be recognised. */
  mergeKey: string | undefined;
  retransmitTimer: TimerName | undefined;
  retransmitAt: number;
  retransmitInterval: number;
  timeoutTimer: TimerName | undefined;
  timeoutAt: number;
  /** The transaction user's mark: which dialog usage this belongs to. */
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

/** A shared copy of a usual method's name, so that the message it was cut from is not kept. */
function compactMethod(method: string): string {
  return METHODS.get(method) ?? method;
}
