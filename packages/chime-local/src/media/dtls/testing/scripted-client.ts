import { createECDH, type KeyObject, sign } from 'node:crypto';
import { SRTP_PROFILES } from '#srtp';
import { ByteReader, numbers, vector } from '../byte-reader.ts';
import { CONTENT, ECDSA_SECP256R1_SHA256, EXTENSION, HANDSHAKE } from '../constants.ts';
import { createDtlsIdentity, type DtlsIdentity } from '../identity.ts';
import { KeySchedule } from '../key-schedule.ts';
import { HANDSHAKE_HEADER_BYTES, handshakeMessage, Reassembly } from '../reassembly.ts';
import { openFragment, sealFragment } from '../record-protection.ts';
import { RecordWriter, readRecords, record } from '../records.ts';

/** How a client departs from the protocol. Every field defaults to correct behaviour. */
export interface Misbehaviour {
  suites?: number[];
  profiles?: number[];
  extensions?: number[];
  groups?: number[];
  certificate?: Buffer;
  signatureKey?: KeyObject;
  signatureAlgorithm?: number;
  point?: Buffer;
  /** Sent as `renegotiation_info`. */
  renegotiation?: Buffer;
  finished?: (verifyData: Buffer) => Buffer;
  /** Message types of the last flight, in the order in which they are sent. */
  order?: number[];
}

const RANDOM = Buffer.alloc(32, 0xc1);

/** A DTLS client that can be told to misbehave, one datagram at a time. It trusts any server. */
export class ScriptedClient {
  readonly identity: DtlsIdentity;
  readonly #misbehaviour: Misbehaviour;
  readonly #outgoing = new RecordWriter();
  readonly #incoming = new Reassembly();
  readonly #ecdh = createECDH('prime256v1');
  #messages = 0;
  #transcript: Buffer[] = [];
  #randoms = { client: RANDOM as Buffer, server: RANDOM as Buffer };
  #serverPoint: Buffer | undefined;
  #lastFlight: { type: number; message: Buffer; epoch: 0 | 1 }[] = [];
  keys: KeySchedule | undefined;
  /** Whether the server's Finished was right. */
  finished = false;
  /** Level and description of each alert that was received. */
  readonly alerts: number[][] = [];

  constructor(misbehaviour: Misbehaviour = {}, identity = createDtlsIdentity()) {
    this.#misbehaviour = misbehaviour;
    this.identity = identity;
    this.#ecdh.generateKeys();
  }

