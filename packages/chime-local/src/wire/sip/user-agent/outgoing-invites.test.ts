import { beforeEach, describe, expect, it } from 'vitest';
import { type SipMessage, SipRequest, SipResponse } from '../messages/message.ts';
import { parseMessage } from '../messages/parse-message.ts';
import { createResponse } from '../messages/response.ts';
import { serializeMessage } from '../messages/serialize-message.ts';
import { countingIds } from '../testing/example-messages.ts';
import { backTo, type Source } from '../transport/flow.ts';
import type { UserAgentOutput } from './outputs.ts';
import { UserAgent } from './user-agent.ts';

const UDP: Source = { transport: 'udp', address: '192.0.2.7', port: 5060 };
const WS: Source = {
  transport: 'ws',
  address: '192.0.2.7',
  port: 40_001,
  connection: 7,
  local: { host: '198.51.100.1', port: 8080 },
};
const ID = 'our-tag';
const T1_64_MS = 32_000;

let agent: UserAgent;
let now: number;
let source: Source;
/** All messages that were sent, oldest first. */
let sent: SipMessage[];
/** Reports to the user: `ringing 180`, `answered`, `rejected 486 Busy Here far`, `ended bye received`. */
let told: string[];

beforeEach(() => {
  now = 0;
  sent = [];
  told = [];
  source = UDP;
  agent = new UserAgent({ host: '198.51.100.1', port: 5060, ids: countingIds(), product: 'test' });
});

function take(outputs: UserAgentOutput[]): void {
  for (const output of outputs) {
    if (output.kind === 'send') {
      expect(output.to).toEqual(backTo(source));
      const result = parseMessage(output.bytes);
      if (result.kind !== 'message') throw new Error(`not well-formed: ${output.bytes}`);
      sent.push(result.message);
    } else if (output.kind === 'ringing') told.push(`ringing ${output.status}`);
    else if (output.kind === 'answered') told.push(`answered ${output.response.body}`);
    else if (output.kind === 'rejected') {
      told.push(`rejected ${output.status} ${output.reason}${output.byPeer ? ' far' : ''}`);
    } else if (output.kind === 'ended') told.push(`ended ${output.cause}`);
    else told.push(output.kind);
  }
}

function place(from: Source = UDP): SipRequest {
  source = from;
  const invitation = {
    usageId: ID,
    uri: 'sip:bob@192.0.2.7',
    to: backTo(from),
    from: '<sip:+15550001111@198.51.100.1>',
    called: '<sip:+15557770001@198.51.100.1>',
    headers: [['X-Room', '7']] as const,
    body: Buffer.from('offer'),
    contentType: 'application/sdp',
  };
  take(agent.invite(invitation, now));
  return last('INVITE');
}

/** The last request with this method that was sent. */
function last(method: string): SipRequest {
  const found = sent.findLast((message) => message instanceof SipRequest && message.method === method);
  if (!(found instanceof SipRequest)) throw new Error(`no ${method} was sent`);
  return found;
}

function count(method: string): number {
  return sent.filter((message) => message instanceof SipRequest && message.method === method).length;
}

function hear(message: SipMessage): void {
  take(agent.receive(serializeMessage(message), source, now));
}

/** Receives the telephone's response to a request of ours. */
function respond(request: SipRequest, status: number, toTag = 'bob', headers: string[] = []): void {
  const isAnswer = request.method === 'INVITE' && status >= 200 && status < 300;
  hear(
    createResponse(request, status, {
      toTag,
      headers: [
        ['Contact', '<sip:bob@192.0.2.7>'],
        ...headers.map((value): [string, string] => ['Record-Route', value]),
      ],
      ...(isAnswer ? { body: Buffer.from('answer'), contentType: 'application/sdp' } : {}),
    }),
  );
}

/** Receives a request of the telephone within the dialog. */
function request(method: string, cseq: number, toTag = ID): void {
  const invite = last('INVITE');
  const bytes = [
    `${method} sip:198.51.100.1 SIP/2.0`,
    `Via: SIP/2.0/${source.transport.toUpperCase()} 192.0.2.7;branch=z9hG4bK-bob-${cseq}`,
    `From: ${invite.headers.get('to')};tag=bob`,
    `To: <sip:+15550001111@198.51.100.1>;tag=${toTag}`,
    `Call-ID: ${invite.callId}`,
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:bob@192.0.2.7>',
    '',
    '',
  ].join('\r\n');
  take(agent.receive(Buffer.from(bytes), source, now));
}

