import { beforeEach, describe, expect, it } from 'vitest';
import { type SipMessage, SipRequest, SipResponse } from '../messages/message.ts';
import { parseMessage } from '../messages/parse-message.ts';
import { countingIds, type RequestParts, requestBytes } from '../testing/example-messages.ts';
import type { Source } from '../transport/flow.ts';
import type { UserAgentOutput } from './outputs.ts';
import { UserAgent } from './user-agent.ts';

const UDP: Source = { transport: 'udp', address: '192.0.2.7', port: 5060 };
const SDP = { body: Buffer.from('v=0'), contentType: 'application/sdp', offer: false };

let agent: UserAgent;
let now: number;

beforeEach(() => {
  now = 0;
  agent = new UserAgent({ host: '198.51.100.1', port: 5060, ids: countingIds(), product: 'test' });
});

function sent(outputs: UserAgentOutput[]): SipMessage[] {
  return outputs.flatMap((output) => {
    if (output.kind !== 'send') return [];
    const result = parseMessage(output.bytes);
    if (result.kind !== 'message') throw new Error(`not well-formed: ${output.bytes}`);
    return [result.message];
  });
}

function receive(parts: RequestParts, source = UDP): UserAgentOutput[] {
  return agent.receive(requestBytes(parts), source, now);
}

/** The only response to a request. */
function answerTo(parts: RequestParts, source = UDP): SipResponse {
  const responses = sent(receive(parts, source)).filter((message) => message instanceof SipResponse);
  if (responses.length !== 1) throw new Error(`${responses.length} responses`);
  return responses[0]!;
}

function invite(parts: RequestParts = {}): string {
  const invited = receive(parts).find((output) => output.kind === 'invited');
  if (invited?.kind !== 'invited') throw new Error('not invited');
  return invited.usageId;
}

function answered(): string {
  const usageId = invite();
  agent.accept(usageId, SDP, now);
  receive({ method: 'ACK', toTag: usageId, branch: 'z9hG4bK-ack' });
  return usageId;
}

function causes(outputs: UserAgentOutput[]): string[] {
  return outputs.flatMap((output) => (output.kind === 'ended' ? [output.cause] : []));
}

