import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { createResponse, parseMessage, type SipRequest, type SipResponse, serializeMessage } from '#sip';
import { eventually } from './eventually.ts';
import { PretendWebRtcEnd } from './pretend-webrtc-end.ts';

const TAG = 'server';

/** A call between the page and the pretend server, from the server's view. */
export class PretendServerCall {
  readonly callId: string;
  /** Methods of the page's requests in this call, in order: INVITE, ACK, CANCEL, BYE. */
  readonly methods: string[] = [];
  /** Final status of the page's response to our INVITE. */
  status: number | undefined;
  /** The page has the call established, and this end knows it. */
  up = false;
  over = false;
  /** The caller: the user part of From. */
  readonly from: string;
  readonly #socket: WebSocket;
  readonly #host: string;
  readonly #invite: SipRequest;
  readonly #ours: boolean;
  #sound: PretendWebRtcEnd | undefined;
  /** The page's address and URI, for our requests in the dialog. */
  #remote: { address: string; target: string } | undefined;
  #cseq = 1;

  /** Creates a call that the page made. */
  constructor(options: { socket: WebSocket; host: string; invite: SipRequest; sound?: PretendWebRtcEnd }) {
    this.#socket = options.socket;
    this.#host = options.host;
    this.#invite = options.invite;
    this.#ours = options.sound !== undefined;
    this.#sound = options.sound;
    this.callId = options.invite.callId;
    this.from = /sip:([^@>]+)@/.exec(options.invite.headers.get('from') ?? '')?.[1] ?? '';
    if (!this.#ours) this.methods.push('INVITE');
    if (!this.#ours)
      this.#remote = {
        address: options.invite.headers.get('from') ?? '',
        target: options.invite.contact?.uri ?? '',
      };
  }

  /** Sends an INVITE to the page. */
  static async place(options: {
    socket: WebSocket;
    host: string;
    contact: string;
    to: string;
    from: string;
  }): Promise<PretendServerCall> {
    const { socket, host, contact, to, from } = options;
    const { end, sdp } = await PretendWebRtcEnd.offer();
    const text = [
      `INVITE ${contact} SIP/2.0`,
      `Via: SIP/2.0/WS ${host};branch=z9hG4bK${randomUUID()}`,
      `From: <sip:${from}@${host}>;tag=${TAG}`,
      `To: <sip:${to}@${host}>`,
      `Call-ID: ${randomUUID()}`,
      'CSeq: 1 INVITE',
      'Max-Forwards: 70',
      `Contact: <sip:server@${host};transport=ws>`,
      'Content-Type: application/sdp',
      `Content-Length: ${Buffer.byteLength(sdp)}`,
    ];
    const parsed = parseMessage(Buffer.from(`${text.join('\r\n')}\r\n\r\n${sdp}`));
    if (parsed.kind !== 'message' || parsed.message.kind !== 'request') throw new Error('No INVITE of ours.');
    const call = new PretendServerCall({ socket, host, invite: parsed.message, sound: end });
    call.#send(serializeMessage(parsed.message));
    return call;
  }

  /** The call's sound, which exists once the call is answered. */
  get sound(): PretendWebRtcEnd {
    if (!this.#sound) throw new Error('This call has no sound: it was not answered.');
    return this.#sound;
  }

  /** The SDP that the page offered. */
  get offer(): string {
    return this.#invite.body.toString();
  }

  respond(status: number, body?: string): void {
    const content = body === undefined ? {} : { body: Buffer.from(body), contentType: 'application/sdp' };
    const response = createResponse(this.#invite, status, {
      ...content,
      ...(status > 100 ? { toTag: TAG } : {}),
      headers: [['Contact', `<sip:server@${this.#host};transport=ws>`]],
    });
    if (status >= 300) this.over = true;
    this.#send(serializeMessage(response));
  }

  /** Answers with 200 and sound. `keys`: with telephone-event, if that is offered. */
  async answer({ keys = true } = {}) {
    const offer = keys ? this.offer : this.offer.replaceAll('telephone-event', 'nothing');
    const { end, sdp } = await PretendWebRtcEnd.answer(offer);
    this.#sound = end;
    if (this.over) return end.close();
    this.respond(200, sdp);
  }

  /** Sends BYE, or CANCEL before the answer to our own call. */
  hangUp() {
    if (this.#ours && !this.up) return this.#request('CANCEL');
    this.#cseq += 1;
    this.over = true;
    this.#request('BYE');
    void this.#sound?.close();
  }

  receiveRequest(request: SipRequest) {
    this.methods.push(request.method);
    if (request.method === 'ACK') {
      this.up = !this.over;
      return;
    }
    this.#send(serializeMessage(createResponse(request, 200, { toTag: TAG })));
    if (request.method === 'CANCEL') this.respond(487);
    if (request.method === 'BYE') {
      this.over = true;
      void this.#sound?.close();
    }
  }

  receiveResponse(response: SipResponse): void {
    if (response.cseq?.method !== 'INVITE' || response.status < 200) return;
    const first = this.status === undefined;
    this.status = response.status;
    this.#remote = {
      address: response.headers.get('to') ?? '',
      target: response.contact?.uri ?? this.#invite.uri,
    };
    this.#request('ACK');
    if (!first) return;
    if (response.status >= 300) {
      this.over = true;
      void this.#sound?.close();
    } else {
      this.up = true;
      void this.#sound?.answered(response.body.toString());
    }
  }

  /** Waits until the condition holds. */
  async until(what: string, holds: () => boolean, withinMs?: number): Promise<void> {
    await eventually(what, holds, { withinMs });
  }

  async dispose(): Promise<void> {
    await this.#sound?.close();
  }

  #request(method: 'ACK' | 'BYE' | 'CANCEL'): void {
    const invite = this.#invite.headers;
    const own = this.#ours ? invite.get('from') : `${invite.get('to')};tag=${TAG}`;
    const cancelled = method === 'CANCEL';
    // An ACK to a refusal, and a CANCEL, belong to the INVITE's transaction and have its branch.
    const sameBranch = cancelled || (method === 'ACK' && (this.status ?? 0) >= 300);
    const via = sameBranch ? invite.get('via') : `SIP/2.0/WS ${this.#host};branch=z9hG4bK${randomUUID()}`;
    const text = [
      `${method} ${sameBranch ? this.#invite.uri : this.#remote?.target} SIP/2.0`,
      `Via: ${via}`,
      `From: ${own}`,
      `To: ${cancelled ? invite.get('to') : this.#remote?.address}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${this.#cseq} ${method}`,
      'Max-Forwards: 70',
      'Content-Length: 0',
    ];
    this.#send(Buffer.from(`${text.join('\r\n')}\r\n\r\n`));
  }

  #send(bytes: Buffer): void {
    this.#socket.send(bytes.toString());
  }
}
