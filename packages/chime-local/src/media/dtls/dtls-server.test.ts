import { createECDH, createPublicKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemIds } from '#platform';
import { SRTP_PROFILES } from '#srtp';
import { ScriptedClock } from '#testkit';
import { ALERT, CONTENT, EXTENSION, HANDSHAKE } from './constants.ts';
import { type DtlsKeys, DtlsServer } from './dtls-server.ts';
import { isAnnounced } from './fingerprints.ts';
import { createDtlsIdentity, type DtlsIdentity, fingerprintOf } from './identity.ts';
import { type Misbehaviour, ScriptedClient } from './testing/scripted-client.ts';

const identity = createDtlsIdentity();

/** A server and a client with a link between them on which tests may drop datagrams. */
function setUp(misbehaviour: Misbehaviour = {}, hash = 'sha-256', who = createDtlsIdentity()) {
  const clock = new ScriptedClock();
  const client = new ScriptedClient(misbehaviour, who);
  const toClient: Buffer[] = [];
  const up: DtlsKeys[] = [];
  const down: string[] = [];
  const value = fingerprintOf(client.identity.certificate, hash.replace('-', ''));
  const server = new DtlsServer({
    identity,
    announced: [{ hash, value }],
    clock,
    ids: systemIds,
    send: (datagram) => toClient.push(datagram),
    onConnected: (keys) => up.push(keys),
    onDown: (reason) => down.push(reason),
  });
  /** Delivers to the client what was sent to it, and to the server the client's answers. */
  const deliver = (): void => {
    for (let datagram = toClient.shift(); datagram; datagram = toClient.shift()) {
      for (const answer of client.receive(datagram)) server.receive(answer);
    }
  };
  return { clock, client, server, toClient, up, down, deliver };
}

function connect(misbehaviour: Misbehaviour = {}, hash?: string, who?: DtlsIdentity) {
  const line = setUp(misbehaviour, hash, who);
  line.server.receive(line.client.hello());
  line.deliver();
  return line;
}

describe('our identity', () => {
  it('Our certificate is valid X.509 and names nobody', () => {
    const certificate = new X509Certificate(identity.certificate);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.fingerprint256).toBe(identity.fingerprint);
    expect(certificate.subject).toBe('CN=WebRTC');
    expect(createDtlsIdentity().fingerprint).not.toBe(identity.fingerprint);
  });
});

describe('a handshake', () => {
  it('A handshake gives both ends the same keys, in our preferred profile', () => {
    const { client, up, down, clock } = connect();
    expect(down).toEqual([]);
    expect(client.finished).toBe(true);
    expect(up).toHaveLength(1);
    expect(up[0]!.profile).toBe(SRTP_PROFILES[0]);
    const theirs = client.keys!.srtpKeys(up[0]!.profile);
    expect([up[0]!.local, up[0]!.remote]).toEqual([theirs.server, theirs.client]);
    expect(clock.pending).toBe(0);
  });

  it('A handshake uses the SRTP profile that the client offers', () => {
    expect(connect({ profiles: [7, 5] }).up[0]!.profile.name).toBe('SRTP_AEAD_AES_128_GCM');
  });

  it.each(['sha-256', 'SHA-384', 'sha-512'])('A certificate is recognized by its %s fingerprint', (hash) => {
    expect(connect({}, hash.toLowerCase()).up).toHaveLength(1);
    const value = fingerprintOf(identity.certificate, hash.toLowerCase().replace('-', ''));
    expect(isAnnounced(identity.certificate, [{ hash, value: value.toLowerCase() }])).toBe(true);
  });

  it('A certificate with an RSA key is accepted', () => {
    const who = createDtlsIdentity(generateKeyPairSync('rsa', { modulusLength: 2_048 }));
    expect(connect({ signatureAlgorithm: 0x0401 }, 'sha-256', who).up).toHaveLength(1);
  });

  it('A flight is reassembled from fragments in any order', () => {
    const { client, server, toClient, up } = setUp();
    server.receive(client.hello());
    client.receive(toClient.shift()!);
    const pieces = client.fragmentedFlight(50);
    expect(pieces.length).toBeGreaterThan(8);
    // The Finished cannot be read before the rest is there.
    const finished = pieces.pop()!;
    for (const piece of [...pieces.reverse(), finished]) server.receive(piece);
    expect(up).toHaveLength(1);
  });
});

