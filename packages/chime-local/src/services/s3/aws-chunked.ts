import { createHash, type Hash } from 'node:crypto';
import type { ChunkSigning } from '../ports.ts';
import { S3Error } from './errors.ts';

/** Maximum length of a framing line: a chunk's size with its signature, or a trailer. */
export const MAX_LINE_BYTES = 1024;
/** Maximum number of trailers per body. S3 clients send at most a checksum and a signature. */
const MAX_TRAILERS = 8;
const HASH_OF_NOTHING = createHash('sha256').digest('hex');

const incomplete = (message: string): S3Error => new S3Error(400, 'IncompleteBody', message);
const malformed = (message: string): S3Error => new S3Error(400, 'InvalidRequest', message);

/**
 * Removes the framing of an `aws-chunked` body that arrives in arbitrary pieces, and verifies the chain of
 * chunk signatures if there is one.
 *
 * ```text
 * 5;chunk-signature=<64 hex>CRLF hello CRLF 0;chunk-signature=<64 hex>CRLF x-amz-checksum-crc32:NhCmhg==CRLF CRLF
 * ```
 *
 * Source: Amazon S3 API Reference, "Signature calculations: transferring payload in multiple chunks"
 * (sigv4-streaming and sigv4-streaming-trailers).
 */
export class AwsChunkedDecoder {
  /** The trailers by lower-case name; complete once `end` has returned. */
  readonly trailers = new Map<string, string>();
  readonly #signing: ChunkSigning | undefined;
  #state: 'size' | 'data' | 'dataEnd' | 'trailer' | 'done' = 'size';
  #line: Buffer = Buffer.alloc(0);
  #left = 0;
  #signature = '';
  #previousSignature: string;
  #hash: Hash | undefined;
  #signedTrailers = '';

  /** @param signing given if the chunks are signed (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD…`) */
  constructor(signing?: ChunkSigning) {
    this.#signing = signing;
    this.#previousSignature = signing?.seedSignature ?? '';
  }

  /** Processes the next bytes of the body and returns the content in them. @throws {S3Error} */
  push(bytes: Buffer): Buffer[] {
    const content: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const piece = bytes.subarray(at, at + this.#left);
        at += piece.length;
        this.#left -= piece.length;
        this.#hash?.update(piece);
        content.push(piece);
        if (this.#left === 0) this.#state = 'dataEnd';
        continue;
      }
      if (this.#state === 'done') throw malformed('There are bytes after the end of the aws-chunked body');
      const feed = bytes.indexOf(0x0a, at);
      const end = feed < 0 ? bytes.length : feed + 1;
      this.#line = Buffer.concat([this.#line, bytes.subarray(at, end)]);
      at = end;
      if (this.#line.length > MAX_LINE_BYTES) throw malformed('A line of the aws-chunked body is too long');
      if (feed < 0) break;
      const line = this.#line.toString('latin1').replace(/\r?\n$/, '');
      this.#line = Buffer.alloc(0);
      this.#takeLine(line);
    }
    return content;
  }

  /** Ends the body. @throws {S3Error} `IncompleteBody` if the last chunk is missing. */
  end(): void {
    if (this.#state !== 'done') throw incomplete('The aws-chunked body ended before its last chunk');
  }

  #takeLine(line: string): void {
    if (this.#state === 'size') this.#beginChunk(line);
    else if (this.#state === 'dataEnd') this.#endChunk(line);
    else if (line === '') this.#finish();
    else this.#takeTrailer(line);
  }

  #beginChunk(line: string): void {
    const match = /^([0-9a-fA-F]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    if (!match) throw malformed('The size of a chunk of the aws-chunked body is not a hexadecimal number');
    this.#left = Number.parseInt(match[1]!, 16);
    this.#signature = match[2] ?? '';
    if (this.#signing) this.#hash = createHash('sha256');
    if (this.#left > 0) {
      this.#state = 'data';
      return;
    }
    this.#checkChunkSignature();
    this.#state = 'trailer';
  }

  #endChunk(line: string): void {
    if (line !== '') throw malformed('A chunk of the aws-chunked body is longer than its size says');
    this.#checkChunkSignature();
    this.#state = 'size';
  }

  #takeTrailer(line: string): void {
    const colon = line.indexOf(':');
    if (colon < 1) throw malformed('A trailer of the aws-chunked body has no name');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (this.trailers.size >= MAX_TRAILERS) throw malformed('The aws-chunked body has too many trailers');
    if (name !== 'x-amz-trailer-signature') this.#signedTrailers += `${name}:${value}\n`;
    this.trailers.set(name, value);
  }

  #finish(): void {
    if (this.#signing && this.#signedTrailers !== '') {
      const { amzDate, scope, sign } = this.#signing;
      const hash = createHash('sha256').update(this.#signedTrailers, 'latin1').digest('hex');
      const expected = sign(
        ['AWS4-HMAC-SHA256-TRAILER', amzDate, scope, this.#previousSignature, hash].join('\n'),
      );
      if (this.trailers.get('x-amz-trailer-signature') !== expected) throw signatureMismatch();
    }
    this.#state = 'done';
  }

  #checkChunkSignature(): void {
    if (!this.#signing || !this.#hash) return;
    const { amzDate, scope, sign } = this.#signing;
    const expected = sign(
      [
        'AWS4-HMAC-SHA256-PAYLOAD',
        amzDate,
        scope,
        this.#previousSignature,
        HASH_OF_NOTHING,
        this.#hash.digest('hex'),
      ].join('\n'),
    );
    this.#hash = undefined;
    if (this.#signature !== expected) throw signatureMismatch();
    this.#previousSignature = expected;
  }
}

function signatureMismatch(): S3Error {
  return new S3Error(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided: a chunk of the body is not what was signed.',
  );
}