function pass(ms: number): void {
  const end = now + ms;
  while (agent.wakeAt <= end) {
    now = Math.max(now, agent.wakeAt);
    take(agent.elapse(now));
  }
  now = end;
}

/** Lets every timer elapse, and asserts that nothing is left. */
function nothingLeft(): void {
  pass(4 * T1_64_MS);
  expect(agent.kept).toEqual({ transactions: 0, usages: 0 });
  expect(agent.wakeAt).toBe(Number.POSITIVE_INFINITY);
}

describe('a call of ours (RFC 3261 section 13.2)', () => {
  it("8.1.1: The INVITE has all required fields and the user's own", () => {
    const invite = place();
    expect(invite.uri).toBe('sip:bob@192.0.2.7');
    expect(invite.headers.get('via')).toMatch(
      /^SIP\/2\.0\/UDP 198\.51\.100\.1:5060;branch=z9hG4bK\w+;rport$/,
    );
    expect(invite.headers.get('from')).toBe(`<sip:+15550001111@198.51.100.1>;tag=${ID}`);
    expect(invite.headers.get('to')).toBe('<sip:+15557770001@198.51.100.1>');
    expect(invite.headers.get('contact')).toBe('<sip:198.51.100.1:5060>');
    expect(invite.headers.get('max-forwards')).toBe('70');
    expect(invite.headers.get('user-agent')).toBe('test');
    expect(invite.headers.get('x-room')).toBe('7');
    expect(invite.body.toString()).toBe('offer');
  });

  it('A call rings, is answered and acknowledged, and is hung up', () => {
    const invite = place();
    respond(invite, 100);
    respond(invite, 180);
    respond(invite, 183);
    respond(invite, 200);
    expect(told).toEqual(['trying', 'ringing 180', 'ringing 183', 'answered answer']);
    const ack = last('ACK');
    expect(ack).toMatchObject({ uri: 'sip:bob@192.0.2.7', toTag: 'bob', callId: invite.callId });
    expect(ack.cseq?.number).toBe(invite.cseq?.number);
    expect(ack.topVia?.params.get('branch')).not.toBe(invite.topVia?.params.get('branch'));
    request('BYE', 1);
    expect(told.at(-1)).toBe('ended bye received');
    expect(sent.at(-1)).toMatchObject({ status: 200 });
    nothingLeft();
  });

  it('13.2.2.4: A repeated 200 gets the same ACK again', () => {
    const invite = place();
    respond(invite, 200);
    const first = serializeMessage(last('ACK')).toString();
    respond(invite, 200);
    take(agent.bye(ID, now));
    respond(invite, 200);
    expect(count('ACK')).toBe(3);
    expect(serializeMessage(last('ACK')).toString()).toBe(first);
    expect(told).toEqual(['answered answer', 'ended bye sent']);
    respond(last('BYE'), 200);
    nothingLeft();
  });

  it('12.1.2, 12.2.1.1: BYE follows the reversed route of the response', () => {
    const invite = place();
    respond(invite, 200, 'bob', ['<sip:192.0.2.7;lr;a>', '<sip:192.0.2.7;lr;b>']);
    expect(last('ACK').headers.fields('route')).toEqual(['<sip:192.0.2.7;lr;b>', '<sip:192.0.2.7;lr;a>']);
    take(agent.bye(ID, now));
    expect(last('BYE').headers.fields('route')).toEqual(['<sip:192.0.2.7;lr;b>', '<sip:192.0.2.7;lr;a>']);
    expect(last('BYE').cseq?.number).toBe(invite.cseq!.number + 1);
  });

  it('A response without Contact is acknowledged, and the call can be ended', () => {
    const invite = place();
    hear(createResponse(invite, 200, { toTag: 'bob' }));
    expect(last('ACK').uri).toBe('sip:bob@192.0.2.7');
    take(agent.bye(ID, now));
    expect(last('BYE').uri).toBe('sip:bob@192.0.2.7');
  });

  it('Re-INVITE, INFO and OPTIONS are handled after the call is answered', () => {
    respond(place(), 200);
    request('INVITE', 1);
    request('INFO', 2);
    request('OPTIONS', 3);
    expect(told.slice(1)).toEqual(['modified', 'info']);
    expect(sent.at(-1)).toMatchObject({ status: 200 });
    request('BYE', 4, 'another-tag');
    expect(sent.at(-1)).toMatchObject({ status: 481 });
  });

  it('14.1: A 491 to its own Call-ID waits at least 2.1 s', () => {
    respond(place(WS), 200);
    take(agent.reinvite(ID, { body: Buffer.from('again'), contentType: 'application/sdp' }, now));
    respond(last('INVITE'), 491);
    pass(2_099);
    expect(count('INVITE')).toBe(2);
    pass(1_901);
    expect(count('INVITE')).toBe(3);
  });
});

