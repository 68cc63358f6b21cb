import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

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

/** Reads one PUT with a JSON body; anything else is refused and changes nothing. */
function takeAnswer(path: string, done: (answer: CustomResourceAnswer | Error) => void): Server {
  return createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      if (body.length <= MAX_ANSWER_BYTES) body += chunk;
    });
    request.on('end', () => {
      const ours = request.method === 'PUT' && request.url === path;
      const fits = body.length <= MAX_ANSWER_BYTES;
      response.writeHead(ours && fits ? 200 : 400).end();
      if (ours && !fits) done(new Error('Response object is too long.'));
      if (!ours || !fits) return;
      try {
        done(JSON.parse(body) as CustomResourceAnswer);
      } catch {
        done(new Error('Invalid Response object: it is not JSON'));
      }
    });
  });
}

/** A place on the loopback that takes one answer: what the presigned ResponseURL is in the cloud. */
export async function openInbox(): Promise<Inbox> {
  const path = `/${randomUUID()}`;
  let settle: (answer: CustomResourceAnswer | Error) => void = () => {};
  const answer = new Promise<CustomResourceAnswer>((resolve, reject) => {
    settle = (result) => (result instanceof Error ? reject(result) : resolve(result));
  });
  answer.catch(() => {});
  const server = takeAnswer(path, settle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    answer,
    fail: (error) => settle(error),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
