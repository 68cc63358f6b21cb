import { beforeEach, describe, expect, it } from 'vitest';
import { type SipMessage, SipRequest, type SipResponse } from '../messages/message.ts';
import { parseMessage } from '../messages/parse-message.ts';
import { createResponse } from '../messages/response.ts';
import { type RequestParts, requestBytes } from '../testing/example-messages.ts';
import type { Destination, Source } from '../transport/flow.ts';
import type { Transaction } from './transaction.ts';
import { TransactionLayer, type TransactionOutput } from './transaction-layer.ts';

const UDP: Source = { transport: 'udp', address: '192.0.2.7', port: 5060 };
const TCP: Source = { transport: 'tcp', address: '192.0.2.7', port: 5060, connection: 1 };
const TO_UDP: Destination = { transport: 'udp', host: '192.0.2.7', port: 5060 };
const TO_TCP: Destination = { transport: 'tcp', host: '192.0.2.7', port: 5060 };

let layer: TransactionLayer;
let outputs: TransactionOutput[];
/** All events so far, as `[ms, what]`. */
let happened: [number, string][];
let now: number;

beforeEach(() => {
  outputs = [];
  happened = [];
  now = 0;
  layer = new TransactionLayer(outputs);
});

function request(parts: RequestParts = {}): SipRequest {
  const result = parseMessage(requestBytes(parts));
  if (result.kind !== 'message' || !(result.message instanceof SipRequest)) throw new Error('bad example');
  return result.message;
}

function describeOutput(output: TransactionOutput): string {
  switch (output.kind) {
    case 'send':
      return `send ${output.bytes
        .toString()
        .split('\r\n', 1)[0]!
        .replace(/ sip:\S+| SIP\/2.0|SIP\/2.0 /g, '')}`;
    case 'response':
      return `pass ${output.response.status}`;
    case 'failed':
      return output.cause;
    default:
      return output.kind;
  }
}

function note(): void {
  for (const output of outputs.splice(0)) happened.push([now, describeOutput(output)]);
}

/** Lets time pass, and wakes the layer exactly when it asks for it. */
function passTo(ms: number): void {
  while (layer.wakeAt <= ms) {
    now = layer.wakeAt;
    layer.elapse(now);
    note();
  }
  now = ms;
}

function opened(parts: RequestParts = {}, source = UDP): { message: SipRequest; transaction: Transaction } {
  const message = request(parts);
  layer.receive(message, source, now);
  outputs.length = 0;
  return { message, transaction: layer.open(message, source) };
}

function answer(transaction: Transaction, message: SipRequest, status: number): boolean {
  const allowed = layer.respond(transaction, createResponse(message, status, { toTag: 'us' }), now);
  note();
  return allowed;
}

function hear(message: SipMessage, source = UDP): void {
  layer.receive(message, source, now);
  note();
}

function times(what: string): number[] {
  return happened.filter(([, text]) => text === what).map(([ms]) => ms);
}

function reply(message: SipRequest, status: number): SipResponse {
  return createResponse(message, status, { toTag: 'them' });
}

describe('INVITE client transaction (RFC 3261 section 17.1.1)', () => {
  it('Timer A repeats an INVITE, and timer B gives it up', () => {
    layer.request(request(), TO_UDP, now);
    note();
    passTo(60_000);
    expect(times('send INVITE')).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(times('timeout')).toEqual([32_000]);
    expect(layer.size).toBe(0);
  });

  it('A reliable transport sends an INVITE once, and timer B still applies', () => {
    layer.request(request(), TO_TCP, now);
    note();
    passTo(60_000);
    expect(times('send INVITE')).toEqual([0]);
    expect(times('timeout')).toEqual([32_000]);
  });

  it('After a provisional response an INVITE is not repeated or timed out', () => {
    const invite = request();
    layer.request(invite, TO_UDP, now);
    note();
    passTo(100);
    hear(reply(invite, 180));
    passTo(500_000);
    expect(times('send INVITE')).toEqual([0]);
    expect(times('pass 180')).toEqual([100]);
    expect(layer.size).toBe(1);
  });

  it('Each 300-699 is acknowledged and passed once; timer D ends the transaction', () => {
    const invite = request();
    layer.request(invite, TO_UDP, now);
    note();
    hear(reply(invite, 486));
    passTo(1_000);
    hear(reply(invite, 486));
    passTo(40_000);
    expect(times('send ACK')).toEqual([0, 1_000]);
    expect(times('pass 486')).toEqual([0]);
    expect(times('terminated')).toEqual([32_000]);
  });

  it("Section 17.1.1.3: The ACK has the INVITE's fields and the response's To", () => {
    const invite = request({ headers: ['Route: <sip:proxy.example.com;lr>'] });
    layer.request(invite, TO_UDP, now);
    outputs.length = 0;
    layer.receive(reply(invite, 486), UDP, now);
    const sent = outputs.find((output) => output.kind === 'send');
    const parsed = parseMessage(sent?.kind === 'send' ? sent.bytes : Buffer.alloc(0));
    if (parsed.kind !== 'message' || !(parsed.message instanceof SipRequest)) throw new Error('no ACK');
    const ack = parsed.message;
    expect(ack.topVia?.params.get('branch')).toBe('z9hG4bK-1');
    expect(ack.headers.get('route')).toBe('<sip:proxy.example.com;lr>');
    expect(ack.toTag).toBe('them');
    expect(ack.cseq).toEqual({ number: 1, method: 'ACK' });
  });

  it('Timer D is zero on a reliable transport', () => {
    const invite = request();
    layer.request(invite, TO_TCP, now);
    hear(reply(invite, 486), TCP);
    expect(layer.size).toBe(0);
  });

  it('RFC 6026 section 7.2: Every 2xx is passed for 64*T1 (timer M)', () => {
    const invite = request();
    layer.request(invite, TO_UDP, now);
    hear(reply(invite, 200));
    passTo(10_000);
    hear(reply(invite, 200));
    passTo(40_000);
    expect(times('pass 200')).toEqual([0, 10_000]);
    expect(times('terminated')).toEqual([32_000]);
  });

  it('A transport error is reported and ends the transaction', () => {
    const transaction = layer.request(request(), TO_UDP, now);
    note();
    layer.transportFailed(transaction.key, now);
    note();
    expect(happened.map(([, text]) => text)).toEqual(['send INVITE', 'transport error', 'terminated']);
  });
});

