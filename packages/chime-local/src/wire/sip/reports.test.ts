import { describe, expect, it } from 'vitest';
import { parseMessage } from './messages/parse-message.ts';
import { StreamFramer } from './messages/stream-framer.ts';
import { AgentUnderTest } from './testing/agent-under-test.ts';
import { PHONE_OFFER, type RequestParts, requestBytes } from './testing/example-messages.ts';

/**
 * Further reports about other stacks: bytes on streams, session timers, registrations. Named by tracker and
 * number.
 */

const OPTIONS = requestBytes({ method: 'OPTIONS' });
const REGISTER = requestBytes({ method: 'REGISTER' });

/** All messages of a stream that arrives in these pieces. */
const framed = (...pieces: (string | Buffer)[]): string[] => {
  const framer = new StreamFramer();
  return pieces.flatMap((piece) => framer.push(Buffer.from(piece)).messages.map(String));
};

describe('messages on a stream', () => {
  it('pjproject#482: Keep-alives may precede a message or separate two', () => {
    const stream = Buffer.concat([Buffer.from('\r\n\r\n\r\n'), OPTIONS, Buffer.from('\r\n\r\n'), REGISTER]);
    expect(framed(stream)).toEqual([OPTIONS, REGISTER].map(String));
  });

  it('sipgo#357: A line end that arrives alone is not a keep-alive', () => {
    const text = REGISTER.toString();
    for (let at = text.indexOf('\r\n'); at >= 0; at = text.indexOf('\r\n', at + 1)) {
      expect(framed(text.slice(0, at), '\r\n', text.slice(at + 2), OPTIONS)).toEqual([
        text,
        OPTIONS.toString(),
      ]);
    }
  });

  it('jain-sip#48: A header may be split within its empty line', () => {
    const text = requestBytes({ body: PHONE_OFFER }).toString();
    const end = text.indexOf('\r\n\r\n');
    for (const cut of [1, 2, 3]) {
      expect(framed(text.slice(0, end + cut), text.slice(end + cut))).toEqual([text]);
    }
  });

  it('sngrep#466, sipgo#145: Three requests and part of another arrive at once', () => {
    const stream = Buffer.concat([OPTIONS, OPTIONS, OPTIONS, REGISTER.subarray(0, 40)]);
    expect(framed(stream, REGISTER.subarray(40))).toEqual([OPTIONS, OPTIONS, OPTIONS, REGISTER].map(String));
  });

  it('webrtc2sip#5: A WebSocket message needs no Content-Length', () => {
    const call = new AgentUnderTest();
    call.source = { transport: 'ws', address: '127.0.0.1', port: 40_001, connection: 3 };
    const text = requestBytes({
      body: PHONE_OFFER,
      via: 'Via: SIP/2.0/WS a.invalid;branch=z9hG4bK1',
    }).toString();
    const bytes = Buffer.from(text.replace(/Content-Length.*\r\n/, ''));
    call.run((agent, now) => agent.receive(bytes, call.source, now));
    expect(call.told).toEqual([]);
    expect(call.usageId).not.toBe('');
  });
});

