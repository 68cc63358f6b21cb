/**
 * The server's end of one DTLS 1.2 association, as WebRTC needs it (RFC 6347, RFC 5764, RFC 8827 section
 * 6.5): one cipher suite, certificates from both ends, keys for SRTP, and no application data.
 *
 * The library that the tests use as the far end would not do: its server (werift 0.24.4) checks neither the
 * signature with which a client proves to own its certificate nor the client's Finished, so a copied
 * certificate would pass for its owner's. It also takes 35 to 50 ms of CPU for a handshake, most of it
 * elliptic curves in JavaScript. This server leaves all arithmetic to Node's OpenSSL, checks everything and
 * takes one to two milliseconds, no step of it more than 0.7, so it needs no thread of its own.
 *
 * There is no cookie exchange (RFC 6347 section 4.2.1): datagrams come from an address that ICE has
 * validated.
 */
import { createECDH, type ECDH, timingSafeEqual } from 'node:crypto';
import type { Clock, Ids } from '#platform';
import type { SrtpMasterKey, SrtpProfile } from '#srtp';
import {
  checkCertificateVerify,
  readCertificate,
  readClientHello,
  readClientKeyExchange,
} from './client-messages.ts';
import { ALERT, CONTENT, FATAL, HANDSHAKE, WARNING } from './constants.ts';
import { DtlsFailure } from './dtls-failure.ts';
import { type Fingerprint, isAnnounced } from './fingerprints.ts';
import type { DtlsIdentity } from './identity.ts';
import { KeySchedule } from './key-schedule.ts';
import { type HandshakeMessage, handshakeMessage, Reassembly } from './reassembly.ts';
import { openFragment, sealFragment } from './record-protection.ts';
import { type DtlsRecord, RecordWriter, readRecords, record } from './records.ts';
import { certificate, certificateRequest, serverHello, serverKeyExchange } from './server-messages.ts';

/**
 * The first wait for an answer to our flight, ms; it doubles each time. RFC 6347 section 4.2.4.1 says 1 s and
 * allows less.
 */
const FIRST_RETRANSMISSION_MS = 300;
const MAX_RETRANSMISSION_MS = 2_400;
/** How often a flight is repeated, whether the timer fires or the far end repeats its own flight. */
const MAX_RETRANSMISSIONS = 20;
const RANDOM_BYTES = 32;

export interface DtlsKeys {
  profile: SrtpProfile;
  /** The key that we send with. */
  local: SrtpMasterKey;
  remote: SrtpMasterKey;
}

export interface DtlsServerOptions {
  identity: DtlsIdentity;
  /** The announced fingerprints, which the far end's certificate must match (see `isAnnounced`). */
  announced: readonly Fingerprint[];
  clock: Clock;
  ids: Ids;
  send(datagram: Buffer): void;
  /** Called once, when the far end has proved its identity and that it knows the keys. */
  onConnected(keys: DtlsKeys): void;
  /**
   * Called once, when the handshake cannot go on or the far end has closed. Nothing is reported afterwards.
   */
  onDown(reason: string): void;
}

type State = 'handshake' | 'connected' | 'over';

/** The order in which a client's handshake messages come (RFC 5246 section 7.3). */
const EXPECTED = [
  HANDSHAKE.CLIENT_HELLO,
  HANDSHAKE.CERTIFICATE,
  HANDSHAKE.CLIENT_KEY_EXCHANGE,
  HANDSHAKE.CERTIFICATE_VERIFY,
  HANDSHAKE.FINISHED,
] as const;

export class DtlsServer {
  readonly #options: DtlsServerOptions;
  readonly #incoming = new Reassembly();
  readonly #outgoing = new RecordWriter();
  #state: State = 'handshake';
  /** The number of the client's messages that were processed. */
  #obeyed = 0;
  /** All handshake messages so far, from both ends. */
  #transcript: Buffer[] = [];
  #flight: Buffer[] = [];
  #ourMessages = 0;
  #retransmissions = 0;
  #cancelTimer: () => void = () => {};

  #ecdh: ECDH | undefined;
  #randoms: { client: Buffer; server: Buffer } = { client: Buffer.alloc(0), server: Buffer.alloc(0) };
  #srtp: SrtpProfile | undefined;
  #certificate: Buffer = Buffer.alloc(0);
  #keys: KeySchedule | undefined;
  /** Keys to be reported once the datagram has been processed. */
  #newKeys: DtlsKeys | undefined;

  constructor(options: DtlsServerOptions) {
    this.#options = options;
  }

