import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChunkSigning } from '../ports.ts';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import { S3Error } from './errors.ts';

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const NOTHING = sha256('');

function frame(chunks: Uint8Array[], trailers: string[] = []): Buffer {
  const parts: (Uint8Array | string)[] = [];
  for (const chunk of chunks) parts.push(`${chunk.length.toString(16)}\r\n`, chunk, '\r\n');
  parts.push('0\r\n', ...trailers.map((trailer) => `${trailer}\r\n`), '\r\n');
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

/** Decodes a body that arrives in pieces, split at the given positions. */
function decode(body: Buffer, cuts: number[] = [], signing?: ChunkSigning) {
  const decoder = new AwsChunkedDecoder(signing);
  const content: Buffer[] = [];
  const places = [0, ...cuts.map((cut) => cut % (body.length + 1)).sort((a, b) => a - b), body.length];
  for (let n = 1; n < places.length; n++)
    content.push(...decoder.push(body.subarray(places[n - 1], places[n])));
  decoder.end();
  return { content: Buffer.concat(content), trailers: decoder.trailers };
}

describe('the framing of aws-chunked bodies', () => {
  it('Framing is removed, wherever the body is split', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.nat(3000), { maxLength: 12 }),
        (chunks, cuts) => {
          const result = decode(frame(chunks, ['x-amz-checksum-crc32:AAAAAA==']), cuts);
          expect(result.content.equals(Buffer.concat(chunks))).toBe(true);
          expect(result.trailers.get('x-amz-checksum-crc32')).toBe('AAAAAA==');
        },
      ),
      { seed: 20261122, numRuns: 300 },
    );
  });

  it('Damaged framing is refused and never taken for content', () => {
    const chunks = [Buffer.from('hello'), Buffer.from('world')];
    const body = frame(chunks);
    for (let length = 0; length < body.length; length++) {
      expect(() => decode(body.subarray(0, length)), `${length} bytes`).toThrow(S3Error);
    }
    for (const bad of [
      'x\r\n',
      '5\r\nhello!\r\n',
      '-1\r\n',
      '5;other=1\r\n',
      'fffffffffff\r\n',
      `${'0'.repeat(2000)}\r\n`,
    ]) {
      expect(() => decode(Buffer.from(bad)), bad.slice(0, 20)).toThrow(S3Error);
    }
    expect(() => decode(Buffer.concat([body, Buffer.from('more')]))).toThrow(/after the end/);
    const many = Array.from({ length: 20 }, (_, n) => `x-${n}:1`);
    expect(() => decode(frame(chunks, many))).toThrow(/too many trailers/);
  });

  it('Arbitrary bytes give content or an S3Error', () => {
    const text = fc.stringMatching(/^[0-9a-f;:=\r\n x-]{0,80}$/).map((one) => Buffer.from(one));
    const bytes = fc.uint8Array({ maxLength: 200 }).map((one) => Buffer.from(one));
    fc.assert(
      fc.property(fc.oneof(text, bytes), fc.array(fc.nat(200), { maxLength: 4 }), (body, cuts) => {
        try {
          expect(decode(body, cuts).content.length).toBeLessThanOrEqual(body.length);
        } catch (error) {
          expect(error).toBeInstanceOf(S3Error);
        }
      }),
      { seed: 20261123, numRuns: 1000 },
    );
  });
});

describe('signed chunks', () => {
  const signing: ChunkSigning = {
    seedSignature: 'ab'.repeat(32),
    amzDate: '20261122T000000Z',
    scope: '20261122/us-east-1/s3/aws4_request',
    sign: (text) => createHmac('sha256', 'key').update(text).digest('hex'),
  };

  function signedBody(chunks: string[], trailer?: string): string {
    let previous = signing.seedSignature;
    let body = '';
    for (const chunk of [...chunks, '']) {
      const lines = [
        'AWS4-HMAC-SHA256-PAYLOAD',
        signing.amzDate,
        signing.scope,
        previous,
        NOTHING,
        sha256(chunk),
      ];
      previous = signing.sign(lines.join('\n'));
      body += `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}${chunk ? '\r\n' : ''}`;
    }
    if (trailer) {
      const lines = [
        'AWS4-HMAC-SHA256-TRAILER',
        signing.amzDate,
        signing.scope,
        previous,
        sha256(`${trailer}\n`),
      ];
      body += `${trailer}\r\nx-amz-trailer-signature:${signing.sign(lines.join('\n'))}\r\n`;
    }
    return `${body}\r\n`;
  }

  it('Signed chunks are accepted if each signature follows from the last', () => {
    const body = signedBody(['hello ', 'world'], 'x-amz-checksum-crc32:DUoRhQ==');
    expect(decode(Buffer.from(body), [3, 90, 91], signing).content.toString()).toBe('hello world');
    expect(decode(Buffer.from(signedBody(['x'])), [], signing).content.toString()).toBe('x');
  });

  it('Signed chunks with other content, order, signature or trailer are refused', () => {
    const body = signedBody(['hello ', 'world'], 'x-amz-checksum-crc32:DUoRhQ==');
    const cases = [
      body.replace('hello', 'hallo'),
      body.replace('DUoRhQ', 'AUoRhQ'),
      body.replace(/chunk-signature=./, 'chunk-signature=0'),
      body.replace(/;chunk-signature=[0-9a-f]+/, ''),
      body.replace(/x-amz-trailer-signature:.*\r\n/, ''),
    ];
    for (const one of cases) expect(() => decode(Buffer.from(one), [], signing)).toThrow(/signature/);
  });
});
