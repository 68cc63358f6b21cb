import type { ServerResponse } from 'node:http';
import { cbor } from '@smithy/core/cbor';
import type { Protocol } from '../front/refusal.ts';
import type { AwsRequest, AwsService } from '../ports.ts';
import { REGION } from './endpoint.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The body parsed as JSON or CBOR; empty if it is neither. */
  json: Record<string, unknown>;
}

interface Question {
  headers?: Record<string, string>;
  rawPath?: string;
  rawQuery?: string;
  method?: string;
  body?: string | Uint8Array;
  protocol?: Protocol;
}

/** For tests: sends one request to one service, in the form in which the endpoint passes it on. */
export async function ask(service: AwsService, question: Question): Promise<Answer> {
  const answer: Answer = { status: 0, headers: {}, text: '', json: {} };
  const chunks: Uint8Array[] = [];
  const response = {
    req: { method: question.method ?? 'POST' },
    headersSent: false,
    once: () => response,
    writeHead(status: number, headers: Record<string, string>) {
      answer.status = status;
      answer.headers = headers;
      return response;
    },
    end(body?: string | Uint8Array) {
      if (body !== undefined) chunks.push(typeof body === 'string' ? Buffer.from(body) : body);
    },
  };
  await service.handle({
    method: question.method ?? 'POST',
    rawPath: question.rawPath ?? '/',
    rawQuery: question.rawQuery ?? '',
    headers: question.headers ?? {},
    service: service.signingNames[0] ?? 'nothing',
    region: REGION,
    caller: { accessKeyId: 'AKID', arn: 'arn:aws:sts::000000000000:assumed-role/sma/sma-handler' },
    requestId: 'request-1',
    payloadHash: 'UNSIGNED-PAYLOAD',
    body: Buffer.from(question.body ?? ''),
    protocol: question.protocol ?? 'restJson',
    response: response as unknown as ServerResponse,
  } as unknown as AwsRequest);
  const bytes = Buffer.concat(chunks);
  answer.text = bytes.toString('utf8');
  if (answer.headers['content-type']?.includes('cbor')) answer.json = cbor.deserialize(bytes);
  else if (answer.headers['content-type']?.includes('json')) answer.json = JSON.parse(answer.text || '{}');
  return answer;
}

/** The same for the awsJson protocol. */
export const askJson = (service: AwsService, operation: string, input: object): Promise<Answer> =>
  ask(service, {
    headers: { 'x-amz-target': `Service.${operation}`, 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(input),
    protocol: 'awsJson',
  });

/** The same for the query protocol. */
export const askForm = (
  service: AwsService,
  operation: string,
  fields: Record<string, string>,
): Promise<Answer> =>
  ask(service, {
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams({ Action: operation, ...fields }).toString(),
    protocol: 'query',
  });
