/** For the gateway's tests: a server on any free port, and requests with every header exactly as given. */
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export type Ask = (
  method: string,
  path: string,
  headers?: Record<string, string | string[]>,
  body?: string | Buffer,
) => Promise<TestAnswer>;

/** Serves until `close` is called; `ask` sends the path as written, not normalised. */
export async function serveForTest(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ port: number; ask: Ask; close(): void }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ask: Ask = (method, path, headers = {}, body) =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, method, path, headers, agent: false };
      const request = httpRequest(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  return { port, ask, close: () => void server.close() };
}