  /**
   * Takes a datagram from the far end. Records that are not DTLS, damaged or forged are dropped.
   * @returns whether any record was good.
   */
  receive(datagram: Buffer): boolean {
    let good = false;
    let repeated = false;
    try {
      for (const item of readRecords(datagram)) {
        const outcome = this.#take(item);
        good ||= outcome !== 'refused';
        repeated ||= outcome === 'repeated';
      }
    } catch (error) {
      this.#fail(error);
      return true;
    }
    // The far end did not receive our last flight, or its timer fired first.
    if (repeated) this.#resend();
    const keys = this.#newKeys;
    this.#newKeys = undefined;
    if (keys) this.#options.onConnected(keys);
    return good;
  }

  /** Sends close_notify if connected, and ends without a report. */
  close(): void {
    if (this.#state === 'connected') this.#sendAlert(WARNING, ALERT.CLOSE_NOTIFY);
    this.#end();
  }

  #take(item: DtlsRecord): 'good' | 'repeated' | 'refused' {
    if (this.#state === 'over' || item.epoch > 1) return 'refused';
    const content = item.epoch === 0 ? item.fragment : this.#keys && openFragment(this.#keys.client, item);
    if (!content) return 'refused';
    switch (item.type) {
      case CONTENT.HANDSHAKE:
        return this.#takeHandshake(content, item.epoch);
      case CONTENT.ALERT:
        return this.#takeAlert(content, item.epoch);
      case CONTENT.CHANGE_CIPHER_SPEC:
        // The record's epoch already says which keys are in use.
        return 'good';
      default:
        return 'refused';
    }
  }

  #takeHandshake(content: Buffer, epoch: number): 'good' | 'repeated' {
    // Once connected, only a Finished is accepted: it asks for ours again. Renegotiation (RFC 5746) is not
    // offered.
    const accepts = (type: number): boolean =>
      epoch === 1 ? type === HANDSHAKE.FINISHED : type !== HANDSHAKE.FINISHED && this.#state === 'handshake';
    const { repeated } = this.#incoming.take(content, accepts);
    for (let message = this.#incoming.next(); message; message = this.#incoming.next()) this.#obey(message);
    return repeated ? 'repeated' : 'good';
  }

  /** An unauthenticated alert counts only during the handshake, and only if it is fatal. */
  #takeAlert(content: Buffer, epoch: number): 'good' | 'refused' {
    const [level, description] = content;
    const ends = level === FATAL || (description === ALERT.CLOSE_NOTIFY && epoch === 1);
    if (content.length !== 2 || !ends || (epoch === 0 && this.#state === 'connected')) return 'refused';
    const closed = description === ALERT.CLOSE_NOTIFY;
    this.#down(
      closed ? 'the far end closed the connection' : `the far end gave up with DTLS alert ${description}`,
    );
    return 'good';
  }

  #obey(message: HandshakeMessage): void {
    if (this.#state !== 'handshake') return;
    const { type, body } = message;
    const transcript = Buffer.concat(this.#transcript);
    if (type !== EXPECTED[this.#obeyed++]) {
      throw new DtlsFailure(ALERT.UNEXPECTED_MESSAGE, `it sent handshake message ${type} out of turn`);
    }
    this.#transcript.push(message.bytes);
    switch (type) {
      case HANDSHAKE.CLIENT_HELLO:
        this.#answerHello(body);
        break;
      case HANDSHAKE.CERTIFICATE:
        this.#stopTimer();
        this.#certificate = readCertificate(body);
        if (!isAnnounced(this.#certificate, this.#options.announced)) {
          throw new DtlsFailure(
            ALERT.BAD_CERTIFICATE,
            'its certificate is not the one of its session description (fingerprint)',
          );
        }
        break;
      case HANDSHAKE.CLIENT_KEY_EXCHANGE:
        this.#keys = this.#deriveKeys(readClientKeyExchange(body));
        break;
      case HANDSHAKE.CERTIFICATE_VERIFY:
        checkCertificateVerify(body, this.#certificate, transcript);
        break;
      case HANDSHAKE.FINISHED:
        this.#finish(body, transcript);
    }
  }

  #answerHello(body: Buffer): void {
    const { ids, identity } = this.#options;
    const { random, srtp } = readClientHello(body);
    this.#srtp = srtp;
    this.#randoms = { client: random, server: Buffer.from(ids.hex(RANDOM_BYTES), 'hex') };
    this.#ecdh = createECDH('prime256v1');
    const point = this.#ecdh.generateKeys();
    this.#say(HANDSHAKE.SERVER_HELLO, serverHello(this.#randoms.server, srtp));
    this.#say(HANDSHAKE.CERTIFICATE, certificate(identity.certificate));
    this.#say(HANDSHAKE.SERVER_KEY_EXCHANGE, serverKeyExchange(point, this.#randoms, identity.privateKey));
    this.#say(HANDSHAKE.CERTIFICATE_REQUEST, certificateRequest());
    this.#say(HANDSHAKE.SERVER_HELLO_DONE, Buffer.alloc(0));
    this.#sendFlight();
    this.#setTimer(FIRST_RETRANSMISSION_MS);
  }

  #deriveKeys(point: Buffer): KeySchedule {
    let shared: Buffer;
    try {
      shared = (this.#ecdh as ECDH).computeSecret(point);
    } catch {
      throw new DtlsFailure(ALERT.ILLEGAL_PARAMETER, 'its key is not on the curve');
    }
    return new KeySchedule(shared, Buffer.concat(this.#transcript), this.#randoms);
  }

  #finish(body: Buffer, transcript: Buffer): void {
    const keys = this.#keys as KeySchedule;
    const expected = keys.verifyData('client', transcript);
    if (body.length !== expected.length || !timingSafeEqual(body, expected)) {
      throw new DtlsFailure(
        ALERT.DECRYPT_ERROR,
        'its Finished does not fit: the handshake was tampered with',
      );
    }
    const ours = keys.verifyData('server', Buffer.concat(this.#transcript));
    this.#flight = [];
    this.#retransmissions = 0;
    this.#say(HANDSHAKE.FINISHED, ours);
    this.#state = 'connected';
    this.#transcript = [];
    this.#ecdh = undefined;
    this.#sendFlight();
    const profile = this.#srtp as SrtpProfile;
    const { client, server } = keys.srtpKeys(profile);
    this.#newKeys = { profile, local: server, remote: client };
  }

  /** Adds a message to the flight and to the transcript. */
  #say(type: number, body: Buffer): void {
    const message = handshakeMessage(type, this.#ourMessages++, body);
    this.#flight.push(message);
    this.#transcript.push(message);
  }

  /** Sends the flight in one datagram: a whole flight takes 650 bytes. */
  #sendFlight(): void {
    const records = this.#flight.map((message) =>
      this.#state === 'connected'
        ? Buffer.concat([this.#outgoing.changeCipherSpec(), this.#sealed(CONTENT.HANDSHAKE, message)])
        : this.#outgoing.plain(CONTENT.HANDSHAKE, message),
    );
    this.#options.send(Buffer.concat(records));
  }

  #resend(): void {
    if (this.#state === 'over' || this.#flight.length === 0) return;
    if (this.#retransmissions++ < MAX_RETRANSMISSIONS) this.#sendFlight();
  }

  #sealed(type: number, content: Buffer): Buffer {
    const number = this.#outgoing.next(1);
    return record(type, number, sealFragment((this.#keys as KeySchedule).server, type, number, content));
  }

  #sendAlert(level: number, description: number): void {
    const content = Buffer.from([level, description]);
    const { send } = this.#options;
    send(
      this.#state === 'connected'
        ? this.#sealed(CONTENT.ALERT, content)
        : this.#outgoing.plain(CONTENT.ALERT, content),
    );
  }

  #setTimer(ms: number): void {
    this.#cancelTimer = this.#options.clock.after(ms, () => {
      this.#resend();
      if (this.#retransmissions < MAX_RETRANSMISSIONS)
        this.#setTimer(Math.min(2 * ms, MAX_RETRANSMISSION_MS));
    });
  }

  #stopTimer(): void {
    this.#cancelTimer();
    this.#cancelTimer = () => {};
  }

  #fail(error: unknown): void {
    if (this.#state === 'over') return;
    const known = error instanceof DtlsFailure;
    this.#sendAlert(FATAL, known ? error.alert : ALERT.HANDSHAKE_FAILURE);
    this.#down(`the far end's DTLS handshake was refused: ${known ? error.message : String(error)}`);
  }

  #down(reason: string): void {
    this.#end();
    this.#options.onDown(reason);
  }

  #end(): void {
    this.#stopTimer();
    this.#state = 'over';
    this.#transcript = [];
    this.#flight = [];
    this.#ecdh = undefined;
    this.#keys = undefined;
    this.#newKeys = undefined;
  }
}
