import { afterEach, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { RefusalReport, type RefusedRequest, refusalSentence } from './refusal-report.ts';
import { edgeUnderTest } from './testing/edge-under-test.ts';
import { OFFER, offerOf, RawPhone, type RawRequest } from './testing/raw-phone.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const REFUSED: RefusedRequest = {
  status: 488,
  method: 'INVITE',
  text: 'neither PCMU nor PCMA is offered',
  warning: 305,
  from: '+15557770001',
  to: '+12015550100',
  source: { address: '127.0.0.1', port: 5062, transport: 'udp' },
};

describe('the log line about a refusal', () => {
  it('The line tells who called from where, the reason and the cure', () => {
    expect(refusalSentence(REFUSED)).toBe(
      '+15557770001 at 127.0.0.1:5062 (UDP) called +12015550100 and was refused with 488: neither PCMU nor PCMA is offered. Let the phone offer PCMU or PCMA (G.711) over RTP.',
    );
    expect(refusalSentence({ ...REFUSED, warning: 302 })).toContain('Switch encryption of sound (SRTP) off');
    expect(refusalSentence({ ...REFUSED, method: 'REGISTER', status: 403 })).toContain('wanted to register');
  });

  it('Refused calls are passed on with their cure', () => {
    const kept: unknown[] = [];
    const report = new RefusalReport(silentLog, new ScriptedClock(0), undefined, (refusal) =>
      kept.push(refusal),
    );
    const { from, to, source } = REFUSED;
    report.tell({ ...REFUSED, status: 415, text: 'a body of type application/isup is required' });
    report.tell({ ...REFUSED, status: 487 });
    report.tell({ ...REFUSED, method: 'REGISTER', status: 403 });
    expect(kept).toEqual([
      {
        ...{ status: 415, from, to, source, why: 'a body of type application/isup is required' },
        cure: expect.stringContaining('application/sdp alone'),
      },
    ]);
  });

  it.each([
    401, 404, 422, 481, 487, 491,
  ])('Everyday statuses such as %d, and answers to OPTIONS, are not reported', (status) => {
    expect(refusalSentence({ ...REFUSED, method: 'OPTIONS', status })).toBeUndefined();
    if (status !== 404) expect(refusalSentence({ ...REFUSED, status })).toBeUndefined();
  });

  it('The line shows no long names and no misleading characters', () => {
    const sentence = refusalSentence({ ...REFUSED, from: `\u202e\x1b[2J${'x'.repeat(6_000)}` });
    expect(sentence?.length).toBeLessThan(500);
    expect(sentence).not.toMatch(/\p{C}/u);
  });

  it('Ten refusals are logged at once, then one every other second', () => {
    const lines: string[] = [];
    const clock = new ScriptedClock(0);
    const log: Log = { ...silentLog, warn: (text: string) => void lines.push(text) };
    const report = new RefusalReport(log, clock);
    for (let i = 0; i < 2_500; i++) report.tell(REFUSED);
    expect(lines).toHaveLength(10);
    clock.advance(2_000);
    report.tell(REFUSED);
    expect(lines.at(-1)).toMatch(/\(2490 more were refused meanwhile\.\)$/);
  });
});

const LOCAL = '399 127.0.0.1';

describe('a refused phone', () => {
  it.each<[number, RawRequest, RegExp]>([
    [400, { body: OFFER, headers: ['Max-Forwards: x'] }, /two max-forwards headers/],
    [
      400,
      { body: 'horse', headers: [] },
      /the session description cannot be read: no v= line and no m= line/,
    ],
    [406, { body: OFFER, headers: ['Accept: text/plain'] }, /Accept does not name application\/sdp/],
    [415, { body: 'x', contentType: 'text/html' }, /text\/html is required/],
    [416, { body: OFFER, uri: 'http://example.com' }, /neither sip:, sips: nor tel:/],
    [420, { body: OFFER, headers: ['Require: path'] }, /the extension path is required/],
    [483, { body: OFFER, headers: ['X-Max: 0'] }, /Max-Forwards ran out/],
    [488, { body: offerOf('m=audio 6000 RTP/AVP 18') }, /neither PCMU nor PCMA is offered/],
    [
      488,
      { body: offerOf('m=audio 6000 RTP/SAVP 0', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x') },
      /RTP\/SAVP/,
    ],
    [422, { body: OFFER, headers: ['Supported: timer', 'Session-Expires: 20'] }, /at least 90 s/],
    [503, { body: OFFER }, /there are 0 calls already/],
  ])('A refused phone gets the reason in a Warning, with %d', async (status, parts, text) => {
    const under = await edgeUnderTest(status === 503 ? { maxLegs: 0 } : {});
    const phone = await RawPhone.udp(under.edge.port);
    closers.push(
      () => under.edge.close(0),
      () => phone.close(),
    );
    if (status === 483) phone.raw(zeroForwards(under.edge.port));
    else phone.request('INVITE', parts);
    const answer = await phone.next(new RegExp(`^SIP/2.0 ${status} `));
    const warning = /^Warning: (\d{3} \S+) "(.*)"\r$/m.exec(answer);
    expect(warning?.[1]).toMatch(status === 488 ? /^30[25] 127\.0\.0\.1$/ : new RegExp(`^${LOCAL}$`));
    expect(warning?.[2]).toMatch(text);
  });

  it.each([
    404, 480, 486, 503, 603,
  ])('A call that the application refuses with %d gets a general Warning', async (status) => {
    const under = await edgeUnderTest();
    under.setOnArrived((edge, leg) => edge.hangUp(leg.legId, status));
    const phone = await RawPhone.udp(under.edge.port);
    closers.push(
      () => under.edge.close(0),
      () => phone.close(),
    );
    phone.request('INVITE', { body: OFFER });
    expect(await phone.next(new RegExp(`^SIP/2.0 ${status} `))).toMatch(
      /^Warning: 399 127\.0\.0\.1 ".{10,}"\r$/m,
    );
  });
});

function zeroForwards(port: number): string {
  return [
    `INVITE sip:x@127.0.0.1:${port} SIP/2.0`,
    'Via: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bKzero;rport',
    'Max-Forwards: 0',
    'From: <sip:a@b>;tag=1',
    'To: <sip:b@c>',
    'Call-ID: zero',
    'CSeq: 1 INVITE',
    'Contact: <sip:a@127.0.0.1>',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
