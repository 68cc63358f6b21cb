import { beforeEach, describe, expect, it } from 'vitest';
import { AgentUnderTest } from '../testing/agent-under-test.ts';
import { PHONE_OFFER } from '../testing/example-messages.ts';

let call: AgentUnderTest;
beforeEach(() => {
  call = new AgentUnderTest();
});

const ring = () => call.run((agent, now) => agent.progress(call.usageId, 180, now));
const ringing = () => call.answersTo('INVITE').filter(({ status }) => status === 180);
const RSEQ = 101;

function prack(rack: string, cseq = 2): number | undefined {
  call.receive({
    method: 'PRACK',
    toTag: call.usageId,
    cseq,
    branch: `z9hG4bK-p${cseq}`,
    headers: [`RAck: ${rack}`],
    contact: '',
  });
  return call.answersTo('PRACK').at(-1)?.status;
}

describe('100rel of a caller (RFC 3262 section 3)', () => {
  it.each([
    'Require: 100rel',
    'Supported: timer, 100rel',
    'k: 100rel',
  ])('The 180 is repeated until the PRACK: %s', (line) => {
    call.receive({ headers: [line], body: PHONE_OFFER });
    ring();
    call.pass(3_600);
    expect(ringing()).toHaveLength(4);
    expect(new Set(ringing().map(({ headers }) => headers.get('rseq')))).toEqual(new Set([String(RSEQ)]));
    expect(ringing()[0]?.headers.list('require')).toEqual(['100rel']);
    expect(prack(`${RSEQ} 1 INVITE`)).toBe(200);
    call.pass(20_000);
    expect(ringing()).toHaveLength(4);
    call.run((agent, now) =>
      agent.accept(
        call.usageId,
        { body: Buffer.from('v=0'), contentType: 'application/sdp', offer: false },
        now,
      ),
    );
    call.receive({ method: 'ACK', toTag: call.usageId, branch: 'z9hG4bK-ack' });
    expect(call.told).toEqual(['acknowledged']);
  });

  it('The next reliable response waits for the PRACK and increments RSeq', () => {
    call.receive({ headers: ['Require: 100rel'], body: PHONE_OFFER });
    ring();
    ring();
    expect(ringing()).toHaveLength(1);
    prack(`${RSEQ} 1 INVITE`);
    ring();
    expect(ringing().at(-1)?.headers.get('rseq')).toBe(String(RSEQ + 1));
  });

  it('A 183 that had to wait follows the PRACK at once', () => {
    const early = { body: Buffer.from('v=0'), contentType: 'application/sdp' };
    call.receive({ headers: ['Require: 100rel'], body: PHONE_OFFER });
    ring();
    call.run((agent, now) => agent.progress(call.usageId, 183, now, early));
    expect(prack(`${RSEQ} 1 INVITE`)).toBe(200);
    const { status, headers, body } = call.answersTo('INVITE').at(-1)!;
    expect([status, headers.get('rseq'), body.toString()]).toEqual([183, String(RSEQ + 1), 'v=0']);
    expect(prack(`${RSEQ + 1} 1 INVITE`, 3)).toBe(200);
    call.pass(50_000);
    expect(call.answersTo('INVITE')).toHaveLength(2);
  });

  it.each([
    `${RSEQ + 1} 1 INVITE`,
    `${RSEQ} 2 INVITE`,
    `${RSEQ} 1 BYE`,
    'nonsense',
    '',
  ])('A PRACK that does not match is answered 481: %j', (rack) => {
    call.receive({ headers: ['Require: 100rel'], body: PHONE_OFFER });
    ring();
    expect(prack(rack)).toBe(481);
    expect(prack(`${RSEQ} 1 INVITE`, 3)).toBe(200);
    expect(prack(`${RSEQ} 1 INVITE`, 4)).toBe(481);
  });

  it('A PRACK that crosses the 200 is accepted once', () => {
    const answer = { body: Buffer.from('v=0'), contentType: 'application/sdp', offer: false };
    call.receive({ headers: ['Require: 100rel'], body: PHONE_OFFER });
    ring();
    call.run((agent, now) => agent.accept(call.usageId, answer, now));
    call.pass(3_000);
    expect(ringing()).toHaveLength(1);
    expect(prack(`${RSEQ} 2 INVITE`)).toBe(481);
    expect(prack(`${RSEQ} 1 INVITE`, 3)).toBe(200);
    expect(prack(`${RSEQ} 1 INVITE`, 4)).toBe(481);
  });

  it('A call ends with a 5xx if a required PRACK never arrives', () => {
    call.receive({ headers: ['Require: 100rel'], body: PHONE_OFFER });
    ring();
    call.pass(32_000);
    expect(call.answersTo('INVITE').at(-1)?.status).toBe(504);
    expect(call.told).toEqual(['ended no ack']);
  });

  it('Ringing continues without PRACK if 100rel was only supported', () => {
    call.receive({ headers: ['Supported: 100rel'], body: PHONE_OFFER });
    ring();
    call.pass(50_000);
    expect(call.told).toEqual([]);
    expect(call.answersTo('INVITE').at(-1)?.status).toBe(180);
  });

  it('An INVITE without an offer never gets a reliable 180', () => {
    call.receive({ headers: ['Require: 100rel'] });
    ring();
    expect(ringing()).toEqual([]);
    call.receive({ headers: ['Supported: 100rel'], callId: 'other', branch: 'z9hG4bK-o' });
    ring();
    expect(ringing()[0]?.headers.get('rseq')).toBeUndefined();
  });

  it('Nothing is repeated after the final response', () => {
    call.receive({ headers: ['Require: 100rel'], body: PHONE_OFFER });
    ring();
    call.run((agent, now) => agent.refuse(call.usageId, 486, {}, now));
    call.receive({ method: 'ACK', toTag: call.usageId });
    call.pass(40_000);
    expect(ringing()).toHaveLength(1);
    expect(call.agent.kept).toEqual({ transactions: 0, usages: 0 });
  });
});

