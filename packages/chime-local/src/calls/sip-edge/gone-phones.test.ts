import { afterEach, describe, expect, it } from 'vitest';
import { ScriptedClock } from '#testkit';
import { type EdgeUnderTest, edgeUnderTest } from './testing/edge-under-test.ts';
import { OFFER, RawPhone, toTagOf } from './testing/raw-phone.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Starts a call of a phone whose Contact is unreachable. */
async function start(contact = '<sip:+15557770001@127.0.0.1:9>', offer = OFFER) {
  const clock = new ScriptedClock(0);
  const under: EdgeUnderTest = await edgeUnderTest({}, clock);
  const phone = await RawPhone.udp(under.edge.port);
  closers.push(
    () => phone.close(),
    () => {
      const closed = under.edge.close(0);
      clock.advance(1);
      return closed;
    },
  );
  phone.request('INVITE', { body: offer, contact });
  const toTag = toTagOf(await phone.next(/ 200 /));
  phone.request('ACK', { toTag, contact });
  // Messages are read in order, so the ACK has been read once a later request is answered.
  phone.request('OPTIONS', { callId: 'other' });
  await phone.next(/ 200 /, /CSeq: 1 OPTIONS/);
  return { under, phone, clock, toTag, legId: under.arrived[0]?.legId ?? '' };
}

describe('a telephone that has fallen silent', () => {
  it('A telephone that answers stays, however often it is asked', async () => {
    const { under, phone, clock, legId } = await start();
    under.edge.askIfThere(legId);
    for (let asked = 0; asked < 4; asked++) {
      phone.respond(await phone.next(/^OPTIONS /), '200 OK');
      // Messages are read in order, so the last one has been read once a later request is answered.
      phone.request('OPTIONS', { cseq: 100 + asked, callId: `other-${asked}` });
      await phone.next(/ 200 /);
      clock.advance(60_000);
    }
    expect(under.events).toEqual(['arrived', 'answered']);
  });

  it('A telephone that does not know the call gets a BYE', async () => {
    const { under, phone, legId } = await start();
    under.edge.askIfThere(legId);
    phone.respond(await phone.next(/^OPTIONS /), '481 Call/Transaction Does Not Exist');
    await under.until(/ended 408 fault/);
    await phone.next(/^BYE /);
  });

  it('A telephone that vanishes while on hold is noticed within minutes', async () => {
    const { under, phone, clock, toTag } = await start();
    phone.request('INVITE', { cseq: 2, toTag, body: `${OFFER}a=inactive\r\n` });
    await phone.next(/ 200 /, /CSeq: 2 INVITE/);
    phone.request('ACK', { cseq: 2, toTag });
    phone.request('OPTIONS', { cseq: 3, toTag });
    await phone.next(/ 200 /, /CSeq: 3 OPTIONS/);
    clock.advance(120_000);
    await under.until(/ended 408 fault/);
  });

  it('A leg that is cut off ends when asked, then gets BYE', async () => {
    const { under, phone, clock, legId, toTag } = await start();
    under.edge.cutOff(legId);
    phone.request('BYE', { cseq: 2, toTag });
    under.edge.askIfThere(legId);
    phone.request('OPTIONS', { cseq: 3, callId: 'another' });
    await phone.next(/ 200 /, /CSeq: 3 OPTIONS/);
    expect(under.events).toEqual(['arrived', 'answered']);
    clock.advance(60_000);
    await under.until(/ended 408 fault/);
    await phone.next(/^BYE /);
    expect(phone.heard.filter((text) => /^OPTIONS |CSeq: 2 BYE/m.test(text))).toEqual([]);
  });

  it('A BYE reaches a phone whose Contact is unreachable', async () => {
    const { under, phone, legId } = await start('<sip:x@192.168.1.138:36161>');
    under.edge.hangUp(legId, 0);
    expect(await phone.next(/^BYE /)).toMatch(/^BYE sip:x@192\.168\.1\.138:36161 SIP/);
  });
});

describe('a registered telephone', () => {
  const NUMBER = '+15557770042';

  it('A restarted telephone may register from another port at once', async () => {
    const under = await edgeUnderTest();
    closers.push(() => under.edge.close(0));
    const before = await RawPhone.udp(under.edge.port);
    expect(await before.register(NUMBER)).toMatch(/ 200 /);
    await before.close();
    const again = await RawPhone.udp(under.edge.port);
    closers.push(() => again.close());
    expect(await again.register(NUMBER)).toMatch(/ 200 /);
    expect(under.edge.registered()).toEqual([NUMBER]);
  });

  it('A telephone that answers keeps its number, whatever the answer', async () => {
    const under = await edgeUnderTest();
    closers.push(() => under.edge.close(0));
    const [holder, other] = [await RawPhone.udp(under.edge.port), await RawPhone.udp(under.edge.port)];
    closers.push(
      () => holder.close(),
      () => other.close(),
    );
    await holder.register(NUMBER);
    expect(await other.register(NUMBER)).toMatch(/ 403 .*another telephone/);
    await holder.next(/^OPTIONS /);
  });
});
