import { createHash } from 'node:crypto';
import type { AwsRequest } from '../ports.ts';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import type { Bucket, ObjectRecord } from './bucket.ts';
import {
  algorithmOf,
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumHeader,
  createChecksum,
} from './checksums.ts';
import { invalidRequest, S3Error } from './errors.ts';

/** Maximum size of the body of one PUT in bytes. Source: Amazon S3 User Guide, "Uploading objects": 5 GB. */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;

/** A completely received body that passed all its checks. */
export interface ReceivedBody {
  /** The name of the file in the bucket's data folder. */
  data: string;
  size: number;
  /** The MD5 in hexadecimal, which is the ETag of an object that was uploaded in one piece. */
  md5: string;
  checksum?: NonNullable<ObjectRecord['checksum']>;
}

/**
 * Receives the body of a PUT into a data file: removes the aws-chunked framing and checks the length, payload
 * hash, Content-MD5 and checksum. If anything fails, the file is deleted.
 */
export async function receiveBody(request: AwsRequest, bucket: Bucket): Promise<ReceivedBody> {
  const expectations = readExpectations(request);
  const { name, file } = await bucket.createData();
  try {
    const received = await pipe(request, expectations, async (bytes) => {
      await file.write(bytes);
    });
    await file.close();
    return { data: name, ...received };
  } catch (error) {
    await file.close().catch(() => {});
    await bucket.discardData(name);
    throw error;
  }
}

interface Expectations {
  decoder: AwsChunkedDecoder | undefined;
  /** The length of the content in bytes. */
  length: number;
  /** The hash of the payload in hexadecimal, if the signature covers it. */
  sha256: string | undefined;
  /** The MD5 in Base64. */
  md5: string | undefined;
  algorithm: ChecksumAlgorithm | undefined;
  /** The checksum in Base64; undefined if it comes in the trailer. */
  checksum: string | undefined;
}

function readExpectations(request: AwsRequest): Expectations {
  const { headers, payloadHash } = request;
  const chunked =
    payloadHash.startsWith('STREAMING-') || /\baws-chunked\b/.test(headers['content-encoding'] ?? '');
  const lengthHeader = chunked ? headers['x-amz-decoded-content-length'] : headers['content-length'];
  if (typeof lengthHeader !== 'string' || !/^\d{1,15}$/.test(lengthHeader)) {
    if (headers['transfer-encoding'] === undefined && lengthHeader === undefined && !chunked)
      return noBody(request);
    throw new S3Error(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const length = Number(lengthHeader);
  if (length > MAX_PUT_BYTES) {
    throw new S3Error(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      ProposedSize: String(length),
      MaxSizeAllowed: String(MAX_PUT_BYTES),
    });
  }
  return {
    ...noBody(request),
    decoder: chunked ? new AwsChunkedDecoder(request.chunkSigning) : undefined,
    length,
  };
}

function noBody(request: AwsRequest): Expectations {
  const { headers, payloadHash } = request;
  const given = CHECKSUM_ALGORITHMS.filter((algorithm) => headers[checksumHeader(algorithm)] !== undefined);
  const trailer = headers['x-amz-trailer'];
  const inTrailer = typeof trailer === 'string' ? algorithmOf(trailer.trim()) : undefined;
  if (given.length + (inTrailer ? 1 : 0) > 1) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum types are not allowed.',
    );
  }
  const algorithm = given[0] ?? inTrailer;
  const md5 = headers['content-md5'];
  if (md5 !== undefined && (typeof md5 !== 'string' || Buffer.from(md5, 'base64').length !== 16)) {
    throw new S3Error(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.');
  }
  return {
    decoder: undefined,
    length: 0,
    sha256: /^[0-9a-f]{64}$/.test(payloadHash) ? payloadHash : undefined,
    md5,
    algorithm,
    checksum: given[0] ? String(headers[checksumHeader(given[0])]) : undefined,
  };
}

async function pipe(
  request: AwsRequest,
  expected: Expectations,
  write: (bytes: Buffer) => Promise<void>,
): Promise<Omit<ReceivedBody, 'data'>> {
  const md5 = createHash('md5');
  const sha256 = expected.sha256 === undefined ? undefined : createHash('sha256');
  const checksum = expected.algorithm ? createChecksum(expected.algorithm) : undefined;
  let size = 0;
  const take = async (bytes: Buffer): Promise<void> => {
    size += bytes.length;
    if (size > expected.length) throw incompleteBody();
    md5.update(bytes);
    sha256?.update(bytes);
    checksum?.update(bytes);
    await write(bytes);
  };
  for await (const bytes of request.incoming as AsyncIterable<Buffer>) {
    if (!expected.decoder) await take(bytes);
    else for (const piece of expected.decoder.push(bytes)) await take(piece);
  }
  expected.decoder?.end();
  if (size !== expected.length) throw incompleteBody();
  if (sha256 && sha256.digest('hex') !== expected.sha256) {
    throw new S3Error(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  const digest = md5.digest();
  if (expected.md5 !== undefined && digest.toString('base64') !== expected.md5) {
    throw new S3Error(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const received = { size, md5: digest.toString('hex') };
  if (!checksum || !expected.algorithm) return received;
  return {
    ...received,
    checksum: {
      algorithm: expected.algorithm,
      value: compareChecksum(expected, checksum.digest().toString('base64')),
      type: 'FULL_OBJECT',
    },
  };
}

function compareChecksum(expected: Expectations, value: string): string {
  const algorithm = expected.algorithm!;
  const given = expected.checksum ?? expected.decoder?.trailers.get(checksumHeader(algorithm));
  if (given === undefined) {
    throw new S3Error(400, 'MalformedTrailerError', `The body has no trailer ${checksumHeader(algorithm)}`);
  }
  if (given !== value) {
    throw new S3Error(
      400,
      'BadDigest',
      `The ${algorithm} you specified did not match the calculated checksum.`,
    );
  }
  return value;
}

function incompleteBody(): S3Error {
  return new S3Error(
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}

/** Reads a short body (an XML document or a policy) completely, with the same checks. */
export async function receiveText(request: AwsRequest, maxBytes: number): Promise<string> {
  const expected = readExpectations(request);
  if (expected.length > maxBytes) {
    throw new S3Error(400, 'MaxMessageLengthExceeded', 'Your request was too big.', {
      MaxMessageLengthBytes: String(maxBytes),
    });
  }
  const pieces: Buffer[] = [];
  await pipe(request, expected, async (bytes) => {
    pieces.push(bytes);
  });
  return Buffer.concat(pieces).toString('utf8');
}
