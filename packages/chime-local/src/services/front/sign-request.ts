import { createHmac } from 'node:crypto';
import type { AccessKey } from '../iam/credentials.ts';
import { canonicalPath, canonicalRequest, sha256Hex } from './canonical.ts';

export interface UnsignedRequest {
  method: string;
  /** The path without a query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * The signed headers of a request from one service to another. IAM user guide, "Create a signed AWS API
 * request".
 */
export function signedHeaders(
  { method, path, headers, body }: UnsignedRequest,
  { accessKeyId, secretAccessKey, sessionToken }: AccessKey,
  { service, region, now }: { service: string; region: string; now: number },
): Record<string, string> {
  const amzDate = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const date = amzDate.slice(0, 8);
  const all: Record<string, string> = {
    ...headers,
    'x-amz-date': amzDate,
    ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
  };
  const names = Object.keys(all).sort();
  const canonical = canonicalRequest({
    method,
    path: canonicalPath(path),
    query: '',
    signedHeaders: names,
    headers: new Map(Object.entries(all)),
    payloadHash: sha256Hex(body),
  });
  const scope = [date, region, service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`) as Buffer;
  const text = `AWS4-HMAC-SHA256\n${amzDate}\n${scope.join('/')}\n${sha256Hex(canonical)}`;
  const signature = hmac(key, text).toString('hex');
  const credential = `${accessKeyId}/${scope.join('/')}`;
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}
