import { type Dialog, dialogOfCaller, isOfDialog, refreshTarget, takeSequence } from '../dialogs/dialog.ts';
import { createDialogRequest } from '../dialogs/dialog-request.ts';
import { createBranch, type SipIds } from '../ids.ts';
import { SipRequest, type SipResponse } from '../messages/message.ts';
import { parseMessage } from '../messages/parse-message.ts';
import { createResponse } from '../messages/response.ts';
import { serializeMessage } from '../messages/serialize-message.ts';
import type { Transaction } from '../transactions/transaction.ts';
import { TransactionLayer, type TransactionOutput } from '../transactions/transaction-layer.ts';
import type { Destination, Source } from '../transport/flow.ts';
import { requestBytes } from './example-messages.ts';

const SERVER: Destination = { transport: 'udp', host: '198.51.100.1', port: 5060 };
const FROM_SERVER: Source = { transport: 'udp', address: '198.51.100.1', port: 5060 };

/** A caller for tests: the client side of the same transactions and dialogs, with configurable behaviour. */
export class PretendUserAgent {
  /**
   * What it received, in order: `100`, `180`, `200`, `BYE`, `INVITE`, `answered` (the first 2xx), `timeout`.
   */
  readonly seen: string[] = [];
  readonly layer: TransactionLayer;
  dialog: Dialog | undefined;
  /** The status of its response to a re-INVITE from the server. */
  answersReinviteWith = 200;
  /** If false, it never acknowledges a 2xx. */
  acknowledges = true;
  /** Body of its ACKs (the answer to a late offer). */
  ackBody: string | undefined;
  readonly #outputs: TransactionOutput[] = [];
  readonly #ids: SipIds;
  readonly #send: (bytes: Buffer) => void;
  readonly #acks = new Map<number, Buffer>();
  #invite: SipRequest | undefined;
  readonly #callId: string;

  constructor(callId: string, ids: SipIds, send: (bytes: Buffer) => void) {
    this.#callId = callId;
    this.#ids = ids;
    this.#send = send;
    this.layer = new TransactionLayer(this.#outputs);
  }

  get wakeAt(): number {
    return this.layer.wakeAt;
  }

  elapse(now: number): void {
    this.layer.elapse(now);
    this.#drain(now);
  }

  receive(bytes: Buffer, now: number): void {
    const result = parseMessage(bytes);
    if (result.kind !== 'message') throw new Error(`the server sent nonsense: ${bytes.toString()}`);
    this.layer.receive(result.message, FROM_SERVER, now);
    this.#drain(now);
  }

  call(now: number, body = '', headers: string[] = []): void {
    this.#invite = this.#build('INVITE', body, headers);
    this.#request(this.#invite, now);
  }

  cancel(now: number): void {
    this.#request(this.#build('CANCEL'), now);
  }

  /** Sends a request within the dialog. */
  inDialog(method: string, now: number, body?: string, contentType = 'application/sdp'): void {
    const content = { method, branch: createBranch(this.#ids), sentBy: { host: '192.0.2.7', port: 5060 } };
    const withBody = body === undefined ? {} : { body: Buffer.from(body), contentType };
    const headers: [string, string][] = [['Contact', '<sip:+15557770001@192.0.2.7:5060>']];
    const made = createDialogRequest(this.dialog!, { ...content, ...withBody, headers });
    this.#request(made!.request, now);
  }

  #build(method: string, body = '', headers: string[] = []): SipRequest {
    const branch = `z9hG4bK${this.#callId}`;
    const bytes = requestBytes({ method, callId: this.#callId, branch, body, headers });
    const result = parseMessage(bytes);
    if (result.kind !== 'message' || !(result.message instanceof SipRequest)) throw new Error('bad request');
    return result.message;
  }

  #request(request: SipRequest, now: number): void {
    this.layer.request(request, SERVER, now);
    this.#drain(now);
  }

  #drain(now: number): void {
    for (let i = 0; i < this.#outputs.length; i++) {
      const output = this.#outputs[i]!;
      if (output.kind === 'send') this.#send(output.bytes);
      else if (output.kind === 'response') this.#onResponse(output.response);
      else if (output.kind === 'request') this.#onRequest(output.request, output.source, now);
      else if (output.kind === 'ack') this.seen.push('ACK');
      else if (output.kind === 'failed') this.seen.push(output.cause);
    }
    this.#outputs.length = 0;
  }

  #onResponse(response: SipResponse): void {
    const { method, number } = response.cseq!;
    this.seen.push(method === 'INVITE' ? String(response.status) : `${response.status} ${method}`);
    if (method !== 'INVITE' || response.status < 200 || response.status > 299) return;
    if (!this.dialog) {
      this.dialog = dialogOfCaller(this.#invite!, response);
      this.seen.push('answered');
    } else refreshTarget(this.dialog, response);
    if (this.acknowledges) this.#send(this.#ack(number));
  }

  /** RFC 3261 section 13.2.2.4: returns the same ACK for each repeated 2xx. */
  #ack(cseq: number): Buffer {
    const known = this.#acks.get(cseq);
    if (known) return known;
    const content = {
      method: 'ACK',
      cseq,
      branch: createBranch(this.#ids),
      sentBy: { host: '192.0.2.7', port: 5060 },
    };
    const body =
      this.ackBody === undefined ? {} : { body: Buffer.from(this.ackBody), contentType: 'application/sdp' };
    const bytes = serializeMessage(createDialogRequest(this.dialog!, { ...content, ...body })!.request);
    this.#acks.set(cseq, bytes);
    return bytes;
  }

  #onRequest(request: SipRequest, source: Source, now: number): void {
    const transaction: Transaction = this.layer.open(request, source);
    let status = 481;
    if (this.dialog && isOfDialog(this.dialog, request) && takeSequence(this.dialog, request)) {
      this.seen.push(request.method);
      status = request.method === 'INVITE' ? this.answersReinviteWith : 200;
    }
    const headers = [['Contact', '<sip:+15557770001@192.0.2.7:5060>']] as const;
    this.layer.respond(transaction, createResponse(request, status, { headers }), now);
  }
}
