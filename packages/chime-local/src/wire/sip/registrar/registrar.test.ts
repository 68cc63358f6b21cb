import { beforeEach, describe, expect, it } from 'vitest';
import { SipRequest } from '../messages/message.ts';
import { parseMessage } from '../messages/parse-message.ts';
import { requestBytes } from '../testing/example-messages.ts';
import type { Source } from '../transport/flow.ts';
import { type RegisterAnswer, Registrar } from './registrar.ts';

const UDP: Source = { transport: 'udp', address: '192.0.2.7', port: 5062 };
const PHONE = '<sip:+15557770001@192.0.2.7:5060>';
const NUMBER = '+15557770001';

let registrar: Registrar;
let now: number;
beforeEach(() => {
  registrar = new Registrar();
  now = 1_000_000;
});

function ws(connection: number): Source {
  return {
    transport: 'ws',
    address: '127.0.0.1',
    port: 40_000 + connection,
    connection,
    local: { host: '127.0.0.1', port: 8080 },
  };
}

interface Register {
  contacts?: string[];
  headers?: string[];
  number?: string;
  cseq?: number;
  callId?: string;
}

function register(parts: Register = {}, source = UDP): RegisterAnswer {
  const { contacts = [PHONE], headers = [], number = NUMBER, cseq = 1, callId = 'reg' } = parts;
  const text = requestBytes({
    method: 'REGISTER',
    uri: 'sip:192.0.2.1',
    to: `To: <sip:${number}@192.0.2.1>`,
    cseq,
    callId,
    headers: [...headers, ...contacts.map((contact) => `m: ${contact}`)],
  }).toString();
  const result = parseMessage(Buffer.from(text.replace(/Contact: .*\r\n/, '')));
  if (result.kind !== 'message' || !(result.message instanceof SipRequest)) throw new Error('bad REGISTER');
  return registrar.receive(result.message, source, now);
}

function header(answer: RegisterAnswer, name: string): string[] {
  return (answer.headers ?? []).flatMap(([key, value]) => (key === name ? [value] : []));
}

const browser = (host: string, params = '') => `<sip:x${host}@${host}.invalid;transport=ws>${params}`;
const instance = (id: string) => `;reg-id=1;+sip.instance="<urn:uuid:${id}>"`;

describe('the limit per source', () => {
  it('One source leaves room for others; an IPv6 network is one source', () => {
    registrar = new Registrar({ limits: { bindings: 6, bindingsPerSource: 3 } });
    let last = 0;
    const from = (address: string) => {
      const source: Source = { transport: 'udp', address, port: 5000 + ++last };
      return register({ number: `+1555777${last}`, callId: `of-${last}` }, source).status;
    };
    expect([1, 2, 3, 4].map(() => from('192.0.2.7'))).toEqual([200, 200, 200, 503]);
    expect(['2001:db8::1', '2001:db8::2', '2001:db8:0:1::3'].map(from)).toEqual([200, 200, 200]);
    expect(from('192.0.2.9')).toBe(503);
  });
});

