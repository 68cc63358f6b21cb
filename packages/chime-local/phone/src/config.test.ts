import { describe, expect, it } from 'vitest';
import { checkConfig, webSocketUrl } from './config.ts';

const GOOD = {
  sipUrl: 'ws://127.0.0.1:8080/sip',
  numbers: [{ number: '+12025550100', label: 'live-call SMA' }],
  ownNumbers: { first: '+12025550160', count: 40 },
  iceServers: [],
  keys: [{ name: 'PIN', keys: '12345678' }],
};

describe("the phone's configuration", () => {
  it('A valid configuration is accepted unchanged; keys are optional', () => {
    expect(checkConfig(GOOD)).toEqual(GOOD);
    const { keys: _, ...without } = GOOD;
    expect(checkConfig(without)).toEqual({ ...GOOD, keys: [] });
  });

  it.each([
    [undefined, 'no JSON object'],
    [{ ...GOOD, sipUrl: 'http://x' }, 'sipUrl'],
    [{ ...GOOD, keys: [{ name: 'PIN', keys: 'abc' }] }, 'keys'],
    [{ ...GOOD, numbers: [{ number: 1 }] }, 'numbers'],
    [{ ...GOOD, ownNumbers: undefined }, 'ownNumbers is missing'],
    [{ ...GOOD, ownNumbers: { first: '12', count: 1 } }, 'ownNumbers.first'],
    [{ ...GOOD, ownNumbers: { first: '+12025550160', count: 0 } }, 'ownNumbers.count'],
    [{ ...GOOD, iceServers: undefined }, 'iceServers'],
  ])('The error names the invalid member of %j', (value, what) => {
    expect(() => checkConfig(value)).toThrow(what);
  });

  it.each([
    ['ws://127.0.0.1:8080/sip', 'http://127.0.0.1:8080/phone/', 'ws://127.0.0.1:8080/sip'],
    ['ws://127.0.0.1:8080/sip', 'http://localhost:8080/phone/', 'ws://localhost:8080/sip'],
    ['/sip', 'http://localhost:8080/phone/', 'ws://localhost:8080/sip'],
    ['/sip', 'https://phone.example/phone/', 'wss://phone.example/sip'],
    ['ws://127.0.0.1:9090/sip', 'http://127.0.0.1:8080/phone/', 'ws://127.0.0.1:9090/sip'],
  ])('The SIP URL %s on the page %s becomes %s', (sipUrl, page, url) => {
    expect(webSocketUrl(sipUrl, new URL(page))).toBe(url);
  });
});
