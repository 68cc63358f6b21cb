import { afterEach, describe, expect, it } from 'vitest';
import { type EdgeUnderTest, edgeUnderTest } from './testing/edge-under-test.ts';
import { OFFER, RawPhone, toTagOf } from './testing/raw-phone.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(): Promise<{ under: EdgeUnderTest; phone: RawPhone }> {
  const under = await edgeUnderTest();
  const phone = await RawPhone.udp(under.edge.port);
  closers.push(
    () => under.edge.close(0),
    () => phone.close(),
  );
  return { under, phone };
}

async function call(phone: RawPhone, body: string, contentType = 'application/sdp'): Promise<string> {
  phone.request('INVITE', { body, contentType });
  const answer = await phone.next(/ 200 /, /CSeq: 1 INVITE/);
  phone.request('ACK', { toTag: toTagOf(answer) });
  return answer;
}

describe('calls of phones with unusual message bodies', () => {
  it('An offer within a multipart body is answered', async () => {
    const { under, phone } = await start();
    const body = `--uniq-1\r\nContent-Type: application/sdp\r\n\r\n${OFFER}\r\n--uniq-1\r\nContent-Type: application/isup\r\n\r\nx\r\n--uniq-1--\r\n`;
    expect(await call(phone, body, 'multipart/mixed;boundary="uniq-1"')).toContain('m=audio');
    await under.until(/answered/);
    expect(under.arrived[0]?.inMultipart).toBe(true);
  });

  it('A direction followed by a space puts the call on hold', async () => {
    const { phone } = await start();
    const toTag = toTagOf(await call(phone, OFFER));
    phone.request('INVITE', { cseq: 2, toTag, body: `${OFFER}a=inactive \r\n` });
    expect(await phone.next(/ 200 /, /CSeq: 2 INVITE/)).toContain('a=inactive\r\n');
  });

  it('Keys in every kind of INFO are taken; other INFOs are explained', async () => {
    const { under, phone } = await start();
    const toTag = toTagOf(await call(phone, OFFER));
    const kinds: [string, string][] = [
      ['application/dtmf-relay', 'Signal= 4\r\nDuration=160'],
      ['audio/telephone-event', 'd=5'],
      ['text/plain', '*'],
    ];
    let cseq = 1;
    for (const [contentType, body] of kinds) {
      phone.request('INFO', { cseq: ++cseq, toTag, body, contentType });
      expect(await phone.next(/^SIP/, new RegExp(`CSeq: ${cseq} INFO`))).toContain(' 200 OK');
    }
    await under.until(/digit \*/);
    expect(under.events.filter((event) => event.startsWith('digit'))).toEqual([
      'digit 4',
      'digit 5',
      'digit *',
    ]);
    phone.request('INFO', {
      cseq: ++cseq,
      toTag,
      body: '<x/>',
      contentType: 'application/media_control+xml',
    });
    const refused = await phone.next(/ 415 /);
    expect(refused).toMatch(/^Warning: 399 127\.0\.0\.1 "the body is not about keys; .*"\r$/m);
    expect(refused).toMatch(/^Accept: application\/sdp/m);
  });

  it('An INFO with an unrequested package gets 469 and Recv-Info', async () => {
    const { under, phone } = await start();
    const toTag = toTagOf(await call(phone, OFFER));
    const headers = ['Info-Package: g.3gpp.mid-call'];
    phone.request('INFO', { cseq: 2, toTag, headers, body: '<x/>', contentType: 'application/x+xml' });
    expect(await phone.next(/ 469 Bad Info Package/)).toMatch(/^Recv-Info: *\r$/m);
    phone.request('INFO', { cseq: 3, toTag, headers });
    await phone.next(/ 469 /, /CSeq: 3 INFO/);
    const key = { headers: ['Info-Package: dtmf'], contentType: 'application/dtmf-relay' };
    phone.request('INFO', { cseq: 4, toTag, ...key, body: 'Signal=4' });
    await phone.next(/ 200 /, /CSeq: 4 INFO/);
    await under.until(/digit 4/);
  });
});