  /** The first datagram; each call repeats the same message. */
  hello(): Buffer {
    const {
      suites = [0xc02b],
      profiles = SRTP_PROFILES.map(({ id }) => id),
      groups = [23],
    } = this.#misbehaviour;
    const all = new Map<number, Buffer>([
      [EXTENSION.SUPPORTED_GROUPS, vector(2, numbers(...groups))],
      [EXTENSION.SIGNATURE_ALGORITHMS, vector(2, numbers(ECDSA_SECP256R1_SHA256))],
      [EXTENSION.USE_SRTP, Buffer.concat([vector(2, numbers(...profiles)), vector(1)])],
      [EXTENSION.EXTENDED_MASTER_SECRET, Buffer.alloc(0)],
      [EXTENSION.RENEGOTIATION_INFO, this.#misbehaviour.renegotiation ?? vector(1)],
    ]);
    const chosen = [...all].filter(([type]) => this.#misbehaviour.extensions?.includes(type) ?? true);
    const body = Buffer.concat([
      numbers(0xfefd),
      RANDOM,
      vector(1),
      vector(1),
      vector(2, numbers(...suites)),
      vector(1, Buffer.from([0])),
      vector(2, ...chosen.map(([type, content]) => Buffer.concat([numbers(type), vector(2, content)]))),
    ]);
    const message = handshakeMessage(HANDSHAKE.CLIENT_HELLO, 0, body);
    if (this.#messages === 0) this.#transcript.push(message);
    this.#messages ||= 1;
    return this.#outgoing.plain(CONTENT.HANDSHAKE, message);
  }

  /** Takes a datagram from the server. @returns the answers, one record in each datagram. */
  receive(datagram: Buffer): Buffer[] {
    for (const item of readRecords(datagram)) {
      const content = item.epoch === 0 ? item.fragment : this.keys && openFragment(this.keys.server, item);
      if (!content) continue;
      if (item.type === CONTENT.ALERT) this.alerts.push([...content]);
      if (item.type === CONTENT.HANDSHAKE) this.#incoming.take(content, () => true);
    }
    for (let message = this.#incoming.next(); message; message = this.#incoming.next()) {
      if (message.type === HANDSHAKE.FINISHED) {
        const expected = this.keys?.verifyData('server', Buffer.concat(this.#transcript));
        this.finished = expected?.equals(message.body) === true;
        return [];
      }
      this.#transcript.push(message.bytes);
      this.#read(message.type, message.body);
      if (message.type === HANDSHAKE.SERVER_HELLO_DONE) {
        this.#createLastFlight();
        return this.lastFlight();
      }
    }
    return [];
  }

  /** The last flight. It may be asked for any number of times. */
  lastFlight(): Buffer[] {
    return this.#lastFlight.map(({ message, epoch }) =>
      epoch === 0
        ? this.#outgoing.plain(CONTENT.HANDSHAKE, message)
        : this.sealed(CONTENT.HANDSHAKE, message),
    );
  }

  /** The last flight's messages in fragments of this size, each in a record. */
  fragmentedFlight(size: number): Buffer[] {
    return this.#lastFlight.flatMap(({ message, epoch }) => {
      const seal = (content: Buffer) =>
        epoch === 0
          ? this.#outgoing.plain(CONTENT.HANDSHAKE, content)
          : this.sealed(CONTENT.HANDSHAKE, content);
      return fragments(message, size).map(seal);
    });
  }

  /** A record encrypted with the keys of this handshake. */
  sealed(type: number, content: Buffer): Buffer {
    const number = this.#outgoing.next(1);
    return record(type, number, sealFragment(this.keys!.client, type, number, content));
  }

  #read(type: number, body: Buffer): void {
    if (type === HANDSHAKE.SERVER_HELLO) this.#randoms = { client: RANDOM, server: body.subarray(2, 34) };
    if (type !== HANDSHAKE.SERVER_KEY_EXCHANGE) return;
    const reader = new ByteReader(body, 'ServerKeyExchange');
    reader.take(3);
    this.#serverPoint = reader.vector(1);
  }

  #createLastFlight(): void {
    const bad = this.#misbehaviour;
    const { CERTIFICATE, CLIENT_KEY_EXCHANGE, CERTIFICATE_VERIFY, FINISHED } = HANDSHAKE;
    for (const type of bad.order ?? [CERTIFICATE, CLIENT_KEY_EXCHANGE, CERTIFICATE_VERIFY, FINISHED]) {
      const message = handshakeMessage(type, this.#messages++, this.#bodyOf(type));
      this.#lastFlight.push({ type, message, epoch: type === FINISHED ? 1 : 0 });
      this.#transcript.push(message);
      if (type !== CLIENT_KEY_EXCHANGE) continue;
      const shared = this.#ecdh.computeSecret(this.#serverPoint!);
      this.keys = new KeySchedule(shared, Buffer.concat(this.#transcript), this.#randoms);
    }
  }

  #bodyOf(type: number): Buffer {
    const bad = this.#misbehaviour;
    const transcript = Buffer.concat(this.#transcript);
    switch (type) {
      case HANDSHAKE.CERTIFICATE:
        return vector(3, vector(3, bad.certificate ?? this.identity.certificate));
      case HANDSHAKE.CLIENT_KEY_EXCHANGE:
        return vector(1, bad.point ?? this.#ecdh.getPublicKey());
      case HANDSHAKE.CERTIFICATE_VERIFY: {
        const signature = sign('sha256', transcript, bad.signatureKey ?? this.identity.privateKey);
        return Buffer.concat([
          numbers(bad.signatureAlgorithm ?? ECDSA_SECP256R1_SHA256),
          vector(2, signature),
        ]);
      }
      default: {
        const verifyData = this.keys!.verifyData('client', transcript);
        return bad.finished ? bad.finished(verifyData) : verifyData;
      }
    }
  }
}

/** A message in fragments (RFC 6347 section 4.2.3). */
function fragments(message: Buffer, size: number): Buffer[] {
  const body = message.subarray(HANDSHAKE_HEADER_BYTES);
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    const header = Buffer.from(message.subarray(0, HANDSHAKE_HEADER_BYTES));
    header.writeUIntBE(at, 6, 3);
    header.writeUIntBE(piece.length, 9, 3);
    pieces.push(Buffer.concat([header, piece]));
  }
  return pieces;
}
