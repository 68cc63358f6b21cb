import { HeaderList } from '../messages/headers.ts';
import { SipRequest } from '../messages/message.ts';
import { hostInUri } from '../messages/uri.ts';
import type { Contested, Registrar } from '../registrar/registrar.ts';
import type { Transaction } from '../transactions/transaction.ts';
import { type Source, TRANSPORTS } from '../transport/flow.ts';
import type { UserAgentCore } from './core.ts';

/** Number of holders that are asked at once; further contested numbers must wait. */
const MOST = 100;
/**
 * How long a REGISTER waits for its number's holder to respond, ms: longer than a datagram takes within one
 * network, and shorter than T1, after which the REGISTER would be retransmitted.
 */
const WAIT_MS = 250;
const NEVER = Number.POSITIVE_INFINITY;

/** A holder that is being asked, and the REGISTER that waits for the result. */
interface Probe {
  readonly contested: Contested;
  waiting: { readonly request: SipRequest; readonly source: Source } | undefined;
  readonly answerBy: number;
}

/** Answers a REGISTER according to the current state. */
export type AnswerRegister = (request: SipRequest, source: Source, now: number) => void;

/**
 * Asks the holder of a number that another telephone wants whether it is still there (OPTIONS, RFC 3261
 * section 11), so that a phone that was switched off does not keep its number for an hour. A holder whose
 * port is closed (reported by ICMP) loses the number at once: a telephone that was restarted, and now uses
 * another port, is answered 200 the first time.
 */
export class HolderProbes {
  readonly #core: UserAgentCore;
  readonly #registrar: Registrar;
  readonly #answer: AnswerRegister;
  readonly #byTransaction = new Map<string, Probe>();

  constructor(core: UserAgentCore, registrar: Registrar, answer: AnswerRegister) {
    this.#core = core;
    this.#registrar = registrar;
    this.#answer = answer;
  }

  get wakeAt(): number {
    let first = NEVER;
    for (const { waiting, answerBy } of this.#byTransaction.values()) {
      if (waiting) first = Math.min(first, answerBy);
    }
    return first;
  }

  /** Returns true if the REGISTER will be answered later. */
  ask(contested: Contested, request: SipRequest, source: Source, now: number): boolean {
    const probes = [...this.#byTransaction.values()];
    const asked = probes.some((probe) => probe.contested.number === contested.number);
    if (asked || probes.length >= MOST) return false;
    const { to } = contested;
    const transaction = this.#core.layer.request(this.#createOptions(contested), to, now);
    const mayBeRefused = to.transport === 'udp';
    const waiting = mayBeRefused ? { request, source } : undefined;
    this.#byTransaction.set(transaction.key, { contested, waiting, answerBy: now + WAIT_MS });
    if (mayBeRefused) this.#core.outputs.push({ kind: 'ask port', to, transactionKey: transaction.key });
    return mayBeRefused;
  }

  onResponse(transaction: Transaction, now: number): void {
    const probe = this.#byTransaction.get(transaction.key);
    this.#byTransaction.delete(transaction.key);
    if (probe) this.#answerWaiting(probe, now);
  }

  onFailed(transaction: Transaction, now: number): void {
    const probe = this.#byTransaction.get(transaction.key);
    if (!probe) return;
    this.#byTransaction.delete(transaction.key);
    this.#registrar.holderGone(probe.contested);
    this.#answerWaiting(probe, now);
  }

  elapse(now: number): void {
    for (const probe of this.#byTransaction.values()) {
      if (probe.answerBy <= now) this.#answerWaiting(probe, now);
    }
  }

  #answerWaiting(probe: Probe, now: number): void {
    const { waiting } = probe;
    probe.waiting = undefined;
    if (waiting) this.#answer(waiting.request, waiting.source, now);
  }

  #createOptions({ uri, to }: Contested): SipRequest {
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
