import { expect, it } from 'vitest';
import { parseRoute } from '#options';
import { connectorTargets } from './connector-target.ts';

const there = (host: string) => ({ host, port: 5060, transport: 'udp' as const });
const route = (host: string, rank = 1, weight = 1) => ({ connectorId: 'vc', ...there(host), rank, weight });
const led = [parseRoute('sbc.example.com=sip:127.0.0.1:5080;transport=tcp') ?? expect.fail()];
const first = () => 0;

it('A call goes to routes on this machine or private networks', () => {
  for (const host of ['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.9', 'localhost']) {
    expect(connectorTargets('desk', [route(host)], { routes: [], below: first })).toEqual([
      { connectorId: 'vc', target: { uri: `sip:desk@${host}:5060`, ...there(host) } },
    ]);
  }
});

it('A call does not leave for another network without an explicit route', () => {
  for (const host of ['8.8.8.8', '172.32.0.1', 'sbc.example.com', '10.evil.example']) {
    expect(connectorTargets('desk', [route(host)], { routes: [], below: first })).toEqual([]);
  }
});

it("A route on the command line directs a connector's call", () => {
  const originations = [route('other.example.com'), route('SBC.example.com'), route('127.0.0.1')];
  const [found] = connectorTargets('desk', originations, { routes: led, below: first });
  expect(found?.target).toEqual({
    uri: 'sip:desk@SBC.example.com:5060',
    host: '127.0.0.1',
    port: 5080,
    transport: 'tcp',
  });
});

it('Routes are tried by rank, and by weight within a rank', () => {
  const originations = [route('10.0.0.9', 2), route('10.0.0.1', 1, 30), route('10.0.0.2', 1, 70)];
  const hosts = (lot: number) =>
    connectorTargets('desk', originations, { routes: [], below: (end) => Math.min(lot, end - 1) }).map(
      ({ target }) => target.host,
    );
  expect(hosts(29)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.9']);
  expect(hosts(30)).toEqual(['10.0.0.2', '10.0.0.1', '10.0.0.9']);
});
