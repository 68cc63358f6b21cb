import { describe, expect, it } from 'vitest';
import { CallRates } from './call-rates.ts';
import { SIP_EDGE_LIMITS } from './limits.ts';

const { strangerCallBurst, strangerCallsPerMinute } = SIP_EDGE_LIMITS;
const MINUTE_MS = 60_000;
const TRUNK = '192.0.2.9';
const PHONE = '192.0.2.7';
const STRANGER = '192.0.2.66';

const rates = () =>
  new CallRates({ limits: SIP_EDGE_LIMITS, ours: [TRUNK], hasRegistered: (address) => address === PHONE });

/** The number of calls that are admitted. */
const taken = (under: CallRates, address: string, calls: number, now: number): number =>
  Array.from({ length: calls }, () => under.obstacle(address, now)).filter((text) => text === undefined)
    .length;

describe('call rates of addresses', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.2',
    '::1',
    TRUNK,
    PHONE,
  ])('%s is no stranger and may make 200 calls a second', (address) => {
    const under = rates();
    for (let second = 0; second < 10; second++) {
      expect(taken(under, address, 200, second * 1_000)).toBe(200);
    }
  });

  it("A stranger's address may call as often as a person dials", () => {
    const under = rates();
    expect(taken(under, STRANGER, 200, 0)).toBe(strangerCallBurst);
    expect(under.obstacle(STRANGER, 0)).toContain('register the phone');
    expect(taken(under, STRANGER, 200, MINUTE_MS)).toBe(strangerCallsPerMinute);
    expect(taken(under, '192.0.2.67', 200, MINUTE_MS)).toBe(strangerCallBurst);
  });

  it('An IPv6 network of 64 bits counts as one address', () => {
    const under = rates();
    expect(taken(under, '2001:db8::1', 200, 0)).toBe(strangerCallBurst);
    expect(taken(under, '2001:db8::2', 1, 0)).toBe(0);
  });
});