describe('calls that fail', () => {
  it.each([
    [486, 'rejected 486 Busy Here far'],
    [302, 'rejected 302 Redirected far'],
    [401, 'rejected 401 Unauthorized far'],
    [603, 'rejected 603 Decline far'],
  ])('17.1.1.3: %i is acknowledged in the transaction and reported once', (status, line) => {
    const invite = place();
    respond(invite, 180);
    respond(invite, status);
    respond(invite, status);
    expect(told.slice(1)).toEqual([line]);
    expect(count('ACK')).toBe(2);
    expect(last('ACK').topVia?.params.get('branch')).toBe(invite.topVia?.params.get('branch'));
    nothingLeft();
  });

  it('17.1.1.2: An unanswered INVITE is repeated, and 408 after 64*T1', () => {
    place();
    pass(T1_64_MS - 1);
    expect(count('INVITE')).toBe(7);
    expect(told).toEqual([]);
    pass(1);
    expect(told).toEqual(['rejected 408 nothing answers']);
    nothingLeft();
  });

  it('18.4: A request that cannot be sent is reported as 503', () => {
    source = UDP;
    const to = backTo(UDP);
    const outputs = agent.invite(
      {
        usageId: ID,
        uri: 'sip:b@c',
        to,
        from: '<sip:a@b>',
        called: '<sip:b@c>',
        body: Buffer.alloc(1),
        contentType: 'a/b',
      },
      now,
    );
    const key = outputs[0]?.kind === 'send' ? outputs[0].transactionKey : undefined;
    take(agent.transportFailed(key!, now));
    expect(told).toEqual(['rejected 503 the telephone cannot be reached']);
    nothingLeft();
  });

  it('An unanswered call is cancelled after three minutes and reported as 408', () => {
    const invite = place();
    respond(invite, 180);
    pass(179_999);
    expect(told).toEqual(['ringing 180']);
    pass(1);
    expect(told).toEqual(['ringing 180', 'rejected 408 nobody answered']);
    respond(last('CANCEL'), 200);
    respond(invite, 487);
    expect(told).toHaveLength(2);
    nothingLeft();
  });
});

describe('CANCEL (RFC 3261 section 9.1)', () => {
  it("A CANCEL has its INVITE's branch, and the 487 is acknowledged", () => {
    const invite = place();
    respond(invite, 180);
    take(agent.cancel(ID, now));
    const cancel = last('CANCEL');
    expect(cancel.headers.get('via')).toBe(invite.headers.get('via'));
    expect(cancel).toMatchObject({ uri: invite.uri, callId: invite.callId, toTag: '', fromTag: ID });
    expect(cancel.headers.get('cseq')).toBe(`${invite.cseq!.number} CANCEL`);
    respond(cancel, 200);
    respond(invite, 487);
    expect(count('ACK')).toBe(1);
    expect(told).toEqual(['ringing 180']);
    nothingLeft();
  });

  it('CANCEL waits for a provisional response, and is sent once', () => {
    const invite = place();
    take(agent.cancel(ID, now));
    expect(count('CANCEL')).toBe(0);
    respond(invite, 100);
    respond(invite, 180);
    take(agent.cancel(ID, now));
    expect(count('CANCEL')).toBe(1);
    expect(told).toEqual([]);
    respond(last('CANCEL'), 481);
    respond(invite, 487);
    nothingLeft();
  });

  it('A 200 that crosses the CANCEL gets ACK and BYE', () => {
    const invite = place();
    respond(invite, 180);
    take(agent.cancel(ID, now));
    respond(invite, 200);
    expect(count('ACK')).toBe(1);
    expect(last('BYE')).toMatchObject({ toTag: 'bob', uri: 'sip:bob@192.0.2.7' });
    respond(invite, 200);
    expect([count('ACK'), count('BYE')]).toEqual([2, 1]);
    respond(last('BYE'), 200);
    respond(last('CANCEL'), 200);
    expect(told).toEqual(['ringing 180']);
    nothingLeft();
  });

  it('Without a final response the INVITE ends 64*T1 after CANCEL', () => {
    const invite = place();
    respond(invite, 180);
    take(agent.cancel(ID, now));
    expect(agent.settled).toBe(false);
    pass(T1_64_MS);
    expect(agent.settled).toBe(true);
    nothingLeft();
    respond(invite, 200);
    expect(count('ACK')).toBe(0);
  });

  it('A cancelled INVITE without any response ends on its own', () => {
    place();
    take(agent.cancel(ID, now));
    nothingLeft();
    expect(told).toEqual([]);
  });

  it('A CANCEL of an answered or unknown call changes nothing', () => {
    respond(place(), 200);
    take(agent.cancel(ID, now));
    take(agent.cancel('unknown', now));
    expect(count('CANCEL')).toBe(0);
    expect(agent.settled).toBe(false);
  });
});

