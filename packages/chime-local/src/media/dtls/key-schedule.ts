import { createHash, createHmac } from 'node:crypto';
import type { SrtpMasterKey, SrtpProfile } from '#srtp';
import type { RecordKey } from './record-protection.ts';

const MASTER_SECRET_BYTES = 48;
/** Sizes of the key and the fixed part of the nonce of AES-128-GCM (RFC 5288), bytes. */
const RECORD_KEY_BYTES = 16;
const RECORD_SALT_BYTES = 4;
export const VERIFY_DATA_BYTES = 12;

/** TLS 1.2's pseudo-random function with SHA-256 (RFC 5246 section 5). */
function expand(secret: Buffer, label: string, seed: Buffer, length: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label, 'latin1'), seed]);
  const hmac = (data: Buffer): Buffer => createHmac('sha256', secret).update(data).digest();
  const blocks: Buffer[] = [];
  let chain: Buffer = labelled;
  for (let have = 0; have < length; have += 32) {
    chain = hmac(chain);
    blocks.push(hmac(Buffer.concat([chain, labelled])));
  }
  return Buffer.concat(blocks).subarray(0, length);
}

export const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** The keys that are derived from the shared secret of one handshake. */
export class KeySchedule {
  readonly #master: Buffer;
  readonly #randoms: { client: Buffer; server: Buffer };
  readonly client: RecordKey;
  readonly server: RecordKey;

  /**
   * @param transcript the messages up to the client's key exchange: the extended master secret (RFC 7627)
   * depends on all of them.
   */
  constructor(sharedSecret: Buffer, transcript: Buffer, randoms: { client: Buffer; server: Buffer }) {
    this.#master = expand(sharedSecret, 'extended master secret', sha256(transcript), MASTER_SECRET_BYTES);
    this.#randoms = randoms;
    const seed = Buffer.concat([randoms.server, randoms.client]);
    const block = expand(this.#master, 'key expansion', seed, 2 * (RECORD_KEY_BYTES + RECORD_SALT_BYTES));
    const salts = block.subarray(2 * RECORD_KEY_BYTES);
    this.client = { key: block.subarray(0, RECORD_KEY_BYTES), salt: salts.subarray(0, RECORD_SALT_BYTES) };
    this.server = {
      key: block.subarray(RECORD_KEY_BYTES, 2 * RECORD_KEY_BYTES),
      salt: salts.subarray(RECORD_SALT_BYTES),
    };
  }

  /** The contents of an end's Finished, which proves that it has seen this transcript. */
  verifyData(end: 'client' | 'server', transcript: Buffer): Buffer {
    return expand(this.#master, `${end} finished`, sha256(transcript), VERIFY_DATA_BYTES);
  }

  /**
   * The keys for SRTP (RFC 5764 section 4.2): the one the client sends with and the one the server sends
   * with.
   */
  srtpKeys({ keyLength, saltLength }: SrtpProfile): { client: SrtpMasterKey; server: SrtpMasterKey } {
    const seed = Buffer.concat([this.#randoms.client, this.#randoms.server]);
    const material = expand(this.#master, 'EXTRACTOR-dtls_srtp', seed, 2 * (keyLength + saltLength));
    const salts = material.subarray(2 * keyLength);
    return {
      client: { key: material.subarray(0, keyLength), salt: salts.subarray(0, saltLength) },
      server: { key: material.subarray(keyLength, 2 * keyLength), salt: salts.subarray(saltLength) },
    };
  }
}
