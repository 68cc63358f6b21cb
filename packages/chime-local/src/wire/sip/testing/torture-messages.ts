import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface TortureMessage {
  /** The name in the RFC. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** The messages of RFC 4475 or RFC 5118; a checksum verifies that each has the bytes of the RFC. */
export function tortureMessages(rfc: 4475 | 5118): TortureMessage[] {
  const text = readFileSync(new URL(`../fixtures/rfc${rfc}.txt`, import.meta.url), 'latin1');
  return text
    .split(/^==== /m)
    .slice(1)
    .map((section) => {
      const headEnd = section.indexOf('\n');
      const [name = '', length, hash] = section.slice(0, headEnd).split(' ');
      const bytes = bytesOf(section.slice(headEnd + 1, -1));
      const found = createHash('sha256').update(bytes).digest('hex').slice(0, hash?.length);
      if (bytes.length !== Number(length) || found !== hash)
        throw new Error(`${name} is not what RFC ${rfc} has`);
      return { name, bytes };
    });
}

/** Decodes the notation of RFC 4475 sections 2.2 and 2.3. */
function bytesOf(notation: string): Buffer {
  const text = notation
    .replaceAll('\n', '\r\n')
    .replace(/<repeat count=(\d+)>(.)<\/repeat>/g, (_all, count: string, what: string) =>
      what.repeat(Number(count)),
    )
    .replace(/<hex>([0-9A-F]*)<\/hex>/g, (_all, digits: string) =>
      Buffer.from(digits, 'hex').toString('latin1'),
    );
  return Buffer.from(text, 'latin1');
}
