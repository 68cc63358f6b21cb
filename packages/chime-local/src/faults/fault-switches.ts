import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject } from '#platform';
import { FAULT_TABLE, type Faults, isFaultName } from './faults.ts';

/**
 * Path of the switches: `GET /faults`, `PUT /faults/NAME`, `DELETE /faults/NAME`; `DELETE /faults` switches
 * all off.
 */
export const FAULTS_PATH = '/faults';
/** Maximum number of bytes of a switch's document. */
const MAX_BODY_BYTES = 4_096;

/**
 * Serves the switches. The server listens on the loopback and refuses pages of another origin, so that no web
 * page that the developer happens to visit can operate them.
 *
 * @param origin the server's own, e.g. `http://127.0.0.1:4280`
 */
export async function serveFaults(
  faults: Faults,
  origin: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const from = request.headers.origin;
  if (from !== undefined && from !== origin) return answer(response, 403, { message: `Not from ${from}.` });
  const name = decodeURIComponent((request.url ?? '').split('?')[0]?.slice(FAULTS_PATH.length + 1) ?? '');
  if (name === '') {
    if (request.method === 'DELETE') faults.allOff();
    else if (request.method !== 'GET') return notAllowed(response, 'GET, DELETE');
    return answer(response, 200, { faults: faults.list() });
  }
  if (!isFaultName(name)) {
    const names = Object.keys(FAULT_TABLE).join(', ');
    return answer(response, 404, {
      message: `There is no fault ${JSON.stringify(name)}; there are ${names}.`,
    });
  }
  if (request.method === 'DELETE') {
    faults.switchOff(name);
    return answer(response, 200, { name, on: null });
  }
  if (request.method !== 'PUT') return notAllowed(response, 'PUT, DELETE');
  try {
    return answer(response, 200, { name, on: faults.switchOn(name, await readObject(request)) });
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return answer(response, 400, { message: error.message });
  }
}

/**
 * Reads a JSON object; an empty body counts as an empty object. @throws TypeError or SyntaxError if it is not
 * an object
 */
async function readObject(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new TypeError(`The body has more than ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
  if (isObject(value)) return { ...value };
  throw new TypeError(
    'The body is an object with of, times and what else the fault takes, each of which may be left out.',
  );
}

function notAllowed(response: ServerResponse, allow: string): void {
  response.writeHead(405, { allow }).end();
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
