import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SipRequest } from '../messages/message.ts';
import { parseMessage } from '../messages/parse-message.ts';
import { createResponse } from '../messages/response.ts';
import { serializeMessage } from '../messages/serialize-message.ts';
import { countingIds } from '../testing/example-messages.ts';
import { flowTo } from '../transport/flow.ts';
import type { UserAgentOutput } from './outputs.ts';
import { UserAgent } from './user-agent.ts';

const WS = {
  transport: 'ws',
  host: '127.0.0.1',
  port: 40_001,
  connection: 7,
  local: { host: '127.0.0.1', port: 8080 },
} as const;
const UDP = { transport: 'udp', host: '192.0.2.7', port: 5060 } as const;

const step = fc.record({
  status: fc.constantFrom(100, 180, 183, 200, 200, 202, 302, 401, 486, 487, 491, 603),
  /** Which of our requests is answered, counting from the last. */
  which: fc.nat(3),
  toTag: fc.constantFrom('a', 'a', 'b', ''),
  contact: fc.boolean(),
  order: fc.constantFrom('none', 'none', 'cancel', 'bye', 'reinvite', 'close', 'fail'),
  passMs: fc.constantFrom(0, 0, 10, 600, 5_000, 33_000, 180_000),
  cut: fc.option(fc.tuple(fc.nat(400), fc.nat(4), fc.string({ maxLength: 4 })), { freq: 4 }),
});

/** A call of ours, and what it has sent and reported. */
class Tried {
  readonly agent = new UserAgent({ host: '198.51.100.1', port: 5060, ids: countingIds() });
  readonly requests: SipRequest[] = [];
  readonly told: string[] = [];
  lastKey = '';
  now = 0;

  take(outputs: UserAgentOutput[]): void {
    for (const output of outputs) {
      if (output.kind !== 'send') {
        this.told.push(output.kind);
        continue;
      }
      this.lastKey = output.transactionKey ?? this.lastKey;
      const result = parseMessage(output.bytes);
      if (result.kind !== 'message') throw new Error(`not well-formed: ${output.bytes}`);
      const { message } = result;
      if (message instanceof SipRequest && message.method !== 'ACK') this.requests.push(message);
    }
  }

  count(...kinds: string[]): number {
    return this.told.filter((kind) => kinds.includes(kind)).length;
  }
}

describe('any responses to our call, valid and mangled, with user requests in between', () => {
  it('At most one answer and one end are reported; nothing remains', () => {
    const reached = { answered: 0, rejected: 0 };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.constantFrom(WS, UDP), (steps, to) => {
        const tried = new Tried();
        const { agent } = tried;
        const addresses = { from: '<sip:a@x>', called: '<sip:b@y>', uri: 'sip:b@192.0.2.7' };
        const content = { body: Buffer.from('offer'), contentType: 'application/sdp' };
        tried.take(agent.invite({ usageId: 'id', to, ...addresses, ...content }, 0));
        for (const { status, which, toTag, contact, order, passMs, cut } of steps) {
          const request = tried.requests.at(-1 - which) ?? tried.requests[0]!;
          const headers: [string, string][] = contact ? [['Contact', '<sip:b@192.0.2.7>']] : [];
          let text = serializeMessage(createResponse(request, status, { toTag, headers })).toString();
          if (cut) text = text.slice(0, cut[0]) + cut[2] + text.slice(cut[0] + cut[1]);
          tried.take(agent.receive(Buffer.from(text), flowTo(to), tried.now));
          if (order === 'cancel') tried.take(agent.cancel('id', tried.now));
          if (order === 'bye') tried.take(agent.bye('id', tried.now));
          if (order === 'reinvite') tried.take(agent.reinvite('id', content, tried.now));
          if (order === 'close') tried.take(agent.connectionClosed(7, tried.now));
          if (order === 'fail') tried.take(agent.transportFailed(tried.lastKey, tried.now));
          tried.now += passMs;
          tried.take(agent.elapse(tried.now));
        }
        expect(tried.count('answered')).toBeLessThanOrEqual(1);
        expect(tried.count('ended')).toBeLessThanOrEqual(tried.count('answered'));
        expect(tried.count('rejected', 'answered')).toBeLessThanOrEqual(1);
        reached.answered += tried.count('answered');
        reached.rejected += tried.count('rejected');
        tried.take(agent.cancel('id', tried.now));
        tried.take(agent.bye('id', tried.now));
        for (let i = 0; i < 8; i++) {
          tried.now += 40_000;
          tried.take(agent.elapse(tried.now));
        }
        expect(agent.kept).toEqual({ transactions: 0, usages: 0 });
      }),
      { seed: 7118, numRuns: 600 },
    );
    expect(reached.answered).toBeGreaterThan(100);
    expect(reached.rejected).toBeGreaterThan(100);
  });
});