describe('requests outside of dialogs (RFC 3261 section 8.2)', () => {
  const table: [string, RequestParts, number][] = [
    ['8.2.1: a method of another RFC is answered 405', { method: 'SUBSCRIBE' }, 405],
    ['21.5.2: a method that is not recognised is answered 501', { method: 'NEWMETHOD' }, 501],
    ['8.2.2.1: an unknown URI scheme is answered 416', { uri: 'soap.beep://192.0.2.103:3002' }, 416],
    [
      '8.2.2.3: a required extension is answered 420',
      { headers: ['Require: 100rel, nothingSupportsThis'] },
      420,
    ],
    ['20.1: an Accept header with text/plain only is answered 406', { headers: ['Accept: text/plain'] }, 406],
    [
      '20.1: a quality of 0 for SDP is answered 406',
      { headers: ['Accept: application/sdp;q=0.0, */*;q=0'] },
      406,
    ],
    ['8.2.3: a body of another type is answered 415', { body: 'x', contentType: 'text/plain' }, 415],
    ['15.1.2: a BYE without a dialog is answered 481', { method: 'BYE', toTag: 'unknown' }, 481],
    ['12.2.2: an INVITE in an unknown dialog is answered 481', { toTag: 'unknown' }, 481],
    ['9.2: a CANCEL without an INVITE is answered 481', { method: 'CANCEL' }, 481],
    ['an INFO without a dialog is answered 481', { method: 'INFO' }, 481],
    ['11.2: OPTIONS is answered as an INVITE would be', { method: 'OPTIONS' }, 200],
  ];
  for (const [name, parts, status] of table) {
    it(name, () => {
      const response = answerTo(parts);
      expect(response.status).toBe(status);
      expect(response.toTag).not.toBe('');
      expect(agent.kept).toEqual({ transactions: 0, usages: 0 });
    });
  }

  it('16.3 and 21.4.21: Max-Forwards of zero is answered 483, except for OPTIONS', () => {
    const zero = (parts: RequestParts) =>
      Buffer.from(requestBytes(parts).toString().replace('Max-Forwards: 70', 'Max-Forwards: 0'));
    expect(sent(agent.receive(zero({}), UDP, now))).toMatchObject([{ status: 483 }]);
    expect(sent(agent.receive(zero({ method: 'OPTIONS' }), UDP, now))).toMatchObject([{ status: 200 }]);
  });

  it('A 420 names unsupported extensions; 405 and 200 list the allowed methods', () => {
    const refused = answerTo({ headers: ['Require: 100rel', 'Require: x'] });
    expect(refused.headers.get('unsupported')).toBe('x');
    expect(refused.headers.get('warning')).toBe('399 198.51.100.1 "the extension x is required"');
    expect(answerTo({ method: 'MESSAGE' }).headers.get('allow')).toContain('INVITE, ACK');
    const options = answerTo({ method: 'OPTIONS' });
    expect(options.headers.get('allow')).toContain('INFO');
    expect(options.headers.get('accept')).toContain('application/sdp');
  });

  it('8.2.7: A repeated request gets the same stateless response', () => {
    expect(answerTo({ method: 'BYE' }).toTag).toBe(answerTo({ method: 'BYE' }).toTag);
    expect(answerTo({ method: 'BYE' }).toTag).not.toBe(answerTo({ method: 'BYE', callId: 'other' }).toTag);
  });

  it('8.2.2.2: The same request over another path is answered 482', () => {
    invite();
    expect(answerTo({ branch: 'z9hG4bK-2' }).status).toBe(482);
  });

  it('A malformed request is answered 400 with the reason, except ACK', () => {
    const bytes = (method: string) =>
      Buffer.from(
        requestBytes({ method })
          .toString()
          .replace(/From:.*\r\n/, ''),
      );
    const outputs = agent.receive(bytes('INVITE'), UDP, now);
    const text = outputs[0]?.kind === 'send' ? outputs[0].bytes.toString() : '';
    expect(text).toContain('SIP/2.0 400 Bad Request (missing or malformed From)');
    expect(agent.receive(bytes('ACK'), UDP, now)).toEqual([]);
  });

  it('10.3: REGISTER is answered 200 with contacts and expiry times', () => {
    const response = answerTo({
      method: 'REGISTER',
      headers: ['Expires: 120', 'Contact: <sip:b@192.0.2.8>;expires=60'],
    });
    expect(response.status).toBe(200);
    expect(response.headers.fields('contact')).toEqual([
      '<sip:+15557770001@192.0.2.7:5060>;expires=120',
      '<sip:b@192.0.2.8>;expires=60',
    ]);
  });

  it('The admit option may refuse an INVITE statelessly', () => {
    const full = new UserAgent({
      host: '198.51.100.1',
      port: 5060,
      ids: countingIds(),
      admit: () => ({ status: 503, headers: [['Retry-After', '5']] }),
    });
    const [response] = sent(full.receive(requestBytes(), UDP, now));
    expect(response).toMatchObject({ status: 503 });
    expect(response!.headers.get('retry-after')).toBe('5');
    expect(full.kept.transactions).toBe(0);
  });
});

describe('routing of responses (RFC 3261 section 18.2, RFC 3581)', () => {
  function destination(via: string, source = UDP) {
    const output = receive({ method: 'OPTIONS', via }, source)[0];
    if (output?.kind !== 'send') throw new Error('nothing sent');
    const result = parseMessage(output.bytes);
    const field = result.kind === 'message' ? result.message.headers.get('via') : '';
    return { to: output.to, via: field };
  }

  it("18.2.2: The response goes to the source, at sent-by's port or 5060", () => {
    const { to, via } = destination('Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1', { ...UDP, port: 40_000 });
    expect(to).toMatchObject({ host: '192.0.2.7', port: 5060 });
    expect(via).toBe('SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1');
  });

  it('18.2.1: A received parameter is added if sent-by differs from the source', () => {
    const { to, via } = destination(
      'Via: SIP/2.0/UDP phone.example.com:5070;branch=z9hG4bK1;received=10.9.9.9',
    );
    expect(to).toMatchObject({ host: '192.0.2.7', port: 5070 });
    expect(via).toBe('SIP/2.0/UDP phone.example.com:5070;branch=z9hG4bK1;received=192.0.2.7');
  });

  it("RFC 3581 section 4: Only the top Via's rport is filled", () => {
    const { to, via } = destination(
      'Via: SIP/2.0/UDP 10.1.1.1;rport;branch=z9hG4bK1, SIP/2.0/UDP 10.2.2.2;rport;branch=z9hG4bK2',
      { ...UDP, port: 61_000 },
    );
    expect(to).toMatchObject({ host: '192.0.2.7', port: 61_000 });
    expect(via).toBe(
      'SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK1;received=192.0.2.7;rport=61000, SIP/2.0/UDP 10.2.2.2;rport;branch=z9hG4bK2',
    );
  });

  it('The response goes to the connection, or to a new one', () => {
    const tcp: Source = { transport: 'tcp', address: '192.0.2.7', port: 50_123, connection: 4 };
    const { to } = destination('Via: SIP/2.0/TCP 192.0.2.7:5062;branch=z9hG4bK1', tcp);
    expect(to).toEqual({ transport: 'tcp', host: '192.0.2.7', port: 5062, connection: 4 });
  });

  it('A maddr parameter is ignored', () => {
    const { to } = destination('Via: SIP/2.0/UDP 192.0.2.7;maddr=203.0.113.9;branch=z9hG4bK1');
    expect(to.host).toBe('192.0.2.7');
  });
});

