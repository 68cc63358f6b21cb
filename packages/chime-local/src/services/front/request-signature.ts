/** Reads a request's signature from the Authorization header or, for a presigned request, from the query. */
import { parseQuery } from './query-string.ts';

/** Why a request was refused. The code in the answer depends on the service's protocol: see `refusal.ts`. */
export type Reason =
  | 'missing'
  | 'incomplete'
  | 'unsupported'
  | 'unknownKey'
  | 'badToken'
  | 'mismatch'
  | 'skew'
  | 'expired'
  | 'unsignedHeader'
  | 'payloadMismatch';

export class SignatureProblem extends Error {
  readonly reason: Reason;
  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface RequestSignature {
  form: 'header' | 'presigned';
  accessKeyId: string;
  /** Format `YYYYMMDD`. */
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  /** 64 hexadecimal digits. */
  signature: string;
  /** Format `YYYYMMDDTHHMMSSZ`. */
  amzDate: string;
  sessionToken?: string | undefined;
  /** Validity in seconds; only for presigned requests. */
  expires?: number;
  payloadHash?: string | undefined;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const AMZ_DATE = /^\d{8}T\d{6}Z$/;

/** Reads the signature of a request. Throws `SignatureProblem` `missing` or `incomplete`. */
export function readSignature(headers: ReadonlyMap<string, string>, rawQuery: string): RequestSignature {
  const authorization = headers.get('authorization');
  if (authorization !== undefined) return fromHeader(authorization, headers);
  if (rawQuery.includes('X-Amz-Signature=')) return fromQuery(rawQuery, headers);
  if (/(^|&)AWSAccessKeyId=/.test(rawQuery)) {
    throw new SignatureProblem(
      'unsupported',
      `The URL is presigned by Signature Version 2; presign it with ${ALGORITHM} (boto3: signature_version "s3v4")`,
    );
  }
  throw new SignatureProblem('missing', 'The request is not signed: it has no Authorization header');
}

function fromHeader(authorization: string, headers: ReadonlyMap<string, string>): RequestSignature {
  if (!authorization.startsWith(`${ALGORITHM} `)) {
    throw new SignatureProblem('unsupported', `The Authorization header must begin with ${ALGORITHM}`);
  }
  const parts = new Map<string, string>();
  for (const part of authorization.slice(ALGORITHM.length + 1).split(',')) {
    const equals = part.indexOf('=');
    parts.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const amzDate = headers.get('x-amz-date') ?? '';
  return {
    form: 'header',
    ...common(parts.get('Credential'), parts.get('SignedHeaders'), parts.get('Signature'), amzDate),
    sessionToken: headers.get('x-amz-security-token'),
    payloadHash: headers.get('x-amz-content-sha256'),
  };
}

function fromQuery(rawQuery: string, headers: ReadonlyMap<string, string>): RequestSignature {
  const query = parseQuery(rawQuery);
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) {
    throw new SignatureProblem('incomplete', `X-Amz-Algorithm must be ${ALGORITHM}`);
  }
  const expires = query.get('X-Amz-Expires') ?? '';
  if (!/^\d{1,9}$/.test(expires)) {
    throw new SignatureProblem('incomplete', 'X-Amz-Expires must be a number of seconds');
  }
  return {
    form: 'presigned',
    ...common(
      query.get('X-Amz-Credential'),
      query.get('X-Amz-SignedHeaders'),
      query.get('X-Amz-Signature'),
      query.get('X-Amz-Date') ?? '',
    ),
    sessionToken: query.get('X-Amz-Security-Token'),
    expires: Number(expires),
    payloadHash: query.get('X-Amz-Content-Sha256') ?? headers.get('x-amz-content-sha256'),
  };
}

function common(
  credential: string | undefined,
  signedHeaders: string | undefined,
  signature: string | undefined,
  amzDate: string,
): Omit<RequestSignature, 'form'> {
  if (!credential || !signedHeaders || !signature) {
    throw new SignatureProblem('incomplete', 'Credential, SignedHeaders and Signature are all needed');
  }
  const scope = credential.split('/');
  const [terminator, service, region, date] = scope.slice(-4).reverse();
  const accessKeyId = scope.slice(0, -4).join('/');
  if (terminator !== 'aws4_request' || !accessKeyId || !date || !region || !service) {
    throw new SignatureProblem('incomplete', 'Credential must be KEY/YYYYMMDD/REGION/SERVICE/aws4_request');
  }
  if (!AMZ_DATE.test(amzDate)) {
    throw new SignatureProblem('incomplete', 'x-amz-date must be a time like 20300131T235959Z');
  }
  if (!amzDate.startsWith(date)) {
    throw new SignatureProblem('incomplete', `The credential's date ${date} is not that of ${amzDate}`);
  }
  const names = signedHeaders.toLowerCase().split(';');
  return { accessKeyId, date, region, service, signedHeaders: names, signature, amzDate };
}
