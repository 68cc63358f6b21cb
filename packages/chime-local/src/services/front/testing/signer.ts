import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { REGION } from '../../testing/endpoint.ts';

/** The hash class that the SDK's signer requires. */
class Sha256 {
  #key: Uint8Array | string | undefined;
  #chunks: Uint8Array[] = [];

  constructor(key?: unknown) {
    this.#key = key as Uint8Array | string | undefined;
  }

  update(data: Uint8Array): void {
    this.#chunks.push(data);
  }

  async digest(): Promise<Uint8Array> {
    const hash = this.#key === undefined ? createHash('sha256') : createHmac('sha256', this.#key);
    for (const chunk of this.#chunks) hash.update(chunk);
    return hash.digest();
  }

  reset(): void {
    this.#chunks = [];
  }
}

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** The AWS SDK's own signer, configured for one service. */
export function sdkSigner(service: string, credentials: Keys): SignatureV4 {
  return new SignatureV4({
    service,
    region: REGION,
    credentials,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: true,
  });
}