describe('RFC 3261 section 10.3', () => {
  it('A REGISTER is answered with its binding and makes the number callable', () => {
    const answer = register({ headers: ['Expires: 120'] });
    expect(answer.status).toBe(200);
    expect(header(answer, 'Contact')).toEqual([`${PHONE};expires=120`]);
    expect(registrar.numbers(now)).toEqual([NUMBER]);
    expect(registrar.find(NUMBER, now)).toEqual({
      uri: 'sip:+15557770001@192.0.2.7:5060',
      to: { transport: 'udp', host: '192.0.2.7', port: 5060 },
    });
    expect(registrar.find('+1', now)).toBeUndefined();
  });

  it.each([
    ['20.19: the parameter precedes the header', ['Expires: 120'], ';expires=60', 60],
    ['without either, one hour', [], '', 3600],
    ['20.19: a malformed time counts as absent', ['Expires: soon'], '', 3600],
    ['a time above the maximum is reduced', [], ';expires=4294967295', 3600],
    ['the shortest', [], ';expires=10', 10],
  ])('Expiry of a binding: %s', (_name, headers, params, expires) => {
    const answer = register({ headers, contacts: [PHONE + params] });
    expect(header(answer, 'Contact')).toEqual([`${PHONE};expires=${expires}`]);
    expect(registrar.wakeAt).toBe(now + expires * 1000);
    registrar.elapse(now + expires * 1000 - 1);
    expect(registrar.size).toBe(1);
    registrar.elapse(now + expires * 1000);
    expect(registrar.size).toBe(0);
    expect(registrar.wakeAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('10.3 step 7: Too short a time gets 423 and Min-Expires', () => {
    const answer = register({ contacts: [`${PHONE};expires=9`] });
    expect(answer.status).toBe(423);
    expect(header(answer, 'Min-Expires')).toEqual(['10']);
    expect(registrar.size).toBe(0);
  });

  it('10.2.4: A refresh keeps the binding and extends it', () => {
    register({ headers: ['Expires: 60'] });
    now += 50_000;
    register({ headers: ['Expires: 60'], cseq: 2 });
    now += 20_500;
    expect(registrar.size).toBe(1);
    expect(header(register({ contacts: [], cseq: 3 }), 'Contact')).toEqual([`${PHONE};expires=40`]);
  });

  it('10.2.2: expires=0 and * remove bindings', () => {
    register();
    register({ contacts: [`${PHONE};expires=0`], cseq: 2 });
    expect(registrar.numbers(now)).toEqual([]);
    register({ cseq: 3 });
    register({ contacts: ['<sip:desk@192.0.2.7>'], cseq: 4 });
    expect(registrar.size).toBe(2);
    expect(header(register({ contacts: ['*'], headers: ['Expires: 0'], cseq: 5 }), 'Contact')).toEqual([]);
    expect(registrar.size).toBe(0);
  });

  it.each([
    ['* with another time', ['*'], ['Expires: 60']],
    ['* beside others', ['*', PHONE], ['Expires: 0']],
    ['a malformed Contact', ['<sip:x'], []],
    ['too many Contacts', Array.from({ length: 11 }, (_, i) => `<sip:${i}@192.0.2.7>`), []],
  ])('%s is answered 400, and nothing changes', (_name, contacts, headers) => {
    register();
    const answer = register({ contacts, headers, cseq: 2 });
    expect(answer.status).toBe(400);
    expect(answer.reason).toMatch(/^Bad Request \(.+\)$/);
    expect(registrar.size).toBe(1);
  });

  it('Step 7: A REGISTER that a later one overtook is answered 500', () => {
    const first = register({ cseq: 7 });
    expect(register({ cseq: 7 })).toEqual(first);
    expect(register({ cseq: 6 }).status).toBe(500);
    expect(register({ cseq: 1, callId: 'after-a-restart' }).status).toBe(200);
    expect(registrar.size).toBe(1);
  });

  it('A number rings its latest telephone and drops the oldest in excess', () => {
    registrar = new Registrar({ limits: { bindingsPerNumber: 2 } });
    for (const host of ['a', 'b', 'c']) register({ contacts: [`<sip:${host}@192.0.2.7>`] });
    expect(registrar.find(NUMBER, now)?.uri).toBe('sip:c@192.0.2.7');
    expect(registrar.size).toBe(2);
    expect(header(register({ contacts: [] }), 'Contact').join()).toMatch(/b@192.*c@192/);
    register({ contacts: ['<sip:b@192.0.2.7>'], cseq: 2 });
    expect(registrar.find(NUMBER, now)?.uri).toBe('sip:b@192.0.2.7');
  });

  it.each([
    [['<sip:a@192.0.2.7>;q=1.0', '<sip:b@192.0.2.7>;q=0.2'], 'a'],
    [['<sip:a@192.0.2.7>;q=0.2', '<sip:b@192.0.2.7>;q=0.9'], 'b'],
    [['<sip:a@192.0.2.7>', '<sip:b@192.0.2.7>;q=0.999'], 'a'],
    [['<sip:a@192.0.2.7>;q=2', '<sip:b@192.0.2.7>;q=much'], 'b'],
  ])('10.2.1.2: Of %j, the preferred contact is called', (contacts, user) => {
    register({ contacts });
    expect(registrar.find(NUMBER, now)?.uri).toBe(`sip:${user}@192.0.2.7`);
  });

  it('A To without a valid number is answered 404', () => {
    registrar = new Registrar({ numberOf: (uri) => /^sip:(\+\d+)@/.exec(uri)?.[1] });
    expect(register({ number: 'not-a-number' }).status).toBe(404);
    expect(register().status).toBe(200);
  });

  it('Registrations beyond the limit get 503; a refresh does not count', () => {
    registrar = new Registrar({ limits: { bindings: 1 } });
    register();
    expect(register({ number: '+1999' })).toMatchObject({ status: 503 });
    expect(register({ cseq: 2 }).status).toBe(200);
    register({ contacts: [`${PHONE};expires=0`], cseq: 3 });
    expect(register({ number: '+1999' }).status).toBe(200);
  });
});

describe('where a registered telephone is called', () => {
  it.each([
    ['its Contact, at the address that the REGISTER came from', PHONE, UDP, { transport: 'udp', port: 5060 }],
    ['port 5060 if the Contact has none', '<sip:a@192.0.2.7>', UDP, { transport: 'udp', port: 5060 }],
    [
      'where the REGISTER came from, if the Contact is a private address',
      '<sip:a@10.0.0.7:5099>',
      UDP,
      { port: 5062 },
    ],
    ['the same place if it is a host name', '<sip:a@phone.example>', UDP, { transport: 'udp', port: 5062 }],
    ["the same place if it is somebody else's address", '<sip:a@198.51.100.9>', UDP, { host: '192.0.2.7' }],
  ])('A call is sent to %s', (_name, contact, source, to) => {
    register({ contacts: [contact] }, source);
    expect(registrar.find(NUMBER, now)?.to).toMatchObject({ host: '192.0.2.7', ...to });
  });

  it('A TCP telephone is called over its connection or a new one', () => {
    const tcp: Source = { transport: 'tcp', address: '192.0.2.7', port: 41_000, connection: 3 };
    register({ contacts: ['<sip:a@192.0.2.7:5070;transport=tcp>'] }, tcp);
    expect(registrar.find(NUMBER, now)?.to).toEqual({
      transport: 'tcp',
      host: '192.0.2.7',
      port: 5070,
      connection: 3,
    });
    expect(registrar.isUsing(3)).toBe(true);
  });

  it('RFC 5626 section 6: Outbound uses the flow, confirmed by Require', () => {
    const contacts = [PHONE + instance('1')];
    const answer = register({ contacts, headers: ['Supported: path, outbound'] });
    expect(header(answer, 'Require')).toEqual(['outbound']);
    expect(header(answer, 'Contact')).toEqual([
      `${PHONE};+sip.instance="<urn:uuid:1>";reg-id=1;expires=3600`,
    ]);
    expect(registrar.find(NUMBER, now)?.to).toEqual({ transport: 'udp', host: '192.0.2.7', port: 5062 });
    // The same device at another address has one binding only.
    register({ contacts: [`<sip:moved@192.0.2.7:7000>${instance('1')}`], cseq: 2 });
    expect(registrar.size).toBe(1);
    expect(header(register({ contacts, cseq: 3 }), 'Require')).toEqual([]);
  });
});

describe('WebSockets (RFC 7118, RFC 5626)', () => {
  it('A browser is called over its own socket, whatever its Contact says', () => {
    const answer = register({ contacts: [browser('a')] }, ws(1));
    expect(header(answer, 'Contact')).toEqual([`${browser('a')};expires=3600`]);
    expect(registrar.isUsing(1)).toBe(true);
    expect(registrar.find(NUMBER, now)).toEqual({
      uri: 'sip:xa@a.invalid;transport=ws',
      to: {
        transport: 'ws',
        host: '127.0.0.1',
        port: 40_001,
        connection: 1,
        local: { host: '127.0.0.1', port: 8080 },
      },
    });
    registrar.connectionClosed(1);
    expect(registrar.numbers(now)).toEqual([]);
    expect(registrar.isUsing(1)).toBe(false);
    expect(registrar.wakeAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('A tab cannot take the number of another until that one closes', () => {
    register({ contacts: [browser('a')] }, ws(1));
    const refused = register({ contacts: [browser('b')], callId: 'tab-2' }, ws(2));
    expect(refused).toMatchObject({ status: 403, reason: 'Forbidden (another telephone has this number)' });
    const all = { contacts: ['*'], headers: ['Expires: 0'], callId: 'tab-2' };
    expect(register(all, ws(2)).status).toBe(403);
    expect(register({ ...all, callId: 'udp' }).status).toBe(403);
    expect(register({ contacts: [`${browser('a')};expires=0`], callId: 'udp' }).status).toBe(403);
    expect(registrar.isUsing(1)).toBe(true);
    expect(register({ contacts: [browser('b')], number: '+15557770002' }, ws(2)).status).toBe(200);
    registrar.connectionClosed(1);
    expect(register({ contacts: [browser('b')] }, ws(2)).status).toBe(200);
  });

  it('A page can register the same telephone again over a new socket', () => {
    register({ contacts: [browser('a', instance('1'))] }, ws(1));
    expect(register({ contacts: [browser('b', instance('1'))], cseq: 2 }, ws(2)).status).toBe(200);
    registrar.connectionClosed(1);
    expect(registrar.find(NUMBER, now)?.to.connection).toBe(2);
    expect(register({ contacts: [browser('c', instance('2'))], callId: 'tab-2' }, ws(3)).status).toBe(403);
  });

  it("Tabs and desk telephones cannot take each other's numbers", () => {
    register({ contacts: [browser('a')] }, ws(1));
    expect(register({ callId: 'desk' }).status).toBe(403);
    registrar.connectionClosed(1);
    expect(register({ callId: 'desk' }).status).toBe(200);
    expect(register({ contacts: [browser('a')], callId: 'tab' }, ws(2)).status).toBe(403);
    expect(registrar.find(NUMBER, now)?.to.transport).toBe('udp');
  });

  it('The instance id of a tab is not disclosed to others', () => {
    const own = register({ contacts: [browser('a', instance('1'))] }, ws(1));
    expect(header(own, 'Contact').join()).toContain('urn:uuid:1');
    for (const source of [UDP, ws(2)]) {
      const asked = register({ contacts: [] }, source);
      expect([asked.status, header(asked, 'Contact')]).toEqual([200, []]);
    }
    expect(header(register({ contacts: [] }, ws(1)), 'Contact')).toHaveLength(1);
  });

  it('One socket may register a limited number of numbers', () => {
    const numbers = Array.from({ length: 11 }, (_, i) => `+1555000${100 + i}`);
    const answers = numbers.map((number) => register({ contacts: [browser('a')], number }, ws(1)).status);
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 200), 403]);
    expect(register({ contacts: [browser('a')], number: numbers[0]!, cseq: 2 }, ws(1)).status).toBe(200);
    registrar.connectionClosed(1);
    expect(registrar.size).toBe(0);
  });
});
