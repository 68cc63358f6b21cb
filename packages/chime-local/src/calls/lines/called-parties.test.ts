import { describe, expect, it } from 'vitest';
import { parseRoute } from '#options';
import { CalledParties } from './called-parties.ts';

describe('a route', () => {
  it.each([
    ['+1206=sip:127.0.0.1:5080', { host: '127.0.0.1', port: 5080, transport: 'udp' }],
    [
      '+12065550123=sip:desk@pbx.example',
      { user: 'desk', host: 'pbx.example', port: 5060, transport: 'udp' },
    ],
    ['+1=sip:a.example;transport=tcp', { host: 'a.example', port: 5060, transport: 'tcp' }],
  ])('A route is parsed: %s', (text, target) => {
    expect(parseRoute(text)).toEqual({ prefix: text.slice(0, text.indexOf('=')), target });
  });

  it.each([
    '1206=sip:a',
    '+1206',
    '+1206=a.example',
    '+1206=sip:a.example:0',
    '+1206=sip:a.example:70000',
    '+1206=sip:a;transport=ws',
    '+1=sip:a b',
  ])('A route is refused: %s', (text) => {
    expect(parseRoute(text)).toBeUndefined();
  });
});

describe('a called number', () => {
  const route = (text: string) => parseRoute(text) ?? expect.fail(text);
  const parties = new CalledParties([route('+1206=sip:a.example'), route('+12065550=sip:b.example')], {
    isServed: (number) => number === '+12065550199',
    isRegistered: (number) => number === '+15557770001',
  });

  it.each([
    ['+12069999999', 'sip:+12069999999@a.example:5060'],
    ['+12065550100', 'sip:+12065550100@b.example:5060'],
    ['+15557770001', undefined],
  ])('A call goes by the longest route, else to a telephone: %s', (number, uri) => {
    const party = parties.find(number);
    expect(party.by === 'address' ? party.target.uri : undefined).toBe(uri);
  });

  it.each([
    ['+12065550199', 'application'],
    ['+15557770001', 'registration'],
    ['+15557770002', 'test party'],
  ] as const)('A number leads to an application, telephone or the test party: %s', (number, by) => {
    expect(parties.find(number)).toEqual({ by });
  });
});
