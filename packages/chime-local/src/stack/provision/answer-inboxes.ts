import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Bytes of an answer. User Guide, "Custom resource response objects": 4096. */
const MAX_ANSWER_BYTES = 4096;

/** User Guide, "Custom resource response objects". */
export interface CustomResourceAnswer {
  Status: 'SUCCESS' | 'FAILED';
  Reason?: string;
  PhysicalResourceId?: string;
  Data?: Record<string, unknown>;
}

export interface Inbox {
  url: string;
  answer: Promise<CustomResourceAnswer>;
  /** Ends the wait. */
  fail(error: Error): void;
  close(): void;
}

type Settle = (answer: CustomResourceAnswer | Error) => void;

/**
 * Where custom resources answer: under the name of S3's bucket for that, by https on its usual port, because their
 * libraries know no other. Functions are led from there to the emulated AWS, which hands such requests over.
 */
export class AnswerInboxes {
  readonly #host: string;
  /** Who waits, by the path of the URL: as long as a secret. */
  readonly #waiting = new Map<string, Settle>();

  constructor(region: string) {
    this.#host = `cloudformation-custom-resource-response-${region.replaceAll('-', '')}.s3.amazonaws.com`;
  }

  open(): Inbox {
    const path = `/${randomUUID()}`;
    let settle: Settle = () => {};
    const answer = new Promise<CustomResourceAnswer>((resolve, reject) => {
      settle = (result) => (result instanceof Error ? reject(result) : resolve(result));
    });
    answer.catch(() => {});
    this.#waiting.set(path, settle);
    return {
      url: `https://${this.#host}${path}`,
      answer,
      fail: (error) => settle(error),
      close: () => void this.#waiting.delete(path),
    };
  }

  /** Takes the request if it is for an inbox: one PUT with a JSON body; anything else is refused and changes nothing. */
  take(host: string, request: IncomingMessage, response: ServerResponse): boolean {
    if (host !== this.#host) return false;
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      if (body.length <= MAX_ANSWER_BYTES) body += chunk;
    });
    request.on('end', () => {
      const settle = request.method === 'PUT' ? this.#waiting.get(request.url ?? '') : undefined;
      const fits = body.length <= MAX_ANSWER_BYTES;
      response.writeHead(settle && fits ? 200 : 400, { 'content-length': 0 }).end();
      settle?.(fits ? readAnswer(body) : new Error('Response object is too long.'));
    });
    request.on('error', () => {});
    return true;
  }
}

function readAnswer(body: string): CustomResourceAnswer | Error {
  try {
    return JSON.parse(body) as CustomResourceAnswer;
  } catch {
    return new Error('Invalid Response object: it is not JSON');
  }
}