describe('100rel of a called telephone (RFC 3262 section 4)', () => {
  const TO = { transport: 'udp', host: '192.0.2.7', port: 5062 } as const;
  const reliable = (rseq: number): [string, string][] => [
    ['Require', '100rel'],
    ['RSeq', String(rseq)],
    ['Contact', '<sip:bob@192.0.2.7:5062>'],
  ];

  it('A reliable response is acknowledged once in the early dialog', () => {
    const invite = call.place(TO);
    call.answer(invite, 180, reliable(7));
    call.answer(invite, 180, reliable(7));
    call.answer(invite, 183, reliable(9));
    expect(call.requests('PRACK').map(({ message }) => message.headers.get('rack'))).toEqual(['7 1 INVITE']);
    call.answer(invite, 183, reliable(8));
    const { message, to } = call.lastRequest('PRACK');
    expect(message).toMatchObject({ toTag: 'peer', cseq: { number: 3 }, uri: 'sip:bob@192.0.2.7:5062' });
    expect(message.headers.get('rack')).toBe('8 1 INVITE');
    expect(to).toEqual(TO);
    call.answer(message, 200);
    call.answer(invite, 200, [['Contact', '<sip:bob@192.0.2.7:5062>']]);
    expect(call.lastRequest('ACK').message.cseq?.number).toBe(1);
    call.run((agent, now) => agent.bye(call.usageId, now));
    expect(call.lastRequest('BYE').message.cseq?.number).toBe(4);
  });

  it.each([
    ['UPDATE', '', 200],
    ['UPDATE', PHONE_OFFER, 491],
    ['INVITE', PHONE_OFFER, 491],
    ['OPTIONS', '', 200],
    ['INFO', '', 200],
    ['REFER', '', 405],
    ['PRACK', '', 481],
  ])('An early %s with the body %j is answered %d', (method, body, status) => {
    const invite = call.place(TO);
    call.answer(invite, 180, reliable(7));
    const inDialog = { callId: invite.callId, fromTag: 'peer', toTag: call.usageId };
    call.receive({ ...inDialog, method, body, cseq: 20 });
    expect(call.answersTo(method).at(-1)?.status).toBe(status);
    call.answer(invite, 200, [['Contact', '<sip:bob@192.0.2.7:5062>']]);
    call.receive({ ...inDialog, method: 'BYE', cseq: 20, branch: 'z9hG4bK-old' });
    expect(call.answersTo('BYE').at(-1)?.status).toBe(500);
    call.receive({ ...inDialog, method: 'BYE', cseq: 21, branch: 'z9hG4bK-bye' });
    expect(call.told).toEqual(expect.arrayContaining(['ringing', 'answered', 'ended bye received']));
    call.receive({ ...inDialog, method: 'OPTIONS', cseq: 22, branch: 'z9hG4bK-late' });
    expect(call.answersTo('OPTIONS').at(-1)?.status).toBe(481);
  });

  it('A response that is not reliable is not acknowledged', () => {
    call.answer(call.place(TO), 180, [['RSeq', '7']]);
    expect(call.requests('PRACK')).toEqual([]);
    expect(call.told).toEqual(['ringing']);
  });
});
