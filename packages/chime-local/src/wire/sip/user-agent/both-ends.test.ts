import { describe, expect, it } from 'vitest';
import { PretendCall } from '../testing/pretend-call.ts';

/** A loss of one fifth, duplicates, and delays that reorder packets. */
const STORM = { loss: 0.2, duplication: 0.1, minDelayMs: 5, maxDelayMs: 400 };
const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);
/** Longer than any transaction: 64*T1 for the response, and 64*T1 for the BYE. */
const LONG_MS = 200_000;

function once(list: string[], what: string): void {
  expect(list.filter((one) => one === what)).toHaveLength(1);
}

function nothingLeft(call: PretendCall): void {
  expect(call.agent.kept).toEqual({ transactions: 0, usages: 0 });
  expect(call.phone.layer.size).toBe(0);
}

describe('both ends on a perfect network', () => {
  it('A call is held, gets a digit and is hung up', () => {
    const call = new PretendCall({ seed: 1 });
    call.ask((phone, now) => phone.call(now, 'v=0'));
    call.clock.advance(2_000);
    call.ask((phone, now) => phone.inDialog('INVITE', now, 'hold'));
    call.clock.advance(100);
    call.ask((phone, now) => phone.inDialog('INFO', now, 'Signal=1', 'application/dtmf-relay'));
    call.clock.advance(100);
    call.ask((phone, now) => phone.inDialog('BYE', now));
    call.clock.advance(100);
    expect(call.told).toEqual([
      'invited',
      'acknowledged',
      'modified',
      'acknowledged',
      'info',
      'ended bye received',
    ]);
    expect(call.phone.seen).toEqual(['180', '200', 'answered', '200', '200 INFO', '200 BYE']);
    call.clock.advance(LONG_MS);
    nothingLeft(call);
  });

  it('A late offer is answered in the ACK', () => {
    const call = new PretendCall({ seed: 1 });
    call.phone.ackBody = 'the answer';
    call.onInvited = () =>
      call.answer({ body: Buffer.from('offer'), contentType: 'application/sdp', offer: true });
    call.ask((phone, now) => phone.call(now));
    call.clock.advance(10);
    expect(call.told).toEqual(['invited', 'acknowledged the answer']);
  });

  it('Our re-INVITE is acknowledged, and retried after 491 (section 14.1)', () => {
    const call = new PretendCall({ seed: 1 });
    call.ask((phone, now) => phone.call(now, 'v=0'));
    call.clock.advance(2_000);
    call.phone.answersReinviteWith = 491;
    const content = { body: Buffer.from('v=0'), contentType: 'application/sdp' };
    call.tell((agent, now) => agent.reinvite(call.usageId, content, now));
    call.clock.advance(50);
    expect(call.told).not.toContain('reinvited 491');
    call.phone.answersReinviteWith = 200;
    call.clock.advance(2_000);
    once(call.told, 'reinvited 200');
    once(call.phone.seen, 'ACK');
  });

  it('A phone that never acknowledges gets a BYE after 64*T1', () => {
    const call = new PretendCall({ seed: 1 });
    call.phone.acknowledges = false;
    call.ask((phone, now) => phone.call(now, 'v=0'));
    call.clock.advance(LONG_MS);
    once(call.told, 'ended no ack');
    once(call.phone.seen, 'BYE');
    nothingLeft(call);
  });

  it('A BYE to a vanished far end is given up after 64*T1', () => {
    const call = new PretendCall({ seed: 1 });
    call.ask((phone, now) => phone.call(now, 'v=0'));
    call.clock.advance(2_000);
    call.network.cut(true);
    call.tell((agent, now) => agent.bye(call.usageId, now));
    once(call.told, 'ended bye sent');
    call.clock.advance(LONG_MS);
    expect(call.agent.kept).toEqual({ transactions: 0, usages: 0 });
  });
});

describe('both ends on a bad network (loss 20 %, repetition 10 %, 5 to 400 ms)', () => {
  for (const seed of SEEDS) {
    it(`Seed ${seed}: the caller hangs up; answered once, ended once`, () => {
      const call = new PretendCall({ ...STORM, seed });
      call.ask((phone, now) => phone.call(now, 'v=0'));
      call.clock.advance(60_000);
      if (!call.phone.dialog) {
        // 11 responses or 7 INVITEs in a row were lost: then both ends must have given up on their own.
        call.clock.advance(LONG_MS);
        nothingLeft(call);
        return;
      }
      call.ask((phone, now) => phone.inDialog('INFO', now, 'Signal=5', 'application/dtmf-relay'));
      call.clock.advance(40_000);
      call.ask((phone, now) => phone.inDialog('BYE', now));
      call.clock.advance(LONG_MS);
      once(call.told, 'invited');
      once(call.told, 'acknowledged');
      once(call.told, 'info');
      once(call.told, 'ended bye received');
      once(call.phone.seen, '200 BYE');
      once(call.phone.seen, 'answered');
      nothingLeft(call);
    });
  }

  for (const seed of SEEDS) {
    it(`Seed ${seed}: the call ends once, hung up or cancelled`, () => {
      const call = new PretendCall({ ...STORM, seed: seed + 1_000 });
      const givesUp = seed % 2 === 0;
      call.onInvited = () => {
        call.tell((agent, now) => agent.progress(call.usageId, 180, now));
        if (givesUp) return;
        call.answer();
        call.tell((agent, now) => agent.bye(call.usageId, now));
      };
      call.ask((phone, now) => phone.call(now, 'v=0'));
      call.clock.advance(10_000);
      if (givesUp) call.ask((phone, now) => phone.cancel(now));
      call.clock.advance(LONG_MS);
      const ends = call.told.filter((one) => one.startsWith('ended'));
      expect(ends).toEqual([
        givesUp ? 'ended cancelled' : expect.stringMatching(/^ended (bye sent|no ack)$/),
      ]);
      nothingLeft(call);
    });
  }
});
