import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as secureConnect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createServerCertificate } from '#media-edge';
import { eventually, ScriptedClock } from '#testkit';
import { type EdgeUnderTest, edgeUnderTest } from './testing/edge-under-test.ts';
import { OFFER } from './testing/raw-phone.ts';

/** A host with an address of its own: on Linux all of 127.0.0.0/8 is this machine. */
class Host {
  readonly heard: string[] = [];
  readonly #socket: Socket;
  readonly #port: number;

  private constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.#port = port;
    socket.on('message', (bytes) => void this.heard.push(bytes.toString()));
  }

  static async at(address: string, port: number): Promise<Host> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    return new Host(socket, port);
  }

  send(method: 'INVITE' | 'ACK', call: string, { toTag = '', body = '' } = {}): void {
    const { address, port } = this.#socket.address();
    const user = 'service';
    this.#socket.send(
      [
        `${method} sip:${user}@127.0.0.1:${this.#port} SIP/2.0`,
        `Via: SIP/2.0/UDP ${address}:${port};branch=z9hG4bK${call}${method}`,
        'Max-Forwards: 70',
        `From: <sip:${call}@${address}>;tag=${call}`,
        `To: <sip:${user}@127.0.0.1>${toTag && `;tag=${toTag}`}`,
        `Call-ID: ${call}@${address}`,
        `CSeq: 1 ${method}`,
        `Contact: <sip:${call}@${address}:${port}>`,
        ...(body ? ['Content-Type: application/sdp'] : []),
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
      this.#port,
      '127.0.0.1',
    );
  }

  /** Waits for the response with that status to the call. */
  answer(call: string, status: number): Promise<string> {
    const of = (text: string) => text.startsWith(`SIP/2.0 ${status}`) && text.includes(`Call-ID: ${call}@`);
    return eventually(`${status} for ${call}`, () => this.heard.find(of));
  }

  async call(call: string, status = 200): Promise<string> {
    this.send('INVITE', call, { body: OFFER });
    return this.answer(call, status);
  }

  close(): void {
    this.#socket.close();
  }
}

let under: EdgeUnderTest;
let clock: ScriptedClock | undefined;
let hosts: Host[] = [];
const host = async (address: string): Promise<Host> => {
  const made = await Host.at(address, under.edge.port);
  hosts.push(made);
  return made;
};

afterEach(async () => {
  for (const each of hosts) each.close();
  hosts = [];
  const closed = under.edge.close(0);
  clock?.advance(1);
  clock = undefined;
  await closed;
});