describe('where responses go', () => {
  const topVia = (via: string, transport: 'tcp' | 'udp') => {
    const call = new AgentUnderTest();
    call.source = {
      transport,
      address: '192.0.2.7',
      port: 40_001,
      ...(transport === 'tcp' ? { connection: 3 } : {}),
    };
    call.receive({ method: 'OPTIONS', via });
    return [call.answersTo('OPTIONS')[0]?.headers.get('via'), call.sent[0]?.to.port];
  };

  it('drachtio-server#444: No rport is added if none was requested', () => {
    const via = 'SIP/2.0/TCP 192.0.2.7:10040;branch=z9hG4bK1';
    expect(topVia(`Via: ${via}`, 'tcp')[0]).toBe(via);
    expect(topVia('Via: SIP/2.0/UDP 192.0.2.7:5072;branch=z9hG4bK1', 'udp')).toEqual([
      'SIP/2.0/UDP 192.0.2.7:5072;branch=z9hG4bK1',
      5072,
    ]);
  });

  it('JsSIP#642: rport is read in a Via with white space and folds', () => {
    const via = 'Via: SIP /  2.0 \r\n / UDP 10.0.0.1:6060 ;\r\n  BRanch=z9hG4bK1;rport;Param1=Foo;param3=Bar';
    expect(topVia(via, 'udp')).toEqual([expect.stringContaining('rport=40001'), 40_001]);
  });

  it('Telephone#606: The tag of a To without angle brackets is read', () => {
    const call = new AgentUnderTest();
    call.answeredCall();
    const to = `To: sip:+15551230000@198.51.100.1`;
    call.receive({ method: 'INFO', to, toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-i', body: 'Signal=9' });
    expect(call.told.at(-1)).toBe('info');
  });
});

describe('session timers', () => {
  const timed = (parts: RequestParts = {}): AgentUnderTest => {
    const call = new AgentUnderTest();
    call.answeredCall({ headers: ['Supported: timer', 'Session-Expires: 300;refresher=uas'], ...parts });
    return call;
  };

  it('drachtio-server#375: A refresh of ours without a response ends the call', () => {
    const call = timed();
    call.pass(150_000);
    expect(call.requests('INVITE').length).toBeGreaterThan(0);
    call.pass(64_000);
    expect(call.told.at(-1)).toBe('ended gone');
    expect(call.requests('BYE').length).toBeGreaterThan(0);
  });

  it('drachtio-server#475: A timer without a refresher is agreed on at once', () => {
    const call = timed({ headers: ['Supported: timer', 'Session-Expires: 90'] });
    expect(call.answersTo('INVITE').at(-1)?.headers.get('session-expires')).toBe('90;refresher=uac');
    call.pass(61_000);
    expect(call.told.at(-1)).toBe('ended not refreshed');
  });

  it('siphon-ai#479: A refresh with too short an interval leaves the call unchanged', () => {
    const call = timed({ headers: ['Supported: timer', 'Session-Expires: 300;refresher=uac'] });
    call.pass(100_000);
    const headers = ['Supported: timer', 'Session-Expires: 60;refresher=uac'];
    call.receive({ method: 'UPDATE', toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-u', headers });
    const refused = call.answersTo('UPDATE').at(-1);
    expect([refused?.status, refused?.headers.get('min-se')]).toEqual([422, '90']);
    call.pass(100_000);
    expect(call.told).toEqual(['acknowledged']);
  });

  it('pocket-dial#198: A phone that sends Session-Expires unasked is refreshed', () => {
    const call = new AgentUnderTest();
    const invite = call.place({ transport: 'udp', host: '192.0.2.7', port: 5062 });
    const contact: [string, string] = ['Contact', '<sip:bob@192.0.2.7:5062>'];
    call.answer(invite, 200, [['Session-Expires', '180;refresher=uac'], contact]);
    for (let round = 0; round < 5; round++) {
      call.pass(95_000);
      const refresh = [...call.requests('UPDATE'), ...call.requests('INVITE')].at(-1)?.message;
      if (!refresh || !('method' in refresh)) throw new Error('no refresh');
      call.answer(refresh, 200, [['Session-Expires', '180;refresher=uac'], contact]);
    }
    expect(call.told.filter((told) => told.startsWith('ended'))).toEqual([]);
  });
});

describe('registrations', () => {
  const register = (contact: string, ...headers: string[]) => {
    const call = new AgentUnderTest();
    call.receive({ method: 'REGISTER', contact, headers });
    const answer = call.answersTo('REGISTER').at(-1);
    return [answer?.status, answer?.headers.list('contact').join(), call.agent.registered(call.now).length];
  };

  it('asterisk#702: The requested expiry is granted', () => {
    expect(register('<sip:+15557770001@192.0.2.7:5060>;expires=180')).toEqual([
      200,
      expect.stringContaining('expires=180'),
      1,
    ]);
  });

  it("rsipstack#93: A Contact's expires parameter precedes the Expires header", () => {
    expect(register('<sip:+15557770001@192.0.2.7:5060>;expires=600', 'Expires: 0')).toEqual([
      200,
      expect.stringContaining('expires=600'),
      1,
    ]);
    expect(register('<sip:+15557770001@192.0.2.7:5060>;expires=0', 'Expires: 3600')).toEqual([200, '', 0]);
  });

  it('JsSIP#121: Too short an expiry is refused with Min-Expires', () => {
    const call = new AgentUnderTest();
    call.receive({ method: 'REGISTER', headers: ['Expires: 1'] });
    const answer = call.answersTo('REGISTER').at(-1);
    expect([answer?.status, answer?.headers.get('min-expires')]).toEqual([423, '10']);
  });

  it('pkts#84: A message with Content-Length after an Allow field is read', () => {
    const allow = 'Allow: ACK, CANCEL, BYE, INVITE, OPTIONS, INFO, UPDATE';
    const result = parseMessage(requestBytes({ headers: [allow], body: PHONE_OFFER }));
    expect(result.kind === 'message' && result.message.headers.list('via')).toHaveLength(1);
  });
});