describe('non-INVITE client transaction (RFC 3261 section 17.1.2)', () => {
  const BYE = { method: 'BYE', toTag: 'x' };

  it('Timer E repeats a request, and timer F gives it up', () => {
    layer.request(request(BYE), TO_UDP, now);
    note();
    passTo(60_000);
    expect(times('send BYE')).toEqual([
      0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ]);
    expect(times('timeout')).toEqual([32_000]);
  });

  it('After a provisional response a request is repeated every T2', () => {
    const bye = request(BYE);
    layer.request(bye, TO_UDP, now);
    note();
    passTo(100);
    hear(reply(bye, 100));
    passTo(60_000);
    expect(times('send BYE')).toEqual([0, 500, 4500, 8500, 12_500, 16_500, 20_500, 24_500, 28_500]);
    expect(times('timeout')).toEqual([32_000]);
  });

  it('Repeated responses are absorbed until timer K, unless the transport is reliable', () => {
    const bye = request(BYE);
    layer.request(bye, TO_UDP, now);
    hear(reply(bye, 200));
    passTo(1_000);
    hear(reply(bye, 200));
    passTo(10_000);
    expect(times('pass 200')).toEqual([0]);
    expect(times('terminated')).toEqual([5_000]);
    layer.request(bye, TO_TCP, now);
    hear(reply(bye, 200), TCP);
    expect(layer.size).toBe(0);
  });

  it('Section 17.1.3: A response matches by branch and method only', () => {
    layer.request(request(BYE), TO_UDP, now);
    note();
    hear(reply(request({ ...BYE, branch: 'z9hG4bK-other' }), 200));
    hear(reply(request({ method: 'INFO', toTag: 'x' }), 200));
    expect(times('pass 200')).toEqual([]);
  });
});

describe('INVITE server transaction (RFC 3261 section 17.2.1)', () => {
  it('A repeated INVITE is answered with the last provisional response', () => {
    const { message, transaction } = opened();
    answer(transaction, message, 100);
    answer(transaction, message, 180);
    hear(request());
    expect(happened.map(([, text]) => text)).toEqual([
      'send 100 Trying',
      'send 180 Ringing',
      'send 180 Ringing',
    ]);
  });

  it('A refusal is repeated by timer G; timer H reports missing ACKs', () => {
    const { message, transaction } = opened();
    answer(transaction, message, 486);
    passTo(60_000);
    expect(times('send 486 Busy Here')).toEqual([
      0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ]);
    expect(times('timeout')).toEqual([32_000]);
    expect(layer.size).toBe(0);
  });

  it('A refusal is sent once on a reliable transport', () => {
    const { message, transaction } = opened({}, TCP);
    answer(transaction, message, 486);
    passTo(60_000);
    expect(times('send 486 Busy Here')).toEqual([0]);
    expect(times('timeout')).toEqual([32_000]);
  });

  it('The ACK stops the retransmission; timer I absorbs further ACKs', () => {
    const { message, transaction } = opened();
    answer(transaction, message, 486);
    passTo(600);
    hear(request({ method: 'ACK', toTag: 'us' }));
    passTo(700);
    hear(request({ method: 'ACK', toTag: 'us' }));
    hear(request());
    passTo(20_000);
    expect(times('send 486 Busy Here')).toEqual([0, 500]);
    expect(times('ack')).toEqual([]);
    expect(times('terminated')).toEqual([5_600]);
  });

  it('Timer I is zero on a reliable transport', () => {
    const { message, transaction } = opened({}, TCP);
    answer(transaction, message, 486);
    hear(request({ method: 'ACK', toTag: 'us' }), TCP);
    expect(layer.size).toBe(0);
  });

  it('RFC 6026 section 7.1: Repeated INVITEs are absorbed until timer L', () => {
    const { message, transaction } = opened();
    answer(transaction, message, 200);
    passTo(1_000);
    hear(request());
    hear(request({ method: 'ACK', toTag: 'us' }));
    passTo(40_000);
    expect(times('send 200 OK')).toEqual([0]);
    expect(times('ack')).toEqual([1_000]);
    expect(times('terminated')).toEqual([32_000]);
  });

  it('A response that the state does not allow changes nothing', () => {
    const { message, transaction } = opened();
    answer(transaction, message, 486);
    happened.length = 0;
    expect(answer(transaction, message, 200)).toBe(false);
    expect(answer(transaction, message, 180)).toBe(false);
    expect(transaction.state).toBe('completed');
    expect(happened).toEqual([]);
  });
});