describe('an INVITE to us (RFC 3261 section 13.3)', () => {
  it('17.2.1: A 100 is sent if nothing else is within 200 ms', () => {
    const usageId = invite();
    expect(agent.wakeAt).toBeLessThan(200);
    now = agent.wakeAt;
    expect(sent(agent.elapse(now))).toMatchObject([{ status: 100, toTag: '' }]);
    expect(agent.wakeAt).toBeGreaterThan(1_000);
    expect(sent(agent.accept(usageId, SDP, now))).toMatchObject([{ status: 200 }]);
  });

  it('The 180 and the 200 have the same tag', () => {
    const headers = ['Record-Route: <sip:p2;lr>, <sip:p1;lr>'];
    const outputs = receive({ headers });
    expect(sent(outputs)).toEqual([]);
    const usageId = outputs.find((output) => output.kind === 'invited')!.usageId;
    const [ringing] = sent(agent.progress(usageId, 180, now));
    const [ok] = sent(agent.accept(usageId, SDP, now));
    expect(ringing!.toTag).toBe(usageId);
    expect(ok).toMatchObject({ status: 200, toTag: usageId });
    expect(ok!.headers.get('record-route')).toBe('<sip:p2;lr>, <sip:p1;lr>');
    expect(ok!.contact?.uri).toBe('sip:198.51.100.1:5060');
    expect(ok!.headers.get('server')).toBe('test');
  });

  it('13.3.1.1: A provisional response is repeated every minute', () => {
    const usageId = invite();
    agent.progress(usageId, 180, now);
    const ringing: number[] = [];
    while (agent.wakeAt < 200_000) {
      now = agent.wakeAt;
      if (sent(agent.elapse(now)).length > 0) ringing.push(now);
    }
    expect(ringing).toEqual([60_000, 120_000, 180_000]);
  });

  it('13.3.1: An INVITE whose Expires elapses is answered 487', () => {
    invite({ headers: ['Expires: 30'] });
    agent.elapse(200);
    expect(agent.wakeAt).toBe(30_000);
    now = 30_000;
    const outputs = agent.elapse(now);
    expect(sent(outputs)).toMatchObject([{ status: 487 }]);
    expect(causes(outputs)).toEqual(['expired']);
  });

  it('13.3.1.4: A 2xx is repeated, and a BYE follows without ACK', () => {
    const usageId = invite();
    const sentAt: [number, string][] = [];
    const record = (outputs: UserAgentOutput[]) => {
      for (const message of sent(outputs)) {
        sentAt.push([now, message instanceof SipRequest ? message.method : String(message.status)]);
      }
      return causes(outputs);
    };
    record(agent.accept(usageId, SDP, now));
    const ends: string[] = [];
    while (agent.wakeAt <= 33_000) {
      now = agent.wakeAt;
      ends.push(...record(agent.elapse(now)));
    }
    const oks = sentAt.filter(([, what]) => what === '200').map(([at]) => at);
    expect(oks).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(sentAt.find(([, what]) => what === 'BYE')?.[0]).toBe(32_000);
    expect(ends).toEqual(['no ack']);
  });

  it('17.1.1.3: An ACK with another number does not stop the 2xx', () => {
    const usageId = invite();
    agent.accept(usageId, SDP, now);
    receive({ method: 'ACK', toTag: usageId, cseq: 7, branch: 'z9hG4bK-other' });
    now = 500;
    expect(sent(agent.elapse(now))).toMatchObject([{ status: 200 }]);
    receive({ method: 'ACK', toTag: usageId, branch: 'z9hG4bK-right' });
    now = 1_500;
    expect(sent(agent.elapse(now))).toEqual([]);
  });

  it('9.2: CANCEL is answered 200, its INVITE 487, with one tag', () => {
    const usageId = invite();
    const outputs = receive({ method: 'CANCEL' });
    const responses = sent(outputs) as SipResponse[];
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 487]);
    expect(responses.every(({ toTag }) => toTag === usageId)).toBe(true);
    expect(causes(outputs)).toEqual(['cancelled']);
    // The ACK of the 487 stops its retransmission.
    receive({ method: 'ACK', toTag: usageId });
    expect(agent.settled).toBe(true);
  });

  it('9.2: A CANCEL after the final response changes nothing', () => {
    const usageId = invite();
    agent.accept(usageId, SDP, now);
    const outputs = receive({ method: 'CANCEL' });
    expect(sent(outputs)).toMatchObject([{ status: 200 }]);
    expect(causes(outputs)).toEqual([]);
  });

  it('15.1.2: A BYE before the answer gets 200, its INVITE 487', () => {
    const usageId = invite();
    const outputs = receive({ method: 'BYE', toTag: usageId, cseq: 2, branch: 'z9hG4bK-b' });
    expect((sent(outputs) as SipResponse[]).map(({ status }) => status)).toEqual([200, 487]);
    expect(causes(outputs)).toEqual(['cancelled']);
  });
});

