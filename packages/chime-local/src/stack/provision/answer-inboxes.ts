import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Maximum size of an answer, in bytes. User Guide, "Custom resource response objects": 4096. */
const MAX_ANSWER_BYTES = 4096;

/** The answer of a custom resource's function. User Guide, "Custom resource response objects". */
export interface CustomResourceAnswer {
  Status: 'SUCCESS' | 'FAILED';
  Reason?: string;
  PhysicalResourceId?: string;
  Data?: Record<string, unknown>;
}

export interface Inbox {
  url: string;
  answer: Promise<CustomResourceAnswer>;
  /** Ends the wait with an error. */
  fail(error: Error): void;
  close(): void;
}

type Settle = (answer: CustomResourceAnswer | Error) => void;

/**
 * The inboxes to which custom resources answer. Their URL has the name of S3's bucket for this purpose, over
 * https on the usual port, because libraries accept no other. Functions' connections to that host are
 * redirected to the emulated AWS, which passes such requests on.
 */
export class AnswerInboxes {
  readonly #host: string;
  /** The waiting operations by URL path, which is as long as a secret. */
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

  /**
   * Accepts a request to an inbox: one PUT with a JSON body. Anything else is refused and changes nothing.
   */
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