describe('non-INVITE server transaction (RFC 3261 section 17.2.2)', () => {
  const INFO = { method: 'INFO', toTag: 'us', cseq: 5 };

  it('Repeated requests are answered again until timer J', () => {
    const { message, transaction } = opened(INFO);
    hear(request(INFO));
    answer(transaction, message, 200);
    passTo(20_000);
    hear(request(INFO));
    passTo(31_999);
    hear(request(INFO));
    passTo(40_000);
    hear(request(INFO));
    expect(times('send 200 OK')).toEqual([0, 20_000, 31_999]);
    expect(times('request')).toEqual([40_000]);
    expect(times('terminated')).toEqual([32_000]);
  });

  it('Timer J is zero on a reliable transport', () => {
    const { message, transaction } = opened(INFO, TCP);
    answer(transaction, message, 200);
    expect(layer.size).toBe(0);
  });
});

describe('matching (RFC 3261 section 17.2.3)', () => {
  it('The same branch from another sent-by is another transaction', () => {
    opened();
    hear(request({ via: 'Via: SIP/2.0/UDP 192.0.2.8:5060;branch=z9hG4bK-1' }));
    expect(times('request')).toHaveLength(1);
  });

  it.each([
    // pjproject#965: a re-INVITE with the branch of the first INVITE is delivered.
    ['a re-INVITE', { cseq: 2, toTag: 'us' }],
    ['an INVITE of another call', { callId: 'call-2@192.0.2.7' }],
  ])('%s with the branch of an earlier INVITE is a new request', (_what, parts) => {
    const { message, transaction } = opened();
    answer(transaction, message, 200);
    hear(request(parts));
    expect(times('request')).toHaveLength(1);
    hear(request());
    expect(times('request')).toHaveLength(1);
  });

  it('A CANCEL has its own transaction and finds that of its INVITE', () => {
    const { transaction } = opened();
    const cancel = request({ method: 'CANCEL' });
    hear(cancel);
    expect(times('request')).toHaveLength(1);
    expect(layer.findCancelled(cancel)).toBe(transaction);
  });

  it('Without the magic cookie (RFC 2543) the constant fields are compared', () => {
    const old = { via: 'Via: SIP/2.0/UDP 192.0.2.7;branch=1' };
    const { message, transaction } = opened(old);
    answer(transaction, message, 486);
    hear(request(old));
    expect(times('send 486 Busy Here')).toHaveLength(2);
    hear(request({ ...old, method: 'ACK', toTag: 'us' }));
    expect(transaction.state).toBe('confirmed');
    hear(request({ ...old, cseq: 2 }));
    expect(times('request')).toHaveLength(1);
  });

  it('Section 8.2.2.2: A copy of a request from another path is recognised', () => {
    const { message, transaction } = opened();
    expect(layer.isMerged(request({ branch: 'z9hG4bK-2' }))).toBe(true);
    expect(layer.isMerged(request({ branch: 'z9hG4bK-2', callId: 'other' }))).toBe(false);
    answer(transaction, message, 486);
    passTo(40_000);
    expect(layer.isMerged(request({ branch: 'z9hG4bK-2' }))).toBe(false);
  });

  it('A response without a matching transaction is dropped', () => {
    hear(reply(request(), 200));
    expect(happened).toEqual([]);
  });
});

describe('the state of transactions that have ended', () => {
  it('A transaction that has ended keeps no request and no timer', () => {
    for (let i = 0; i < 200; i++) {
      const { message, transaction } = opened({ branch: `z9hG4bK-${i}`, callId: `call-${i}` });
      answer(transaction, message, i % 2 ? 200 : 486);
      expect(transaction.request).toBeUndefined();
    }
    expect(layer.size).toBe(200);
    passTo(64_000);
    expect(layer.size).toBe(0);
    expect(layer.wakeAt).toBe(Number.POSITIVE_INFINITY);
  });
});
