/** Verifies AWS Signature Version 4, in headers and in presigned URLs. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ChunkSigning, CredentialLookup } from '../ports.ts';
import {
  AUTHORITY,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
  canonicalS3Path,
  sha256Hex,
} from './canonical.ts';
import { MAX_CACHED_SIGNING_KEYS, MAX_PRESIGN_SECONDS, MAX_S3_SKEW_MS, MAX_SKEW_MS } from './limits.ts';
import { type RequestSignature, SignatureProblem } from './request-signature.ts';

export interface SignedRequest {
  method: string;
  rawPath: string;
  rawQuery: string;
  headers: ReadonlyMap<string, string>;
  auth: RequestSignature;
  payloadHash: string;
}

export interface Verifier {
  /** Verifies the signature and returns the signer's ARN. Throws `SignatureProblem`. */
  verify(request: SignedRequest): { arn: string; chunkSigning?: ChunkSigning };
}

export function createVerifier(credentials: CredentialLookup, now: () => number): Verifier {
  const keys = new Map<string, Buffer>();
  return {
    verify(request) {
      const { auth } = request;
      const known = credentials(auth.accessKeyId);
      if (!known)
        throw new SignatureProblem('unknownKey', `The access key ${auth.accessKeyId} is not known here`);
      checkToken(auth, known.sessionToken);
      checkTime(auth, now());
      checkSignedHeaders(request);
      const key = signingKey(keys, known.secretAccessKey, auth);
      const sign = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
      const scope = `${auth.date}/${auth.region}/${auth.service}/aws4_request`;
      const text = `AWS4-HMAC-SHA256\n${auth.amzDate}\n${scope}\n${sha256Hex(canonical(request))}`;
      if (!equal(sign(text), auth.signature)) {
        throw new SignatureProblem(
          'mismatch',
          'The signature is not the one expected. Check the secret access key and how the request was signed',
        );
      }
      if (!request.payloadHash.startsWith('STREAMING-AWS4-')) return { arn: known.arn };
      const chunkSigning = { seedSignature: auth.signature, amzDate: auth.amzDate, scope, sign };
      return { arn: known.arn, chunkSigning };
    },
  };
}

function canonical(request: SignedRequest): string {
  const s3 = request.auth.service === 's3';
  return canonicalRequest({
    method: request.method,
    path: s3 ? canonicalS3Path(request.rawPath) : canonicalPath(request.rawPath),
    query: canonicalQuery(
      request.rawQuery,
      request.auth.form === 'presigned' ? 'X-Amz-Signature' : undefined,
    ),
    signedHeaders: request.auth.signedHeaders,
    headers: request.headers,
    payloadHash: request.payloadHash,
  });
}

/**
 * Derives the key from AWS4 + secret, date, region, service and aws4_request with four HMACs. It is the same
 * for a whole day.
 */
function signingKey(keys: Map<string, Buffer>, secret: string, auth: RequestSignature): Buffer {
  const name = `${auth.date}/${auth.region}/${auth.service}/${secret}`;
  const cached = keys.get(name);
  if (cached) return cached;
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const key = [auth.date, auth.region, auth.service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${secret}`,
  ) as Buffer;
  if (keys.size >= MAX_CACHED_SIGNING_KEYS) keys.clear();
  keys.set(name, key);
  return key;
}

function checkToken(auth: RequestSignature, expected: string | undefined): void {
  if (expected === undefined && auth.sessionToken === undefined) return;
  if (expected !== undefined && auth.sessionToken !== undefined && equal(expected, auth.sessionToken)) return;
  throw new SignatureProblem(
    'badToken',
    `The session token does not belong to the access key ${auth.accessKeyId}`,
  );
}

function checkTime(auth: RequestSignature, now: number): void {
  const at = parseAmzDate(auth.amzDate);
  if (Number.isNaN(at)) throw new SignatureProblem('incomplete', `There is no such time: ${auth.amzDate}`);
  const s3 = auth.service === 's3';
  const allowed = s3 ? MAX_S3_SKEW_MS : MAX_SKEW_MS;
  if (auth.form === 'presigned') {
    const seconds = auth.expires ?? 0;
    if (seconds < 1 || seconds > MAX_PRESIGN_SECONDS) {
      throw new SignatureProblem('incomplete', `X-Amz-Expires must be 1 to ${MAX_PRESIGN_SECONDS} seconds`);
    }
    if (at - now > allowed) throw new SignatureProblem('skew', 'The presigned request is not valid yet');
    if (now > at + seconds * 1000) {
      throw new SignatureProblem(
        'expired',
        `The presigned request expired ${seconds} s after ${auth.amzDate}`,
      );
    }
  } else if (Math.abs(at - now) > allowed) {
    throw new SignatureProblem(
      'skew',
      `The request was signed at ${auth.amzDate}; here it is ${new Date(now).toISOString()}, more than ` +
        `${allowed / 60_000} minutes apart`,
    );
  }
}

function parseAmzDate(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

/**
 * The host and every x-amz- header must be signed; otherwise somebody in between could change their meaning.
 */
function checkSignedHeaders(request: SignedRequest): void {
  const signed = request.auth.signedHeaders;
  if (!signed.includes('host') && !signed.includes(AUTHORITY))
    throw new SignatureProblem('unsignedHeader', 'The host header must be signed');
  for (const name of request.headers.keys()) {
    if (name.startsWith('x-amz-') && !signed.includes(name)) {
      throw new SignatureProblem('unsignedHeader', `The header ${name} must be signed`);
    }
  }
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
