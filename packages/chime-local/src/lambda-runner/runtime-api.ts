import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Ids, systemIds } from '#platform';
import { MAX_RESPONSE_BYTES } from './limits.ts';

/** An invocation as it is given to the function's process. */
export interface RuntimeEvent {
  requestId: string;
  functionArn: string;
  deadlineMs: number;
  traceId: string;
  payload: string;
}

/** One process as the Runtime API sees it. `false` means a wrong state or a wrong request id. */
export interface RuntimeSession {
  /** The process asks for work; `give` delivers it, once. */
  next(give: (event: RuntimeEvent) => void): boolean;
  /** The process has read its event and calls the handler. Only our own bootstraps report this. */
  taken(requestId: string): void;
  response(requestId: string, body: string): boolean;
  /** The response exceeded Lambda's limit. */
  tooLarge(requestId: string): boolean;
  error(requestId: string, body: string): boolean;
  initError(body: string): boolean;
  /** The connection on which the process asked for work has closed. */
  gone(): void;
}

/** Matches `/<token>/2018-06-01/runtime/<what>`; tokens are hexadecimal. */
const PATH = /^\/([0-9a-f]{32})\/2018-06-01\/runtime\/(?:invocation\/)?([^/?]+)(?:\/([a-z]+))?$/;
/** Bytes of the token that identifies a process, which another user of this machine cannot guess. */
const TOKEN_BYTES = 16;

/**
 * The Lambda Runtime API on the loopback: one server for all processes, each with its own path prefix.
 * Source: Lambda developer guide, "Using the Lambda runtime API for custom runtimes".
 */
export class RuntimeApi {
  readonly #server: Server;
  readonly #ids: Ids;
  readonly #sessions = new Map<string, RuntimeSession>();
  readonly #sockets = new Set<Socket>();
  /** Connections on which an answer is being read. A pipelined request for work waits until that is done. */
  readonly #posting = new WeakMap<Socket, (() => void)[]>();
  #port = 0;

  private constructor(ids: Ids) {
    this.#ids = ids;
    // A process waits for work for any length of time, so no timeout closes its connection.
    this.#server = createServer({ keepAliveTimeout: 0, noDelay: true }, (request, response) =>
      this.#serve(request, response),
    );
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  static async listen(ids: Ids = systemIds): Promise<RuntimeApi> {
    const api = new RuntimeApi(ids);
    await new Promise<void>((resolve, reject) => {
      api.#server.once('error', reject);
      api.#server.listen(0, '127.0.0.1', resolve);
    });
    api.#port = (api.#server.address() as AddressInfo).port;
    return api;
  }

  /** Registers a process; returns its value of AWS_LAMBDA_RUNTIME_API and a function that removes it. */
  register(session: RuntimeSession): { address: string; forget(): void } {
    const token = this.#ids.hex(TOKEN_BYTES);
    this.#sessions.set(token, session);
    return {
      address: `127.0.0.1:${this.#port}/${token}`,
      forget: () => void this.#sessions.delete(token),
    };
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    return closed;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const [, token = '', what = '', verb] = PATH.exec(request.url ?? '') ?? [];
    const session = this.#sessions.get(token);
    if (!session) {
      refuse(response, 403, 'Forbidden', 'Unknown execution environment');
      request.socket.end();
      return;
    }
    if (what === 'next' && !verb && request.method === 'GET') {
      const ask = () => {
        const taken = session.next((event) => giveWork(response, event));
        response.on('close', () => {
          if (!response.writableEnded) session.gone();
        });
        if (!taken) refuse(response, 403, 'InvalidStateTransition', 'An invocation is not answered yet');
      };
      const later = this.#posting.get(request.socket);
      if (later) later.push(ask);
      else ask();
      return;
    }
    if (request.method !== 'POST') {
      refuse(response, 404, 'NotFound', 'No such operation');
      return;
    }
    const { socket } = request;
    const later: (() => void)[] = [];
    this.#posting.set(socket, later);
    readBody(request, (body) => {
      answerPost(session, what, verb, body, response);
      this.#posting.delete(socket);
      for (const resume of later) resume();
    });
  }
}

/** `body` is undefined if it was too large. */
function answerPost(
  session: RuntimeSession,
  what: string,
  verb: string | undefined,
  body: string | undefined,
  response: ServerResponse,
): void {
  let taken: boolean;
  if (what === 'init' && verb === 'error') taken = session.initError(body ?? '');
  else if (verb === 'error') taken = session.error(what, body ?? '');
  else if (verb === 'response') {
    taken = body === undefined ? session.tooLarge(what) : session.response(what, body);
  } else {
    refuse(response, 404, 'NotFound', 'No such operation');
    return;
  }
  if (!taken) refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
  else if (body === undefined)
    refuse(response, 413, 'RequestEntityTooLarge', 'Exceeded maximum payload size');
  else {
    response.writeHead(202, ACCEPTED_HEADERS);
    response.end(ACCEPTED);
  }
}

const ACCEPTED = '{"status":"OK"}';
const ACCEPTED_HEADERS = { 'Content-Type': 'application/json', 'Content-Length': ACCEPTED.length };

function giveWork(response: ServerResponse, event: RuntimeEvent): void {
  response.sendDate = false;
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(event.payload),
    'Lambda-Runtime-Aws-Request-Id': event.requestId,
    'Lambda-Runtime-Deadline-Ms': event.deadlineMs,
    'Lambda-Runtime-Invoked-Function-Arn': event.functionArn,
    'Lambda-Runtime-Trace-Id': event.traceId,
  });
  response.end(event.payload);
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  const body = JSON.stringify({ errorType, errorMessage });
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}

/** Reads at most what Lambda allows; the rest is read and dropped. */
function readBody(request: IncomingMessage, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= MAX_RESPONSE_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.on('end', () => {
    if (length > MAX_RESPONSE_BYTES) done(undefined);
    else done(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString());
  });
  request.on('error', () => {});
}
