import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { RunningStack } from '#testkit';
import {
  canonicalQuery,
  canonicalRequest,
  sha256Hex,
} from '../../packages/chime-local/src/services/front/canonical.ts';

const REGION = 'us-east-1';

/** A request to the AWS endpoint; `query` is as it stands in the URL. */
export interface HostileRequest {
  service: string;
  path?: string;
  query?: string;
  headers?: Record<string, string>;
  method?: string;
  body?: string | Buffer;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * The headers that sign a request with the operator's keys. The SDK's own signer takes ten seconds for a
 * query of 3,000 parameters, and this process is also the one that listens to the call.
 */
function signedHeaders(
  { service, path = '/', query = '', headers = {}, method = 'POST', body = '' }: HostileRequest,
  { awsAccessKeyId, awsSecretAccessKey, awsEndpoint }: RunningStack['endpoints'],
): Record<string, string> {
  const amzDate = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const payloadHash = sha256Hex(body);
  const all: Record<string, string> = {
    ...headers,
    host: new URL(awsEndpoint).host,
    'x-amz-date': amzDate,
    'x-amz-content-sha256': payloadHash,
  };
  const names = Object.keys(all).sort();
  const values = new Map(Object.entries(all).map(([name, value]) => [name, value.trim()]));
  const canonical = canonicalRequest({
    ...{ method, path, query: canonicalQuery(query), payloadHash },
    ...{ signedHeaders: names, headers: values },
  });
  const scope = [amzDate.slice(0, 8), REGION, service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${awsSecretAccessKey}`) as Buffer;
  const text = `AWS4-HMAC-SHA256\n${amzDate}\n${scope.join('/')}\n${sha256Hex(canonical)}`;
  const credential = `Credential=${awsAccessKeyId}/${scope.join('/')}`;
  const signature = hmac(key, text).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...all, authorization };
}

/** Signs and sends the request. @returns the status and the beginning of the answer; 0 if the connection was closed. */
export function sendSigned(
  stack: RunningStack,
  hostile: HostileRequest,
): Promise<{ status: number; text: string }> {
  const { path = '/', query = '', method = 'POST', body = '' } = hostile;
  const headers = signedHeaders(hostile, stack.endpoints);
  const { hostname, port } = new URL(stack.endpoints.awsEndpoint);
  const where = { hostname, port, method, path: query === '' ? path : `${path}?${query}` };
  return new Promise((resolve) => {
    const request = httpRequest({ ...where, headers }, (response) => {
      let text = '';
      response
        .on('data', (chunk: Buffer) => {
          if (text.length < 500) text += chunk.toString('latin1', 0, 500);
        })
        .on('close', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', () => resolve({ status: 0, text: '' })).end(body);
  });
}