describe('within a dialog (RFC 3261 section 12.2)', () => {
  it('12.2.2: A request out of order is answered 500', () => {
    const toTag = answered();
    expect(answerTo({ method: 'OPTIONS', toTag, cseq: 5, branch: 'z9hG4bK-a' }).status).toBe(200);
    expect(answerTo({ method: 'BYE', toTag, cseq: 4, branch: 'z9hG4bK-b' }).status).toBe(500);
    expect(agent.kept.usages).toBe(1);
  });

  it('12: Another From tag or Call-ID means another dialog', () => {
    const toTag = answered();
    expect(answerTo({ method: 'BYE', toTag, cseq: 2, fromTag: 'thief' }).status).toBe(481);
    expect(answerTo({ method: 'BYE', toTag, cseq: 2, callId: 'thief' }).status).toBe(481);
  });

  it('A BYE is answered 200 and ends the call once', () => {
    const toTag = answered();
    const bye = { method: 'BYE', toTag, cseq: 2, branch: 'z9hG4bK-b' };
    expect(causes(receive(bye))).toEqual(['bye received']);
    const again = receive(bye);
    expect(sent(again)).toMatchObject([{ status: 200 }]);
    expect(causes(again)).toEqual([]);
    expect(agent.kept.usages).toBe(0);
  });

  it('15: Our BYE waits for the ACK of our 2xx', () => {
    const usageId = invite();
    agent.accept(usageId, SDP, now);
    expect(sent(agent.bye(usageId, now))).toEqual([]);
    const outputs = receive({ method: 'ACK', toTag: usageId, branch: 'z9hG4bK-ack' });
    expect(sent(outputs)).toMatchObject([{ method: 'BYE' }]);
    expect(causes(outputs)).toEqual(['bye sent']);
  });

  it('12.2.1.1: BYE follows the recorded route in order', () => {
    const routes = ['Record-Route: <sip:p2.example.com;lr>', 'Record-Route: <sip:p1.example.com;lr>'];
    const bye = (headers: string[], callId: string) => {
      const usageId = invite({ headers, callId, branch: `z9hG4bK-${callId}` });
      agent.accept(usageId, SDP, now);
      agent.bye(usageId, now);
      const outputs = receive({ method: 'ACK', toTag: usageId, callId, branch: `z9hG4bK-a${callId}` });
      const output = outputs.find((one) => one.kind === 'send');
      return { message: sent(outputs)[0] as SipRequest, to: output?.kind === 'send' ? output.to : undefined };
    };
    const loose = bye(routes, 'loose');
    expect(loose.message.uri).toBe('sip:+15557770001@192.0.2.7:5060');
    expect(loose.message.headers.fields('route')).toEqual([
      '<sip:p2.example.com;lr>',
      '<sip:p1.example.com;lr>',
    ]);
    expect(loose.to).toMatchObject({ host: 'p2.example.com', port: 5060 });
    expect(loose.message.from?.uri).toBe('sip:+15551230000@198.51.100.1');
    expect(loose.message.toTag).toBe('caller');
    const strict = bye(
      ['Record-Route: <sip:old.example.com>', 'Record-Route: <sip:p1.example.com;lr>'],
      'strict',
    );
    expect(strict.message.uri).toBe('sip:old.example.com');
    expect(strict.message.headers.fields('route')).toEqual([
      '<sip:p1.example.com;lr>',
      '<sip:+15557770001@192.0.2.7:5060>',
    ]);
  });

  it('12.2.2: An accepted re-INVITE changes the remote target', () => {
    const toTag = answered();
    const moved = Buffer.from(
      requestBytes({ toTag, cseq: 2, branch: 'z9hG4bK-r' })
        .toString()
        .replace(/Contact:.*/, 'Contact: <sip:new@192.0.2.50:5999>'),
    );
    const output = agent.receive(moved, UDP, now).find((one) => one.kind === 'modified');
    if (output?.kind !== 'modified') throw new Error('not told');
    agent.reply(output.pending, 200, SDP, now);
    receive({ method: 'ACK', toTag, cseq: 2, branch: 'z9hG4bK-ra' });
    const outputs = agent.bye(toTag, now);
    expect(sent(outputs)).toMatchObject([{ method: 'BYE', uri: 'sip:new@192.0.2.50:5999' }]);
  });

  it('14.2: A re-INVITE or UPDATE before the answer gets 500', () => {
    const toTag = invite();
    const reinvite = answerTo({ toTag, cseq: 2, branch: 'z9hG4bK-r' });
    expect(reinvite.status).toBe(500);
    expect(Number(reinvite.headers.get('retry-after'))).toBeLessThanOrEqual(10);
    const update = { method: 'UPDATE', toTag, cseq: 3, branch: 'z9hG4bK-u', body: 'v=0' };
    expect(answerTo(update).status).toBe(500);
  });

  it("14.2: While our own re-INVITE is pending, the peer's gets 491", () => {
    const toTag = answered();
    expect(sent(agent.reinvite(toTag, SDP, now))).toMatchObject([{ method: 'INVITE' }]);
    expect(answerTo({ toTag, cseq: 2, branch: 'z9hG4bK-r' }).status).toBe(491);
    expect(answerTo({ method: 'UPDATE', body: 'v=0', toTag, cseq: 3, branch: 'z9hG4bK-u' }).status).toBe(491);
  });

  it('12.2.1.2: A 481 to our re-INVITE ends the call', () => {
    const toTag = answered();
    const [reinvite] = sent(agent.reinvite(toTag, SDP, now)) as SipRequest[];
    const via = `Via: ${reinvite!.headers.get('via')}`;
    const gone = [
      'SIP/2.0 481 Gone',
      via,
      `From: ${reinvite!.headers.get('from')}`,
      `To: ${reinvite!.headers.get('to')}`,
      `Call-ID: ${reinvite!.callId}`,
      'CSeq: 1 INVITE',
      '',
      '',
    ].join('\r\n');
    expect(causes(agent.receive(Buffer.from(gone), UDP, now))).toEqual(['gone']);
  });

  it('RFC 6086: A repeated INFO is reported once', () => {
    const toTag = answered();
    const info = {
      method: 'INFO',
      toTag,
      cseq: 2,
      branch: 'z9hG4bK-i',
      body: 'Signal=1',
      contentType: 'application/dtmf-relay',
    };
    const told = [...receive(info), ...receive(info)].filter((output) => output.kind === 'info');
    expect(told).toHaveLength(1);
    if (told[0]?.kind === 'info')
      expect(sent(agent.reply(told[0].pending, 200, {}, now))).toMatchObject([{ status: 200 }]);
    // The type of its body is left to the user.
    const plain = receive({ ...info, cseq: 3, branch: 'z9hG4bK-j', contentType: 'text/plain' });
    expect(plain.map(({ kind }) => kind)).toEqual(['info']);
  });

  it('Requests for calls that have ended, or never existed, are ignored', () => {
    expect(agent.bye('nobody', now)).toEqual([]);
    expect(agent.accept('nobody', SDP, now)).toEqual([]);
    const toTag = answered();
    expect(agent.accept(toTag, SDP, now)).toEqual([]);
    expect(agent.refuse(toTag, 486, {}, now)).toEqual([]);
    agent.bye(toTag, now);
    expect(agent.bye(toTag, now)).toEqual([]);
  });
});

describe('memory', () => {
  it('After 300 calls and 32 s nothing is kept', () => {
    for (let i = 0; i < 300; i++) {
      const own = { callId: `c${i}`, branch: `z9hG4bK-${i}` };
      const usageId = invite(own);
      agent.accept(usageId, SDP, now);
      receive({ ...own, method: 'ACK', toTag: usageId, branch: `z9hG4bK-a${i}` });
      receive({ ...own, method: 'BYE', toTag: usageId, cseq: 2, branch: `z9hG4bK-b${i}` });
    }
    expect(agent.kept).toEqual({ transactions: 600, usages: 0 });
    agent.elapse(32_000);
    expect(agent.kept).toEqual({ transactions: 0, usages: 0 });
    expect(agent.wakeAt).toBe(Number.POSITIVE_INFINITY);
  });
});
