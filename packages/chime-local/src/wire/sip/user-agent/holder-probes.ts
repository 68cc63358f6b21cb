import { HeaderList } from '../messages/headers.ts';
import { SipRequest } from '../messages/message.ts';
import { hostInUri } from '../messages/uri.ts';
import type { Contested, Registrar } from '../registrar/registrar.ts';
import type { Transaction } from '../transactions/transaction.ts';
import { TRANSPORTS } from '../transport/flow.ts';
import type { UserAgentCore } from './core.ts';

/** Holders that are asked at once; who contests more numbers than that must wait. */
const MOST = 100;

/**
 * Asks the holder of a number that somebody else wants whether it is still there (OPTIONS, RFC 3261 section 11), so that
 * a phone that was switched off does not keep its number for an hour.
 */
export class HolderProbes {
  readonly #core: UserAgentCore;
  readonly #registrar: Registrar;
  readonly #byTransaction = new Map<string, Contested>();

  constructor(core: UserAgentCore, registrar: Registrar) {
    this.#core = core;
    this.#registrar = registrar;
  }

  ask(contested: Contested, now: number): void {
    const asked = [...this.#byTransaction.values()].some(({ number }) => number === contested.number);
    if (asked || this.#byTransaction.size >= MOST) return;
    const transaction = this.#core.layer.request(this.#options(contested), contested.to, now);
    this.#byTransaction.set(transaction.key, contested);
  }

  onResponse(transaction: Transaction): void {
    this.#byTransaction.delete(transaction.key);
  }

  onFailed(transaction: Transaction): void {
    const contested = this.#byTransaction.get(transaction.key);
    if (!contested) return;
    this.#byTransaction.delete(transaction.key);
    this.#registrar.holderGone(contested);
  }

  #options({ uri, to }: Contested): SipRequest {
    const { ids } = this.#core.options;
    const end = to.local ?? this.#core.options;
    const sentBy = `${hostInUri(end.host)}:${end.port}`;
    const headers = new HeaderList()
      .add('Via', `SIP/2.0/${TRANSPORTS[to.transport].via} ${sentBy};branch=${this.#core.newBranch()};rport`)
      .add('Max-Forwards', '70')
      .add('From', `<sip:${sentBy}>;tag=${this.#core.newTag()}`)
      .add('To', `<${uri}>`)
      .add('Call-ID', ids.hex(16))
      .add('CSeq', '1 OPTIONS');
    const [name, value] = this.#core.contact(to);
    headers.add(name, value);
    return new SipRequest('OPTIONS', uri, headers);
  }
}
