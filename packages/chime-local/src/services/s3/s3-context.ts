import type { OutgoingHttpHeaders } from 'node:http';
import { endAfterRequest } from '#platform';
import type { AwsRequest } from '../ports.ts';
import type { ObjectStore } from './object-store.ts';
import { writeXml, type XmlElements } from './xml.ts';

/** An S3 request and what its handlers need. */
export interface S3Context {
  request: AwsRequest;
  store: ObjectStore;
  bucket: string;
  key: string;
  query: URLSearchParams;
}

/** Sends an answer without a body or with XML. */
export function answer(
  context: S3Context,
  status: number,
  headers: OutgoingHttpHeaders = {},
  xml?: { root: string; content: XmlElements; namespace?: string },
): void {
  const { request } = context;
  const body = xml ? Buffer.from(writeXml(xml.root, xml.content, xml.namespace)) : undefined;
  const withLength = status === 204 || status === 304 ? {} : { 'content-length': body?.length ?? 0 };
  request.response.writeHead(status, {
    ...withLength,
    ...(body ? { 'content-type': 'application/xml' } : {}),
    ...headers,
    'x-amz-request-id': request.requestId,
  });
  endAfterRequest(request.response, request.method === 'HEAD' ? undefined : body);
}

/** The value of a header; the first one if it is repeated. */
export function header(context: S3Context, name: string): string | undefined {
  const value = context.request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Formats a time as in S3's documents: ISO 8601 with milliseconds. */
export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
