import { describe, expect, it } from 'vitest';
import { LATCH_PACKETS, LEARN_MS, MOVED_AFTER_MS, SourceLatch } from './source-latch.ts';

const PHONE = '10.0.0.1';
/** The address that the signalling of a phone behind a NAT comes from. */
const NAT = '192.0.2.7';
const STRANGER = '203.0.113.9';
const FRAME_MS = 20;

/** A latch after an answer, with a clock that each packet advances. */
function answered(peer = PHONE, changes: { address?: string; port?: number; sends?: boolean } = {}) {
  const latch = new SourceLatch();
  const sdp = { address: PHONE, port: 4000, peer, sends: true, ...changes };
  let nowMs = 50;
  latch.negotiate(sdp, nowMs);
  return {
    latch,
    wait: (ms: number) => {
      nowMs += ms;
    },
    negotiate: (other: Partial<typeof sdp> = {}) => latch.negotiate({ ...sdp, ...other }, nowMs),
    /** Packets in a row, one per frame. @returns whether each was accepted. */
    from(address: string, port: number, count: number, first = 0, ssrc = 1): boolean[] {
      return Array.from({ length: count }, (_, n) => {
        nowMs += FRAME_MS;
        return latch.accepts(address, port, ssrc, (first + n) & 0xffff, nowMs);
      });
    },
    get goesTo() {
      return latch.proven ? `${latch.address}:${latch.port}` : 'nobody';
    },
  };
}

const none = (count: number) => new Array(count).fill(false);

describe('the source latch', () => {
  it('The latch accepts packets from the SDP address, then nobody else', () => {
    const call = answered();
    expect(call.from(PHONE, 4000, 1)).toEqual([true]);
    expect(call.from(NAT, 4000, 9)).toEqual(none(9));
    expect(call.from(PHONE, 4002, 9, 0, 2)).toEqual(none(9));
    expect(call.goesTo).toBe('10.0.0.1:4000');
  });

  it('The latch learns a phone behind a NAT by three packets', () => {
    const call = answered(NAT);
    expect(call.goesTo).toBe('nobody');
    expect(call.from(NAT, 6000, 4, 65_534)).toEqual([false, false, true, true]);
    expect(call.goesTo).toBe('192.0.2.7:6000');
    expect(call.from(NAT, 6002, 9)).toEqual(none(9));
  });

  it('The latch learns another port of the host in the SDP', () => {
    const call = answered(NAT);
    expect(call.from(PHONE, 4444, LATCH_PACKETS).at(-1)).toBe(true);
    expect(call.goesTo).toBe('10.0.0.1:4444');
  });

  it('The latch learns nothing from any other host', () => {
    const call = answered(NAT);
    expect(call.from(STRANGER, 6000, 20)).toEqual(none(20));
    expect(call.goesTo).toBe('nobody');
  });

  it('A new port is sent to while the old one still sends', () => {
    const call = answered();
    call.from(PHONE, 4000, 5);
    call.negotiate({ port: 5000 });
    expect(call.from(PHONE, 4000, 9, 5)).toEqual(new Array(9).fill(true));
    expect(call.goesTo).toBe('10.0.0.1:5000');
    expect(call.from(PHONE, 5000, 1, 14)).toEqual([true]);
    expect(call.from(PHONE, 4000, 9, 15)).toEqual(none(9));
  });

  it('The latch relearns the old address behind a NAT, whatever is negotiated', () => {
    const call = answered(NAT);
    call.from(NAT, 6000, 5);
    call.negotiate({ port: 5000 });
    call.from(NAT, 6000, 5, 5);
    expect(call.goesTo).toBe('192.0.2.7:6000');
  });

  it('Nothing is sent to a third party that sent nothing', () => {
    const call = answered(PHONE, { address: STRANGER });
    expect(call.goesTo).toBe('nobody');
    expect(call.from(STRANGER, 4000, 1)).toEqual([true]);
    expect(call.goesTo).toBe('203.0.113.9:4000');
  });

  it('Nothing is sent to a privileged port, and none is learned', () => {
    const call = answered(PHONE, { port: 53 });
    expect(call.goesTo).toBe('nobody');
    call.from(PHONE, 53, 5);
    expect(call.goesTo).toBe('nobody');
    expect(answered().from(PHONE, 1_023, 9)).toEqual(none(9));
  });

  it('The latch stops learning some seconds after the answer', () => {
    const call = answered(NAT);
    call.wait(LEARN_MS);
    expect(call.from(NAT, 6000, 20)).toEqual(none(20));
    expect(call.from(PHONE, 4000, 1)).toEqual([true]);
  });

  it('The same description does not reopen the latch', () => {
    const call = answered();
    call.wait(LEARN_MS);
    call.negotiate();
    expect(call.from(PHONE, 6000, 20)).toEqual(none(20));
    call.negotiate({ sends: false });
    call.negotiate();
    call.wait(LEARN_MS);
    expect(call.from(PHONE, 6000, 20)).toEqual(none(20));
    call.negotiate({ port: 4004 });
    expect(call.from(PHONE, 6000, 3).at(-1)).toBe(true);
  });

  it('The latch learns the address of a phone that began on hold', () => {
    const call = answered(NAT, { sends: false });
    call.wait(60_000);
    call.negotiate({ sends: true });
    expect(call.from(NAT, 6000, 3).at(-1)).toBe(true);
  });

  it('The latch follows neither a spray of packets nor mixed streams', () => {
    const { latch } = answered(NAT);
    for (let n = 0; n < 20; n++) expect(latch.accepts(NAT, 6000, n, 5, 60)).toBe(false);
    for (let n = 0; n < 20; n++) expect(latch.accepts(NAT, n % 2 ? 6000 : 6002, 1, n, 60)).toBe(false);
  });

  it('The latch returns to the SDP address for good once heard', () => {
    const call = answered(NAT);
    call.from(NAT, 6000, 5);
    expect(call.from(PHONE, 4000, 1)).toEqual([true]);
    expect(call.goesTo).toBe('10.0.0.1:4000');
    expect(call.from(NAT, 6000, 5, 5)).toEqual(none(5));
  });

  it('A learned address is forgotten only if another one is negotiated', () => {
    const call = answered(NAT);
    call.from(NAT, 6000, 5);
    call.negotiate();
    expect(call.from(NAT, 6000, 1, 5)).toEqual([true]);
    call.negotiate({ address: '10.0.0.2' });
    expect(call.goesTo).toBe('nobody');
  });
});