describe('on a link that loses datagrams', () => {
  it('The server repeats its flight, ever less often, until it is answered', () => {
    const { clock, client, server, toClient, up, deliver } = setUp();
    server.receive(client.hello());
    toClient.length = 0;
    clock.advance(300);
    expect(toClient).toHaveLength(1);
    clock.advance(599);
    expect(toClient).toHaveLength(1);
    clock.advance(1);
    expect(toClient).toHaveLength(2);
    deliver();
    expect(up).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('The server answers a repeated hello, and a repeated last flight', () => {
    const { client, server, toClient, up, deliver } = setUp();
    server.receive(client.hello());
    toClient.length = 0;
    server.receive(client.hello());
    deliver();
    expect(up).toHaveLength(1);
    client.finished = false;
    for (const datagram of client.lastFlight()) server.receive(datagram);
    expect(toClient.length).toBeGreaterThan(0);
    expect(up).toHaveLength(1);
  });

  it('The handshake succeeds whichever single datagram is lost', () => {
    for (let lost = 0; lost < 12; lost++) {
      const { clock, client, server, toClient, up } = setUp();
      let count = 0;
      const arrives = () => count++ !== lost;
      const give = (datagrams: Buffer[]) => {
        for (const datagram of datagrams) if (arrives()) server.receive(datagram);
      };
      for (let round = 0; round < 4; round++) {
        if (!client.keys) give([client.hello()]);
        else if (!client.finished) give(client.lastFlight());
        for (let datagram = toClient.shift(); datagram; datagram = toClient.shift()) {
          if (arrives()) give(client.receive(datagram));
        }
        clock.advance(1_000);
      }
      expect([lost, up.length, client.finished]).toEqual([lost, 1, true]);
      expect(clock.pending).toBe(0);
    }
  });

  it('The server stops sending, even to a client that asks for ever', () => {
    const { clock, client, server, toClient } = setUp();
    for (let n = 0; n < 100; n++) server.receive(client.hello());
    clock.advance(600_000);
    expect(toClient.length).toBeLessThan(50);
    expect(clock.pending).toBe(0);
  });
});

describe('refuses', () => {
  const outcome = (misbehaviour: Misbehaviour) => {
    const { up, down, client, clock } = connect(misbehaviour);
    expect(up).toEqual([]);
    expect(client.finished).toBe(false);
    expect(clock.pending).toBe(0);
    expect(down).toHaveLength(1);
    expect(client.alerts).toHaveLength(1);
    return [client.alerts[0]![1], down[0]!.replace("the far end's DTLS handshake was refused: it", '')];
  };
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const all = Object.values(EXTENSION);

  it.each<[string, Misbehaviour, number, RegExp]>([
    [
      'another certificate than the announced one',
      { certificate: createDtlsIdentity().certificate },
      ALERT.BAD_CERTIFICATE,
      /s certificate is not the one of its session description/,
    ],
    [
      'a copied certificate whose key it does not have',
      { signatureKey: other.privateKey },
      ALERT.DECRYPT_ERROR,
      /does not have the key/,
    ],
    ['a Finished that does not fit', { finished: (data) => data.fill(0) }, ALERT.DECRYPT_ERROR, /tampered/],
    ['a short Finished', { finished: (data) => data.subarray(1) }, ALERT.DECRYPT_ERROR, /tampered/],
    ['a key that is not on the curve', { point: Buffer.alloc(65, 4) }, ALERT.ILLEGAL_PARAMETER, /curve/],
    [
      'a point in another form',
      { point: Buffer.from(createECDH('prime256v1').generateKeys('hex', 'compressed'), 'hex') },
      ALERT.ILLEGAL_PARAMETER,
      /uncompressed/,
    ],
    ['a renegotiation', { renegotiation: Buffer.alloc(13, 12) }, ALERT.HANDSHAKE_FAILURE, /renegotiate/],
    ['a signature that was not offered', { signatureAlgorithm: 0x0203 }, ALERT.ILLEGAL_PARAMETER, /sign/],
    ['a signature for another kind of key', { signatureAlgorithm: 0x0401 }, ALERT.ILLEGAL_PARAMETER, /sign/],
    ['no cipher of ours', { suites: [0xc02f] }, ALERT.HANDSHAKE_FAILURE, /AES-128-GCM/],
    ['no curve of ours', { groups: [29] }, ALERT.HANDSHAKE_FAILURE, /P-256/],
    ['no SRTP profile of ours', { profiles: [2] }, ALERT.HANDSHAKE_FAILURE, /SRTP profile/],
    [
      'no SRTP',
      { extensions: all.filter((type) => type !== EXTENSION.USE_SRTP) },
      ALERT.HANDSHAKE_FAILURE,
      /SRTP/,
    ],
    [
      'no extended master secret',
      { extensions: all.filter((type) => type !== EXTENSION.EXTENDED_MASTER_SECRET) },
      ALERT.HANDSHAKE_FAILURE,
      /extended master secret/,
    ],
    [
      'messages out of turn',
      {
        order: [
          HANDSHAKE.CERTIFICATE,
          HANDSHAKE.CLIENT_KEY_EXCHANGE,
          HANDSHAKE.CLIENT_KEY_EXCHANGE,
          HANDSHAKE.CERTIFICATE_VERIFY,
          HANDSHAKE.FINISHED,
        ],
      },
      ALERT.UNEXPECTED_MESSAGE,
      /out of turn/,
    ],
    [
      'no certificate at all',
      { order: [HANDSHAKE.CLIENT_KEY_EXCHANGE, HANDSHAKE.FINISHED] },
      ALERT.UNEXPECTED_MESSAGE,
      /out of turn/,
    ],
    ['a certificate that is none', { certificate: Buffer.alloc(0) }, ALERT.BAD_CERTIFICATE, /certificate/],
  ])('A handshake is refused with an alert: %s', (_what, misbehaviour, alert, reason) => {
    expect(outcome(misbehaviour)).toEqual([alert, expect.stringMatching(reason)]);
  });

  it.each([
    ['an RSA key whose signature takes long to check', () => rsaKey(3_072, 3_064)],
    ['an RSA key that is too long', () => rsaKey(8_192, 16)],
    ['an RSA key that is too short', () => rsaKey(1_024, 16)],
    ['another curve', () => generateKeyPairSync('ec', { namedCurve: 'secp521r1' }).publicKey],
  ])('A certificate is refused: %s', (_what, key) => {
    const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const who = createDtlsIdentity({ publicKey: key(), privateKey: signing.privateKey });
    const { down, up, client } = connect({}, 'sha-256', who);
    expect([up.length, client.alerts]).toEqual([0, [[2, ALERT.BAD_CERTIFICATE]]]);
    expect(down).toEqual([expect.stringMatching(/key of a kind that we do not take/)]);
  });

  it('A certificate that only a weaker hash vouches for is refused', () => {
    const of = (hash: string, who: DtlsIdentity) => ({
      hash,
      value: fingerprintOf(who.certificate, hash.replace('-', '')),
    });
    const other = createDtlsIdentity();
    const both = [of('sha-256', identity), of('sha-512', other)];
    expect(isAnnounced(identity.certificate, both)).toBe(false);
    expect(isAnnounced(identity.certificate, [...both, of('sha-512', identity)])).toBe(true);
  });

  it('A certificate that only SHA-1 or nothing vouches for is refused', () => {
    const value = fingerprintOf(identity.certificate, 'sha1');
    expect(isAnnounced(identity.certificate, [{ hash: 'sha-1', value }])).toBe(false);
    expect(isAnnounced(identity.certificate, [])).toBe(false);
  });

  it('An injected plain Finished and a second key exchange are ignored', () => {
    const { client, server, toClient, up, down } = setUp();
    server.receive(client.hello());
    const flight = client.receive(toClient.shift()!);
    const attacker = createECDH('prime256v1');
    attacker.generateKeys();
    const genuine = flight[1]!;
    const slippedIn = Buffer.from(genuine);
    attacker.getPublicKey().copy(slippedIn, slippedIn.length - 65);
    const plainFinished = Buffer.from(flight[0]!);
    plainFinished[13] = HANDSHAKE.FINISHED;
    plainFinished.writeUInt16BE(4, 13 + 4);
    for (const datagram of [
      plainFinished,
      flight[0]!,
      genuine,
      slippedIn,
      flight[2]!,
      slippedIn,
      flight[3]!,
    ]) {
      server.receive(datagram);
    }
    expect(down).toEqual([]);
    expect(up).toHaveLength(1);
    expect(up[0]!.remote).toEqual(client.keys!.srtpKeys(up[0]!.profile).client);
  });
});

describe('once connected', () => {
  it("Each end sends close_notify when it closes, and notices the other's", () => {
    const ours = connect();
    ours.server.close();
    ours.deliver();
    expect(ours.client.alerts).toEqual([[1, ALERT.CLOSE_NOTIFY]]);
    expect(ours.down).toEqual([]);

    const theirs = connect();
    theirs.server.receive(theirs.client.sealed(CONTENT.ALERT, Buffer.from([1, ALERT.CLOSE_NOTIFY])));
    expect(theirs.down).toEqual(['the far end closed the connection']);
    theirs.server.receive(theirs.client.sealed(CONTENT.ALERT, Buffer.from([1, ALERT.CLOSE_NOTIFY])));
    expect(theirs.down).toHaveLength(1);
  });

  it('A connected server ignores an unauthenticated alert and another hello', () => {
    const { client, server, down, up, toClient } = connect();
    const alert = Buffer.from('15fefd000000000000000900020200', 'hex');
    expect(server.receive(alert)).toBe(false);
    server.receive(client.hello());
    expect([down.length, up.length, toClient.length]).toEqual([0, 1, 0]);
  });

  it('A connected server drops application data, since no channel was agreed', () => {
    const { client, server } = connect();
    expect(server.receive(client.sealed(23, Buffer.from('hello')))).toBe(false);
  });

  it('The server reports nothing after its end, even in one datagram', () => {
    const { client, server, toClient, up, down } = setUp();
    server.receive(client.hello());
    const flight = client.receive(toClient.shift()!);
    const goodbye = client.sealed(CONTENT.ALERT, Buffer.from([1, ALERT.CLOSE_NOTIFY]));
    server.receive(Buffer.concat([...flight, goodbye]));
    expect([up.length, down]).toEqual([0, ['the far end closed the connection']]);
  });

  it('The server reports why the far end gave up', () => {
    const { server, client, down } = setUp();
    server.receive(client.hello());
    server.receive(Buffer.from('15fefd00000000000000090002022a', 'hex'));
    expect(down).toEqual(['the far end gave up with DTLS alert 42']);
  });
});

describe('hostile bytes', () => {
  it('Hostile bytes never make the server throw, whatever its state', () => {
    const lines = [
      () => setUp(),
      () => connect(),
      () => {
        const line = setUp();
        line.server.receive(line.client.hello());
        return line;
      },
    ];
    const sample = new ScriptedClient().hello();
    fc.assert(
      fc.property(
        fc.nat(2),
        fc.array(
          fc.record({
            cut: fc.nat(sample.length),
            changes: fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 8 }),
            more: fc.uint8Array({ maxLength: 40 }),
          }),
          { maxLength: 5 },
        ),
        (state, datagrams) => {
          const line = lines[state]!();
          const before = line.up.length;
          for (const { cut, changes, more } of datagrams) {
            const bytes = Buffer.concat([sample.subarray(0, cut), more]);
            for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
            line.server.receive(bytes);
          }
          line.server.close();
          expect(line.up.length).toBe(before);
          expect(line.clock.pending).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('Incomplete hostile messages cost neither memory nor the handshake', () => {
    const { server, down } = setUp();
    // The header of a message of 16 MB, then thousands of messages with future sequence numbers.
    const header = Buffer.from('16fefd0000000000000000000c01ffffff0000000000000000', 'hex');
    server.receive(header);
    for (let n = 0; n < 2_000; n++) {
      const ahead = Buffer.from(header);
      ahead.writeUIntBE(8_000, 14, 3);
      ahead.writeUInt16BE(n, 17);
      server.receive(ahead);
    }
    expect(down).toEqual([]);
  });
});

/** An RSA key that can be read but not used. */
function rsaKey(bits: number, exponentBits: number) {
  const odd = (length: number): string => {
    const bytes = randomBytes(length / 8);
    bytes[0]! |= 0x80;
    bytes[bytes.length - 1]! |= 1;
    return bytes.toString('base64url');
  };
  return createPublicKey({ key: { kty: 'RSA', n: odd(bits), e: odd(exponentBits) }, format: 'jwk' });
}
