import { expect, it } from 'vitest';
import { parseRoute } from '#options';
import { connectorTarget } from './connector-target.ts';

const there = (host: string) => ({ host, port: 5060, transport: 'udp' as const });
const route = (host: string) => ({ connectorId: 'vc', ...there(host) });
const led = [parseRoute('sbc.example.com=sip:127.0.0.1:5080;transport=tcp') ?? expect.fail()];

it('A call goes to routes on this machine or private networks', () => {
  for (const host of ['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.9', 'localhost']) {
    expect(connectorTarget('desk', [route(host)], [])).toEqual({
      connectorId: 'vc',
      target: { uri: `sip:desk@${host}:5060`, ...there(host) },
    });
  }
});

it('sends nothing to another network unasked', () => {
  for (const host of ['8.8.8.8', '172.32.0.1', 'sbc.example.com', '10.evil.example']) {
    expect(connectorTarget('desk', [route(host)], [])).toBeUndefined();
  }
});

it("A route of the command line leads a connector's call", () => {
  const originations = [route('other.example.com'), route('SBC.example.com'), route('127.0.0.1')];
  expect(connectorTarget('desk', originations, led)?.target).toEqual({
    uri: 'sip:desk@SBC.example.com:5060',
    host: '127.0.0.1',
    port: 5080,
    transport: 'tcp',
  });
});
