import { type SipMessage, SipRequest, SipResponse } from '../messages/message.ts';
import { parseMessage } from '../messages/parse-message.ts';
import { createResponse, type HeaderPair } from '../messages/response.ts';
import { serializeMessage } from '../messages/serialize-message.ts';
import type { Destination, Source } from '../transport/flow.ts';
import type { UserAgentOptions } from '../user-agent/core.ts';
import type { PendingRequest, UserAgentOutput } from '../user-agent/outputs.ts';
import { UserAgent } from '../user-agent/user-agent.ts';
import { countingIds, PHONE_OFFER, type RequestParts, requestBytes } from './example-messages.ts';

export interface Sent {
  readonly at: number;
  readonly message: SipMessage;
  readonly to: Destination;
}

const ANSWER = { body: Buffer.from('v=0'), contentType: 'application/sdp', offer: false };

/** A user agent with its own clock; every message that it sends is parsed. */
export class AgentUnderTest {
  now = 0;
  readonly agent: UserAgent;
  readonly sent: Sent[] = [];
  /** Outputs other than messages: `ended gone`, `reinvited 200`, otherwise their kind. */
  readonly told: string[] = [];
  source: Source = { transport: 'udp', address: '192.0.2.7', port: 5062 };
  usageId = '';
  /** The last re-INVITE, UPDATE or INFO that it reported. */
  pending: PendingRequest | undefined;

  constructor(options: Partial<UserAgentOptions> = {}) {
    this.agent = new UserAgent({ host: '198.51.100.1', port: 5060, ids: countingIds(), ...options });
  }

  run(act: (agent: UserAgent, now: number) => UserAgentOutput[]): void {
    for (const output of act(this.agent, this.now)) {
      if ('pending' in output) this.pending = output.pending;
      if (output.kind === 'send') {
        const result = parseMessage(output.bytes);
        if (result.kind !== 'message') throw new Error(`not well-formed: ${output.bytes}`);
        this.sent.push({ at: this.now, message: result.message, to: output.to });
      } else if (output.kind === 'invited') this.usageId = output.usageId;
      else if (output.kind === 'ended') this.told.push(`ended ${output.cause}`);
      else if (output.kind === 'reinvited') this.told.push(`reinvited ${output.status}`);
      else this.told.push(output.kind);
    }
  }

  receive(parts: RequestParts): void {
    this.run((agent, now) => agent.receive(requestBytes(parts), this.source, now));
  }

  /** Lets time pass, and wakes the agent when it asks for it. */
  pass(ms: number): void {
    const until = this.now + ms;
    while (this.agent.wakeAt <= until) {
      this.now = Math.max(this.now, this.agent.wakeAt);
      this.run((agent, now) => agent.elapse(now));
    }
    this.now = until;
  }

  /** Receives a call, answers it and receives the ACK. */
  answeredCall(parts: RequestParts = {}): void {
    this.receive({ body: PHONE_OFFER, ...parts });
    this.run((agent, now) => agent.accept(this.usageId, ANSWER, now));
    this.receive({ ...parts, method: 'ACK', toTag: this.usageId, branch: 'z9hG4bK-ack', headers: [] });
  }

  /** Places a call to this destination. Returns the INVITE. */
  place(to: Destination, uri = 'sip:bob@192.0.2.7'): SipRequest {
    this.usageId = 'our-tag';
    const { body, contentType } = ANSWER;
    const parties = { from: '<sip:+15550001111@198.51.100.1>', called: '<sip:bob@198.51.100.1>' };
    this.run((agent, now) =>
      agent.invite({ usageId: 'our-tag', uri, to, ...parties, body, contentType }, now),
    );
    return this.lastRequest('INVITE').message as SipRequest;
  }

  /** Receives the peer's response to a request of ours. */
  answer(request: SipRequest, status: number, headers: HeaderPair[] = [], toTag = 'peer', body = ''): void {
    const response = createResponse(request, status, {
      toTag,
      headers,
      ...(body === '' ? {} : { body: Buffer.from(body), contentType: 'application/sdp' }),
    });
    this.run((agent, now) => agent.receive(serializeMessage(response), this.source, now));
  }

  requests(method: string): Sent[] {
    return this.sent.filter(({ message }) => message instanceof SipRequest && message.method === method);
  }

  lastRequest(method: string): Sent & { message: SipRequest } {
    const found = this.requests(method).at(-1);
    if (!found || !(found.message instanceof SipRequest)) throw new Error(`no ${method} was sent`);
    return { ...found, message: found.message };
  }

  /** The responses to requests with this method, oldest first. */
  answersTo(method: string): SipResponse[] {
    return this.sent.flatMap(({ message }) =>
      message instanceof SipResponse && message.cseq?.method === method ? [message] : [],
    );
  }
}
