/** Checks AWS Signature Version 4, in both its forms. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ChunkSigning, CredentialLookup } from '../ports.ts';
import { canonicalPath, canonicalQuery, canonicalRequest, canonicalS3Path, sha256Hex } from './canonical.ts';
import { MAX_CACHED_SIGNING_KEYS, MAX_PRESIGN_SECONDS, MAX_S3_SKEW_MS, MAX_SKEW_MS } from './limits.ts';
import { type SignatureClaim, SignatureProblem } from './signature-claim.ts';

export interface SignedRequest {
  method: string;
  rawPath: string;
  rawQuery: string;
  headers: ReadonlyMap<string, string>;
  claim: SignatureClaim;
  payloadHash: string;
}

export interface Verifier {
  /** Who signed. Throws `SignatureProblem`. */
  verify(request: SignedRequest): { arn: string; chunkSigning?: ChunkSigning };
}

export function createVerifier(credentials: CredentialLookup, now: () => number): Verifier {
  const keys = new Map<string, Buffer>();
  return {
    verify(request) {
      const { claim } = request;
      const known = credentials(claim.accessKeyId);
      if (!known)
        throw new SignatureProblem('unknownKey', `The access key ${claim.accessKeyId} is not known here`);
      checkToken(claim, known.sessionToken);
      checkTime(claim, now());
      checkSignedHeaders(request);
      const key = signingKey(keys, known.secretAccessKey, claim);
      const sign = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
      const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
      const text = `AWS4-HMAC-SHA256\n${claim.amzDate}\n${scope}\n${sha256Hex(canonical(request))}`;
      if (!equal(sign(text), claim.signature)) {
        throw new SignatureProblem(
          'mismatch',
          'The signature is not the one expected. Check the secret access key and how the request was signed',
        );
      }
      if (!request.payloadHash.startsWith('STREAMING-AWS4-')) return { arn: known.arn };
      const chunkSigning = { seedSignature: claim.signature, amzDate: claim.amzDate, scope, sign };
      return { arn: known.arn, chunkSigning };
    },
  };
}

function canonical(request: SignedRequest): string {
  const s3 = request.claim.service === 's3';
  return canonicalRequest({
    method: request.method,
    path: s3 ? canonicalS3Path(request.rawPath) : canonicalPath(request.rawPath),
    query: canonicalQuery(
      request.rawQuery,
      request.claim.form === 'presigned' ? 'X-Amz-Signature' : undefined,
    ),
    signedHeaders: request.claim.signedHeaders,
    headers: request.headers,
    payloadHash: request.payloadHash,
  });
}

/** AWS4 + secret, date, region, service, aws4_request: four HMACs, the same for a whole day. */
function signingKey(keys: Map<string, Buffer>, secret: string, claim: SignatureClaim): Buffer {
  const name = `${claim.date}/${claim.region}/${claim.service}/${secret}`;
  const cached = keys.get(name);
  if (cached) return cached;
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const key = [claim.date, claim.region, claim.service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${secret}`,
  ) as Buffer;
  if (keys.size >= MAX_CACHED_SIGNING_KEYS) keys.clear();
  keys.set(name, key);
  return key;
}

function checkToken(claim: SignatureClaim, expected: string | undefined): void {
  if (expected === undefined && claim.sessionToken === undefined) return;
  if (expected !== undefined && claim.sessionToken !== undefined && equal(expected, claim.sessionToken))
    return;
  throw new SignatureProblem(
    'badToken',
    `The session token does not belong to the access key ${claim.accessKeyId}`,
  );
}

function checkTime(claim: SignatureClaim, now: number): void {
  const at = parseAmzDate(claim.amzDate);
  if (Number.isNaN(at)) throw new SignatureProblem('incomplete', `There is no such time: ${claim.amzDate}`);
  const s3 = claim.service === 's3';
  const allowed = s3 ? MAX_S3_SKEW_MS : MAX_SKEW_MS;
  if (claim.form === 'presigned') {
    const seconds = claim.expires ?? 0;
    if (seconds < 1 || seconds > MAX_PRESIGN_SECONDS) {
      throw new SignatureProblem('incomplete', `X-Amz-Expires must be 1 to ${MAX_PRESIGN_SECONDS} seconds`);
    }
    if (at - now > allowed) throw new SignatureProblem('skew', 'The presigned request is not valid yet');
    if (now > at + seconds * 1000) {
      throw new SignatureProblem(
        'expired',
        `The presigned request expired ${seconds} s after ${claim.amzDate}`,
      );
    }
  } else if (Math.abs(at - now) > allowed) {
    throw new SignatureProblem(
      'skew',
      `The request was signed at ${claim.amzDate}; here it is ${new Date(now).toISOString()}, more than ` +
        `${allowed / 60_000} minutes apart`,
    );
  }
}

function parseAmzDate(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

/** The host and every x-amz- header must be covered, or somebody on the way could change their meaning. */
function checkSignedHeaders(request: SignedRequest): void {
  const signed = request.claim.signedHeaders;
  if (!signed.includes('host'))
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
