import { beforeEach, expect, it } from 'vitest';
import { createLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { RouteFailover } from './route-failover.ts';

let clock: ScriptedClock;
let did: string[];
let failover: RouteFailover;

beforeEach(() => {
  clock = new ScriptedClock();
  did = [];
  failover = new RouteFailover({
    sip: {
      place: ({ target, sipHeaders }) => void did.push(`place ${target?.host} ${sipHeaders?.['X-Id']}`),
      hangUp: (legId) => void did.push(`hang up ${legId}`),
    },
    clock,
    log: createLog((_level, _name, text) => void did.push(text)),
  });
});

const route = (host: string) => ({
  target: { uri: `sip:desk@${host}`, host, port: 5060, transport: 'udp' as const },
  sipHeaders: { 'X-Id': host },
});
const place = (...hosts: string[]) => {
  failover.place({ legId: 'b', from: '+1', to: 'desk' }, hosts.map(route));
  expect(did.splice(0)).toEqual([`place ${hosts[0]} ${hosts[0]}`]);
};

it('The next route is tried and reported when one fails', () => {
  place('one', 'two');
  expect(failover.goesOn('b', 503)).toBe(true);
  expect(did).toEqual([
    'The route sip:desk@one does not take the call (503): sip:desk@two is tried.',
    'place two two',
  ]);
  expect(failover.goesOn('b', 503)).toBe(false);
});

it('A route without a response is given up after four seconds', () => {
  place('one', 'two');
  clock.advance(3_999);
  expect(did).toEqual([]);
  clock.advance(1);
  expect(did).toEqual(['hang up b']);
  expect(failover.goesOn('b', 487)).toBe(true);
  clock.advance(60_000);
  expect(did.at(-1)).toBe('place two two');
});

it.each([
  ['is busy', () => {}, 486],
  ['has rung before it fails', () => failover.reached('b'), 503],
  ['was hung up by the application', () => failover.hangUp('b'), 487],
])('No other route is tried if the called party %s', (_what, before, code) => {
  place('one', 'two');
  before();
  expect(failover.goesOn('b', code)).toBe(false);
});

it('A route that has accepted the call may take its time', () => {
  place('one', 'two');
  failover.trying('b');
  clock.advance(60_000);
  expect(did).toEqual([]);
  expect(failover.goesOn('b', 500)).toBe(true);
});