describe('the budget of one address', () => {
  it("Calls that are never acknowledged count against the address's limit", async () => {
    under = await edgeUnderTest({ maxLegs: 8 });
    const [stranger, good, other] = [
      await host('127.0.0.2'),
      await host('127.0.0.3'),
      await host('127.0.0.4'),
    ];
    const toTag = /^To:.*;tag=([^;\r]+)/m.exec(await good.call('good'))?.[1] ?? '';
    good.send('ACK', 'good', { toTag });
    for (let call = 0; call < 6; call++) await stranger.call(`s${call}`);
    expect(await stranger.call('s6', 503)).toMatch(/Retry-After: \d/);
    await other.call('other');
    expect(under.events.filter((event) => event.startsWith('ended'))).toEqual([]);
  });

  it('Acknowledged calls leave room for other addresses, too', async () => {
    under = await edgeUnderTest({ maxLegs: 10 });
    const [greedy, other] = [await host('127.0.0.2'), await host('127.0.0.3')];
    for (let call = 0; call < 9; call++) {
      const toTag = /^To:.*;tag=([^;\r]+)/m.exec(await greedy.call(`g${call}`))?.[1] ?? '';
      greedy.send('ACK', `g${call}`, { toTag });
    }
    expect(await greedy.call('g9', 503)).toContain('this address has 9 calls already');
    expect(under.events).toContain('refused: this address has 9 calls already');
    await other.call('other');
    expect(await greedy.call('g10', 503)).toContain('there are 10 calls already');
  });

  it('New calls are refused while audio is late; others go on', async () => {
    under = await edgeUnderTest({});
    const caller = await host('127.0.0.2');
    await caller.call('first');
    under.edge.refuseNew('sound is late');
    const refusal = await caller.call('second', 503);
    expect(refusal).toMatch(/\r\nRetry-After: \d+\r\n/);
    expect(refusal).toContain('sound is late');
    expect(under.events).toContain('refused: sound is late');
    expect(under.edge.legs).toBe(1);
    under.edge.refuseNew(undefined);
    await caller.call('third');
  });

  it('Calls that the application leaves unanswered are not counted as unacknowledged', async () => {
    under = await edgeUnderTest({ maxLegs: 8 });
    under.setOnArrived(() => {});
    const caller = await host('127.0.0.2');
    for (let call = 0; call < 7; call++) await caller.call(`w${call}`, 100);
    expect(await caller.call('w7', 503)).toContain('this address has 7 calls already');
  });

  it('One address may have 1,600 calls that await the application', async () => {
    clock = new ScriptedClock();
    under = await edgeUnderTest({}, clock);
    under.setOnArrived(() => {});
    const generator = await host('127.0.0.2');
    // 200 a second, in batches that fit the socket's buffer.
    for (let second = 0; second < 8; second++) {
      for (let portion = 0; portion < 4; portion++) {
        const calls = Array.from({ length: 50 }, (_, at) => `b${second * 200 + portion * 50 + at}`);
        const waiting = Promise.all(calls.map((call) => generator.call(call, 100)));
        const legs = second * 200 + (portion + 1) * 50;
        await eventually('the calls are there', () => under.edge.legs === legs);
        clock.advance(200);
        await waiting;
      }
      clock.advance(200);
    }
    expect(under.edge.legs).toBe(1_600);
    expect(generator.heard.filter((text) => text.startsWith('SIP/2.0 503'))).toEqual([]);
  });

  it('The calls per second of one address leave room for others', async () => {
    clock = new ScriptedClock();
    under = await edgeUnderTest({ limits: { invitesPerSecond: 1, inviteBurst: 4 } }, clock);
    const [greedy, other] = [await host('127.0.0.2'), await host('127.0.0.3')];
    for (let call = 0; call < 3; call++) await greedy.call(`g${call}`);
    for (let call = 3; call < 9; call++) {
      expect(await greedy.call(`g${call}`, 503)).toContain('too many calls come at once');
    }
    await other.call('other');
  });

  it('Unfinished TLS handshakes leave room for others', async () => {
    const certificate = createServerCertificate(['127.0.0.1']);
    under = await edgeUnderTest({ limits: { connections: 4 }, tls: { port: 0, ...certificate } });
    const port = under.edge.tlsPort ?? 0;
    const open = (localAddress: string) => {
      const socket = connect({ host: '127.0.0.1', port, localAddress });
      return socket.on('error', () => {});
    };
    const begun = Array.from({ length: 6 }, () => open('127.0.0.2'));
    await eventually(
      'those beyond the share are closed',
      () => begun.filter(({ closed }) => closed).length === 3,
    );
    const other = secureConnect({ socket: open('127.0.0.3'), ca: certificate.cert, host: '127.0.0.1' });
    await once(other, 'secureConnect');
    for (const socket of [...begun, other]) socket.destroy();
  });

  it('Connections leave room for others; incomplete messages time out', async () => {
    const clock = new ScriptedClock();
    under = await edgeUnderTest({ limits: { connections: 4 } }, clock);
    const open = (localAddress: string) => {
      const socket = connect({ host: '127.0.0.1', port: under.edge.port, localAddress });
      const state = { closed: false, socket };
      socket
        .on('error', () => {})
        .on('close', () => {
          state.closed = true;
        });
      return state;
    };
    const idle = [1, 2, 3].map(() => open('127.0.0.2'));
    for (const { socket } of idle) await eventually('open', () => !socket.connecting);
    idle[0]?.socket.write('OPTIONS sip:a@b SIP/2.0\r\n');
    const fourth = open('127.0.0.2');
    await eventually('the fourth refused', () => fourth.closed);
    const other = open('127.0.0.3');
    await eventually('another host', () => !other.socket.connecting);
    // A byte now and then does not keep a connection open.
    for (let beat = 0; beat < 12 && !idle[0]?.closed; beat++) {
      idle[0]?.socket.write('X');
      clock.advance(15_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await eventually('half a message given up', () => idle[0]?.closed);
    for (const { socket } of [...idle, other]) socket.destroy();
  });
});