describe('forking', () => {
  it('13.2.2.4: The first 200 is kept, and others get ACK and BYE', () => {
    const invite = place();
    respond(invite, 200, 'bob');
    for (let i = 0; i < 20; i++) respond(invite, 200, `carol-${i}`);
    expect(told).toEqual(['answered answer']);
    expect(count('ACK')).toBe(8);
    expect(count('BYE')).toBe(7);
    expect(last('BYE').toTag).toBe('carol-6');
    respond(invite, 200, 'carol-0');
    expect([count('ACK'), last('ACK').toTag]).toEqual([9, 'carol-0']);
    request('BYE', 1);
    expect(told).toEqual(['answered answer', 'ended bye received']);
    nothingLeft();
  });
});

describe('over a WebSocket (RFC 7118)', () => {
  it('Via and Contact name the WebSocket, and requests follow the flow', () => {
    const invite = place(WS);
    expect(invite.headers.get('via')).toMatch(/^SIP\/2\.0\/WS 198\.51\.100\.1:8080;branch=/);
    expect(invite.headers.get('contact')).toBe('<sip:198.51.100.1:8080;transport=ws>');
    hear(
      createResponse(invite, 200, { toTag: 'bob', headers: [['Contact', '<sip:b@x.invalid;transport=ws>']] }),
    );
    expect(last('ACK').uri).toBe('sip:b@x.invalid;transport=ws');
    take(agent.bye(ID, now));
    expect(last('BYE').headers.get('via')).toMatch(/^SIP\/2\.0\/WS 198\.51\.100\.1:8080;/);
    respond(last('BYE'), 200);
    nothingLeft();
  });

  it('An INVITE over WebSocket is not repeated: the transport is reliable', () => {
    place(WS);
    pass(T1_64_MS - 1);
    expect(count('INVITE')).toBe(1);
  });

  it.each([
    ['before anything is heard', 0, ['rejected 503 the telephone cannot be reached']],
    ['while it rings', 180, ['ringing 180', 'rejected 503 the telephone cannot be reached']],
    ['during the call', 200, ['answered answer', 'ended gone']],
  ])('A socket that closes %s ends its call once', (_name, status, lines) => {
    const invite = place(WS);
    if (status > 0) respond(invite, status);
    take(agent.connectionClosed(8, now));
    expect(told).toHaveLength(lines.length - 1);
    take(agent.connectionClosed(7, now));
    expect(told).toEqual(lines);
    expect(count('BYE')).toBe(0);
    nothingLeft();
  });

  it('A call that arrived over a WebSocket ends with its socket', () => {
    source = WS;
    const via = 'Via: SIP/2.0/WS h1k2.invalid;branch=z9hG4bK-1;rport';
    const bytes = [
      'INVITE sip:+15551230000@198.51.100.1 SIP/2.0',
      via,
      'From: <sip:+15557770001@198.51.100.1>;tag=page',
      'To: <sip:+15551230000@198.51.100.1>',
      'Call-ID: page-1',
      'CSeq: 1 INVITE',
      'Contact: <sip:x9@h1k2.invalid;transport=ws;ob>',
      'Content-Type: application/sdp',
      '',
      'offer',
    ].join('\r\n');
    const outputs = agent.receive(Buffer.from(bytes), WS, now);
    const invited = outputs.find((output) => output.kind === 'invited');
    if (invited?.kind !== 'invited') throw new Error('not invited');
    expect(invited.request.body.toString()).toBe('offer');
    take(agent.progress(invited.usageId, 180, now));
    const ringing = sent.at(-1);
    if (!(ringing instanceof SipResponse)) throw new Error('no 180');
    expect(`Via: ${ringing.headers.get('via')}`).toBe(via);
    expect(ringing.headers.get('contact')).toBe('<sip:198.51.100.1:8080;transport=ws>');
    take(agent.connectionClosed(7, now));
    expect(told).toEqual(['ended gone']);
    nothingLeft();
  });
});
