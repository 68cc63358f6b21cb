/**
 * MD5 digests with which clients verify what SQS stored. Developer guide, "Calculating the MD5 message
 * digest".
 */
import { createHash } from 'node:crypto';
import type { MessageAttribute } from './queues.ts';

export const bodyDigest = (body: string): string => createHash('md5').update(body).digest('hex');

/** The digest of a message's attributes; undefined if there are none. */
export function attributesDigest(
  attributes: Record<string, MessageAttribute> | undefined,
): string | undefined {
  const names = Object.keys(attributes ?? {}).sort();
  if (!attributes || names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType, StringValue, BinaryValue } = attributes[name] as MessageAttribute;
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    const binary = DataType.startsWith('Binary');
    hash.update(Buffer.from([binary ? 2 : 1]));
    add(binary ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue ?? ''));
  }
  return hash.digest('hex');
}
