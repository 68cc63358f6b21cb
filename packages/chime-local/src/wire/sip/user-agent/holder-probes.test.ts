import { beforeEach, describe, expect, it } from 'vitest';
import { AgentUnderTest } from '../testing/agent-under-test.ts';
import { requestBytes } from '../testing/example-messages.ts';
import type { Source } from '../transport/flow.ts';

const HOLDER: Source = { transport: 'udp', address: '127.0.0.1', port: 5070 };
const OTHER: Source = { transport: 'udp', address: '127.0.0.1', port: 5080 };
const NUMBER = '+15557770001';
/** How long a response may wait for the holder's. */
const WAIT_MS = 250;

let under: AgentUnderTest;
let cseq: number;
beforeEach(() => {
  under = new AgentUnderTest();
  cseq = 0;
});

function register(source: Source, headers: string[] = []): number | undefined {
  under.source = source;
  under.receive({
    method: 'REGISTER',
    uri: 'sip:198.51.100.1',
    to: `To: <sip:${NUMBER}@198.51.100.1>`,
    callId: `of-${source.port}`,
    cseq: ++cseq,
    branch: `z9hG4bK-${cseq}`,
    contact: headers.length > 0 ? '*' : `<sip:x@127.0.0.1:${source.port}>`,
    headers,
  });
  under.pass(WAIT_MS);
  return under.answersTo('REGISTER').at(-1)?.status;
}

const numbers = () => under.agent.registered(under.now);

describe('a number that another telephone holds', () => {
  it('A held number is refused to others, whatever they try', () => {
    expect([register(HOLDER), register(OTHER), register(OTHER, ['Expires: 0'])]).toEqual([200, 403, 403]);
    expect(under.agent.registrationOf(NUMBER, under.now)?.to.port).toBe(5070);
    under.answer(under.lastRequest('OPTIONS').message, 200);
    under.pass(60_000);
    expect([register(OTHER), register(HOLDER), register(HOLDER, ['Expires: 0'])]).toEqual([403, 200, 200]);
    expect(numbers()).toEqual([]);
  });

  it('A number is freed if its holder, asked once, is silent', () => {
    register(HOLDER);
    for (let i = 0; i < 5; i++) expect(register(OTHER)).toBe(403);
    const asked = under.requests('OPTIONS');
    expect(new Set(asked.map(({ message }) => message.callId)).size).toBe(1);
    expect(asked[0]?.to).toMatchObject({ host: '127.0.0.1', port: 5070 });
    under.pass(32_000);
    expect(numbers()).toEqual([]);
    expect(register(OTHER)).toBe(200);
  });

  it("A number is freed when its holder's TCP connection has closed", () => {
    const tcp: Source = { transport: 'tcp', address: '127.0.0.1', port: 40_001, connection: 4 };
    register(tcp);
    expect(register(OTHER)).toBe(403);
    under.run((agent, now) => agent.connectionClosed(4, now));
    expect(numbers()).toEqual([NUMBER]);
    expect(register(OTHER)).toBe(200);
  });

  it("A number is freed at once if its holder's port is closed", () => {
    register(HOLDER);
    let refused = '';
    under.source = OTHER;
    const wanted = { to: `To: <sip:${NUMBER}@198.51.100.1>`, contact: '<sip:x@127.0.0.1:5080>' };
    const bytes = requestBytes({ method: 'REGISTER', uri: 'sip:198.51.100.1', callId: 'of-5080', ...wanted });
    under.run((agent, now) => {
      const outputs = agent.receive(bytes, OTHER, now);
      for (const output of outputs) if (output.kind === 'ask port') refused = output.transactionKey;
      return outputs;
    });
    expect(under.answersTo('REGISTER').map(({ status }) => status)).toEqual([200]);
    under.run((agent, now) => agent.transportFailed(refused, now));
    expect(under.answersTo('REGISTER').map(({ status }) => status)).toEqual([200, 200]);
    expect(under.agent.registrationOf(NUMBER, under.now)?.to.port).toBe(5080);
  });

  it('A number is refused as soon as its holder responds', () => {
    register(HOLDER);
    const before = under.now;
    expect(register(OTHER)).toBe(403);
    under.answer(under.lastRequest('OPTIONS').message, 200);
    expect(register(OTHER)).toBe(403);
    under.answer(under.lastRequest('OPTIONS').message, 404);
    expect(under.answersTo('REGISTER').map(({ status }) => status)).toEqual([200, 403, 403]);
    expect(under.now - before).toBe(2 * WAIT_MS);
  });
});
