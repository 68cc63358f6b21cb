import { createBranch, createTag, type SipIds } from '../ids.ts';
import type { SipMessage, SipRequest } from '../messages/message.ts';
import { createResponse, type HeaderPair, type ResponseContent } from '../messages/response.ts';
import { serializeMessage } from '../messages/serialize-message.ts';
import { hostInUri } from '../messages/uri.ts';
import type { RegistrarOptions } from '../registrar/registrar.ts';
import type { TimerBase } from '../transactions/timers.ts';
import type { Transaction } from '../transactions/transaction.ts';
import { TransactionLayer, type TransactionOutput } from '../transactions/transaction-layer.ts';
import type { Source } from '../transport/flow.ts';
import { responseDestination } from '../transport/response-routing.ts';
import type { UserAgentOutput } from './outputs.ts';
import type { Refusal } from './request-checks.ts';
import { REFUSAL_TEXTS, withWarning } from './warning.ts';

export interface UserAgentOptions {
  /** The address and port at which peers reach us, for Contact and Via. */
  host: string;
  port: number;
  ids: SipIds;
  /** Value of the Server and User-Agent headers; if absent, they are not sent. */
  product?: string;
  timers?: TimerBase;
  registrar?: RegistrarOptions;
  /**
   * How long a call of ours may ring before it is cancelled, ms. Default: timer C (RFC 3261 section 16.6),
   * 180 s.
   */
  ringMs?: number;
  /** How often a watched peer is asked whether it is still there, ms; default 60 000. */
  probeEveryMs?: number;
  /**
   * Called for each new INVITE before any of it is stored. A refusal is sent statelessly (RFC 3261 section
   * 8.2.7), so that a flood costs no memory.
   */
  admit?: (request: SipRequest, source: Source, now: number) => Refusal | undefined;
}

/** What the parts of the user agent share: the transaction layer, the outputs, and functions to respond. */
export class UserAgentCore {
  readonly options: UserAgentOptions;
  readonly layer: TransactionLayer;
  readonly outputs: UserAgentOutput[] = [];
  /** Outputs of the layer that the user agent itself must handle. */
  readonly fromLayer: Exclude<TransactionOutput, { kind: 'send' }>[] = [];
  readonly #tagPrefix: string;
  readonly #serverHeader: readonly HeaderPair[];

  constructor(options: UserAgentOptions) {
    this.options = options;
    this.#tagPrefix = options.ids.hex(4);
    this.#serverHeader = options.product ? [['Server', options.product]] : [];
    const push = (output: TransactionOutput) =>
      output.kind === 'send' ? this.outputs.push(output) : this.fromLayer.push(output);
    this.layer = new TransactionLayer({ push }, options.timers);
  }

  newTag(): string {
    return createTag(this.options.ids);
  }

  newBranch(): string {
    return createBranch(this.options.ids);
  }

  /** Our Contact for the peer at the other end of a flow (RFC 7118 section 5.3 for WebSockets). */
  contact({ transport, local = this.options }: Pick<Source, 'transport' | 'local'>): HeaderPair {
    const address = `${hostInUri(local.host)}:${local.port}`;
    return ['Contact', `<sip:${address}${transport === 'udp' ? '' : `;transport=${transport}`}>`];
  }

  /** The `User-Agent` header of our requests, if a product is configured. */
  get userAgentHeader(): readonly HeaderPair[] {
    const { product } = this.options;
    return product ? [['User-Agent', product]] : [];
  }

  send(message: SipMessage, request: SipRequest, source: Source): void {
    this.outputs.push({
      kind: 'send',
      bytes: serializeMessage(message),
      to: responseDestination(request, source),
    });
  }

  /**
   * Responds statelessly (section 8.2.7). A repeated request gets the same response again, with the same tag.
   */
  answerStateless(request: SipRequest, source: Source, status: number, content: ResponseContent = {}): void {
    if (request.method === 'ACK') return;
    const toTag = content.toTag ?? this.#statelessTag(request);
    this.send(
      createResponse(request, status, this.#complete({ ...content, toTag }, status)),
      request,
      source,
    );
    if (status >= 400) this.tellRefusal(request, source, status, content.text);
  }

  /** Reports a refusal that was sent without the user's involvement. */
  tellRefusal(request: SipRequest, source: Source, status: number, text: string | undefined): void {
    this.outputs.push({ kind: 'refused', status, text: text ?? REFUSAL_TEXTS[status], request, source });
  }

  /** Responds in a server transaction. */
  respond(
    transaction: Transaction,
    request: SipRequest,
    status: number,
    content: ResponseContent,
    now: number,
  ): void {
    this.layer.respond(transaction, createResponse(request, status, this.#complete(content, status)), now);
  }

  #complete(given: ResponseContent, status: number): ResponseContent {
    const content = withWarning(given, status, this.options.host);
    if (this.#serverHeader.length === 0) return content;
    return { ...content, headers: [...(content.headers ?? []), ...this.#serverHeader] };
  }

  /**
   * A hash (FNV-1a) of what all retransmissions have in common; the prefix is unique to this run (section
   * 19.3).
   */
  #statelessTag(request: SipRequest): string {
    let hash = 0x811c9dc5;
    const text = `${this.#tagPrefix}${request.callId} ${request.fromTag}`;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    return `${this.#tagPrefix}${hash.toString(16).padStart(8, '0')}`;
  }
}
