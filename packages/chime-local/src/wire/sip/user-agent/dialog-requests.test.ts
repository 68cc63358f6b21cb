import { beforeEach, describe, expect, it } from 'vitest';
import { AgentUnderTest } from '../testing/agent-under-test.ts';
import type { Destination, Source } from '../transport/flow.ts';

let call: AgentUnderTest;
beforeEach(() => {
  call = new AgentUnderTest();
});

const FLOW: Destination = { transport: 'udp', host: '192.0.2.7', port: 5062 };
const via = (sentBy: string, rport = true) =>
  `Via: SIP/2.0/UDP ${sentBy};branch=z9hG4bK-1${rport ? ';rport' : ''}`;

/** The destinations of our BYE, in order, when nothing responds. */
function byeWays(): string[] {
  call.run((agent, now) => agent.bye(call.usageId, now));
  call.pass(64_000);
  const ways = call.requests('BYE').map(({ to }) => `${to.host}:${to.port}`);
  return ways.filter((way, i) => way !== ways[i - 1]);
}

describe('our requests in a dialog', () => {
  it.each([
    ['a private address', '<sip:x@192.168.1.138:36161>'],
    ['a private address of the other kind', '<sip:x@10.0.0.3>'],
    ['a link-local address', '<sip:x@169.254.3.4:5060>'],
    ['the loopback', '<sip:x@127.0.0.1:9>'],
    ['a reserved name', '<sip:x@x.invalid>'],
    ['a name', '<sip:x@desk-phone.example.com>'],
    ['another port', '<sip:x@192.0.2.7:9>'],
    ['no address', '<sip:x@0.0.0.0:5060>'],
    ['a group of hosts', '<sip:x@224.0.1.75:5060>'],
    ['the broadcast address', '<sip:x@255.255.255.255:5060>'],
    ['another host', '<sip:x@203.0.113.9:5060>'],
    ['another transport', '<sip:x@192.168.1.138;transport=tcp>'],
    ['TLS', '<sips:x@192.0.2.7>'],
    ['another URI', '<tel:+15557770001>'],
  ])('A request follows the flow of a phone with Contact %s', (_name, contact) => {
    call.answeredCall({ contact, via: via('192.168.1.138:5062') });
    expect(byeWays()[0]).toBe('192.0.2.7:5062');
  });

  it('The Request-URI is the Contact, whatever way the request takes', () => {
    call.answeredCall({ contact: '<sip:x@192.168.1.138:36161>', via: via('192.168.1.138:5062') });
    call.run((agent, now) => agent.bye(call.usageId, now));
    expect(call.lastRequest('BYE').message.uri).toBe('sip:x@192.168.1.138:36161');
  });

  it.each([
    ['on the loopback', '127.0.0.1', '192.168.1.138:36161'],
    ['in one private network', '192.168.1.20', '192.168.7.9:5060'],
    ['on the IPv6 loopback', '::1', '[2001:db8::9]:5060'],
  ])('A request follows the flow %s', (_name, address, contact) => {
    call.source = { transport: 'udp', address, port: 6100 };
    call.answeredCall({ contact: `<sip:x@${contact}>`, via: via('phone.local') });
    call.run((agent, now) => agent.bye(call.usageId, now));
    expect(call.lastRequest('BYE').to).toMatchObject({ host: address, port: 6100 });
  });

  it('A request follows the Contact, or the flow if that is silent', () => {
    call.answeredCall({ contact: '<sip:x@192.0.2.7:5080>', via: via('192.0.2.7:5062', false) });
    expect(byeWays().slice(0, 3)).toEqual(['192.0.2.7:5080', '192.0.2.7:5062', '192.0.2.7:5080']);
  });

  it('A request follows the Contact, or the proxy if that is silent', () => {
    const two =
      'Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK-1;rport, SIP/2.0/UDP 198.51.100.77;branch=z9hG4bK-0';
    call.answeredCall({ contact: '<sip:x@198.51.100.77:5070>', via: two });
    expect(byeWays().slice(0, 2)).toEqual(['198.51.100.77:5070', '192.0.2.7:5062']);
  });

  it('A request follows Record-Route, or the flow without the proxy', () => {
    call.answeredCall({ headers: ['Record-Route: <sip:proxy.example.com;lr>'] });
    call.run((agent, now) => agent.bye(call.usageId, now));
    expect(call.lastRequest('BYE').to.host).toBe('proxy.example.com');
    call.pass(2_000);
    expect(call.lastRequest('BYE').to.host).toBe('192.0.2.7');
    expect(call.lastRequest('BYE').message.headers.get('route')).toContain('proxy.example.com');
  });

  it.each([
    ['a group of hosts', 'sip:x@224.0.1.75'],
    ['a group of IPv6 hosts', 'sip:x@[ff02::1]'],
    ['the broadcast address', 'sip:x@255.255.255.255'],
    ['no port', 'sip:x@203.0.113.9:0'],
  ])('A request is never sent to %s', (_name, contact) => {
    call.answeredCall({ contact: `<${contact}>` });
    expect(byeWays()).toEqual(['192.0.2.7:5062']);
  });

  it.each([
    ['without angle brackets', 'sip:192.0.2.7:5090;lr', '<sip:192.0.2.7:5090;lr>', '192.0.2.7:5090'],
    ['that is invalid', 'nonsense', undefined, '192.0.2.7:5060'],
    ['that is empty', '<>', undefined, '192.0.2.7:5060'],
  ])('The readable part of a Record-Route is used: one %s', (_name, field, route, way) => {
    const two = `${via('192.0.2.7:5062')}\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK-0`;
    call.answeredCall({ headers: [`Record-Route: ${field}`], via: two });
    call.run((agent, now) => agent.bye(call.usageId, now));
    const { to, message } = call.lastRequest('BYE');
    expect(`${to.host}:${to.port}`).toBe(way);
    expect([message.uri, message.headers.get('route')]).toEqual(['sip:+15557770001@192.0.2.7:5060', route]);
  });

  it('A request takes the next way if one fails at once', () => {
    call.answeredCall({ contact: '<sip:x@192.0.2.7:5080>', via: via('192.0.2.7:5062', false) });
    let key: string | undefined;
    call.run((agent, now) => {
      const outputs = agent.bye(call.usageId, now);
      for (const output of outputs) if (output.kind === 'send') key = output.transactionKey;
      return outputs;
    });
    call.run((agent, now) => agent.transportFailed(key ?? '', now));
    expect(call.requests('BYE').map(({ to, at }) => [to.port, at])).toEqual([
      [5080, 0],
      [5062, 0],
    ]);
    expect(call.requests('BYE').map(({ message }) => message.cseq?.number)).toEqual([1, 1]);
  });

  it('Requests stay on the way that brought a response', () => {
    call.answeredCall({ contact: '<sip:x@192.0.2.7:5080>', via: via('192.0.2.7:5062', false) });
    call.run((agent, now) => agent.watch(call.usageId, 'now', now));
    call.pass(2_000);
    call.answer(call.lastRequest('OPTIONS').message, 200);
    call.run((agent, now) => agent.bye(call.usageId, now));
    expect(call.requests('BYE').map(({ to }) => to)).toEqual([FLOW]);
  });

  it('Requests follow a phone that is heard from another address', () => {
    call.answeredCall({ contact: '<sip:x@192.168.1.2:5060>' });
    call.source = { transport: 'udp', address: '192.0.2.99', port: 7000 };
    call.receive({ method: 'INFO', toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-2', contact: '' });
    call.run((agent, now) => agent.bye(call.usageId, now));
    expect(call.lastRequest('BYE').to).toMatchObject({ host: '192.0.2.99', port: 7000 });
  });

  it("The phone's own connection is used before its Contact", () => {
    const source: Source = { transport: 'tcp', address: '192.0.2.7', port: 40_001, connection: 3 };
    call.source = source;
    call.answeredCall({
      contact: '<sip:x@192.168.1.2:5060;transport=tcp>',
      via: via('192.168.1.2').replace('UDP', 'TCP'),
    });
    call.run((agent, now) => agent.bye(call.usageId, now));
    expect(call.lastRequest('BYE').to).toMatchObject({ transport: 'tcp', connection: 3 });
  });

  it.each([
    '<sips:x@192.168.1.2>',
    '<sip:x@192.168.1.2;transport=tls>',
    '<sip:x@192.0.2.7:5060>',
  ])('Requests go back on the TLS connection only: %s', (contact) => {
    call.source = { transport: 'tls', address: '192.0.2.7', port: 40_001, connection: 3 };
    call.answeredCall({ contact, via: via('192.168.1.2').replace('UDP', 'TLS') });
    call.run((agent, now) => agent.bye(call.usageId, now));
    const { to, message } = call.lastRequest('BYE');
    expect(to).toMatchObject({ transport: 'tls', connection: 3 });
    expect(message.headers.get('via')).toMatch(/^SIP\/2\.0\/TLS 198\.51\.100\.1:5060/);
  });

  it.each([
    ['no Contact (RFC 2543)', ''],
    ['a Contact of an asterisk', '*'],
    ['a Contact without a scheme', '<x@192.168.1.138>'],
    ['a Contact with brackets within', '<sip:x@192.0.2.7;+sip.instance="<urn:uuid:1>">'],
  ])('A call is ended even if its INVITE had %s', (_name, contact) => {
    call.answeredCall({ contact });
    call.run((agent, now) => agent.bye(call.usageId, now));
    expect(call.lastRequest('BYE')).toMatchObject({
      to: FLOW,
      message: { uri: 'sip:+15557770001@192.0.2.7' },
    });
  });

  it('Requests follow our INVITE if the Contact is in another network', () => {
    const invite = call.place(FLOW);
    call.answer(invite, 200, [['Contact', '<sip:bob@192.168.1.138:36161>']]);
    expect(call.lastRequest('ACK').to).toEqual(FLOW);
    call.answer(invite, 200, [['Contact', '<sip:bob@192.168.1.138:36161>']]);
    expect(call.lastRequest('ACK').to.host).toBe('192.168.1.138');
    call.run((agent, now) => agent.bye(call.usageId, now));
    expect(call.lastRequest('BYE').to).toEqual(FLOW);
  });

  it('A call of ours keeps to the TCP connection of its answer', () => {
    const trunk = { transport: 'tcp', host: '192.0.2.7', port: 5060 } as const;
    call.source = { transport: 'tcp', address: '192.0.2.7', port: 5060, connection: 7 };
    call.answer(call.place(trunk), 200, [['Contact', '<sip:pbx@192.0.2.7:5080;transport=tcp>']]);
    expect(call.agent.isUsing(7)).toBe(true);
    expect(call.lastRequest('ACK').to.connection).toBe(7);
    call.run((agent, now) => agent.bye(call.usageId, now));
    expect(call.lastRequest('BYE').to).toMatchObject({ host: '192.0.2.7', port: 5080, connection: 7 });
    expect(call.agent.isUsing(7)).toBe(false);
  });
});