describe('a stream whose source port changes', () => {
  it.each([
    ['by a new NAT binding', NAT, NAT, 6000],
    ['where the SDP was right', PHONE, PHONE, 4000],
  ])('A new source port is followed once the old is silent: %s', (_, peer, host, port) => {
    const call = answered(peer);
    call.from(host, port, 100);
    call.wait(MOVED_AFTER_MS);
    const moved = call.from(host, 7000, 10, 112);
    expect(moved.indexOf(true)).toBe(LATCH_PACKETS - 1);
    expect(call.goesTo).toBe(`${host}:7000`);
    call.wait(1_000);
    expect(call.from(host, port, 10, 170).at(-1)).toBe(true);
    expect(call.goesTo).toBe(`${host}:${port}`);
  });

  it('A stream is followed if voice and keys have different SSRCs', () => {
    const call = answered();
    call.from(PHONE, 4000, 50, 0, 1);
    call.from(PHONE, 4000, 2, 900, 2);
    call.wait(MOVED_AFTER_MS);
    expect(call.from(PHONE, 7000, 3, 60, 1).at(-1)).toBe(true);
  });

  it('A new source port is never followed while both ports send', () => {
    const call = answered();
    for (let n = 0; n < 100; n++) {
      expect(call.from(PHONE, 4000, 1, n)).toEqual([true]);
      expect(call.from(PHONE, 7000, 1, n)).toEqual([false]);
    }
    expect(call.goesTo).toBe('10.0.0.1:4000');
  });

  it('A stream is not followed between two long packets', () => {
    const call = answered();
    for (let n = 0; n < 5; n++) {
      call.wait(600);
      call.from(PHONE, 4000, 1, n);
    }
    call.wait(600);
    expect(call.from(PHONE, 7000, 9, 20)).toEqual(none(9));
    call.wait(300);
    expect(call.from(PHONE, 7000, 3, 30).at(-1)).toBe(true);
  });

  it.each([
    ['another host', STRANGER, 60, 1],
    ['another SSRC', PHONE, 60, 2],
    ['numbers that do not go on', PHONE, 40_000, 1],
  ])('A stream is not followed to %s', (_, host, first, ssrc) => {
    const call = answered();
    call.from(PHONE, 4000, 50);
    call.wait(5_000);
    expect(call.from(host, 7000, 20, first, ssrc)).toEqual(none(20));
  });
});
