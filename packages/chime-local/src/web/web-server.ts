import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FAULTS_PATH, type Faults, serveFaults } from '#faults';
import type { LocalIssuer } from '#gateway';
import { answerUnreadable, type Log, UserError } from '#platform';
import type { Activity } from './activity.ts';
import type { ApiDirectory } from './api-directory.ts';
import { API_PREFIX } from './api-registry.ts';
import { CALLS_PATH, type CallsPage } from './calls-page.ts';
import { type PageHeaders, type ReadObject, servePage } from './page.ts';
import { PHONE_PATH, type PhonePage } from './phone-page.ts';
import { routeUpgrade, type SocketParts } from './upgrades.ts';

/** Path of the stream of who is speaking. */
export const ACTIVITY_PATH = '/activity';
/** Milliseconds within which a request's headers must arrive; a slower client only occupies a connection. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Maximum number of connections, including WebSockets, whose own limits are far lower. */
const MAX_CONNECTIONS = 2_000;

/** The parts that the server serves. */
export interface WebParts {
  apis: Pick<ApiDirectory, 'find'>;
  issuer: Pick<LocalIssuer, 'handle'>;
  page: { read: ReadObject; headersOf: PageHeaders };
  phone: Pick<PhonePage, 'serve'>;
  calls: Pick<CallsPage, 'serve' | 'close'>;
  /** The current handlers of WebSockets. */
  sockets: () => SocketParts;
  activity: Activity;
  /** Faults that can be switched on manually. */
  faults: Faults;
  /** True if the header contains a token that the API would accept. */
  authorized(header: string | undefined): Promise<boolean>;
}

/** The port of the page and the API is in use or cannot be opened. */
export class PortError extends UserError {
  override name = 'PortError';
}

/**
 * The page, the API, the issuer and the activity stream on one loopback port. Until `serve` is called it
 * answers 503.
 */
export class WebServer {
  readonly #log: Log;
  readonly #server: Server;
  #parts: WebParts | undefined;

  constructor(log: Log) {
    this.#log = log;
    this.#server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS }, (request, response) => {
      this.#handle(request, response).catch((error: Error) => this.#fail(request, response, error));
    });
    answerUnreadable(this.#server);
    this.#server.on('upgrade', (request, socket, head) => {
      routeUpgrade(request, socket, head, this.port, this.#parts?.sockets() ?? {});
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
    // When all connections are taken, idle ones are closed, so that new clients can connect.
    this.#server.on('drop', () => this.#server.closeIdleConnections());
  }

  /** Port 0 is any free one. @throws PortError whose message is one sentence */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const why =
          error.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be opened (${error.code})`;
        reject(new PortError(`Port ${port} ${why}; choose another with --port N (0: any free one).`));
      });
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return this.port;
  }

  /** Sets the parts that answer requests from now on. */
  serve(parts: WebParts): void {
    this.#parts = parts;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    this.#parts?.activity.close();
    this.#parts?.calls.close();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = request.headers.host ?? '';
    const ours = `127.0.0.1:${this.port}`;
    const url = request.url ?? '/';
    const page = request.method === 'GET' || request.method === 'HEAD';
    if (host !== ours) {
      // Under another name the page would have another origin; a foreign name is a sign of DNS rebinding.
      if (page && host === `localhost:${this.port}`) {
        response.writeHead(307, { location: `http://${ours}${url}` }).end();
      } else {
        response.writeHead(421).end(`This server answers to http://${ours} only.\n`);
      }
      return;
    }
    const parts = this.#parts;
    if (!parts) return starting(response);
    if (url === FAULTS_PATH || url.startsWith(`${FAULTS_PATH}/`)) {
      return serveFaults(parts.faults, `http://${ours}`, request, response);
    }
    const api = parts.apis.find(url);
    if (api) return api.gateway.handle(request, response, api.path);
    if (url.split('?')[0]?.split('/')[1] === API_PREFIX.slice(1)) return starting(response);
    if (await parts.issuer.handle(request, response)) return;
    if (!page) {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else await servePages(parts, url, ours, request, response);
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: Error): void {
    this.#log.error(`${request.method} ${request.url?.split('?')[0]} failed: ${error.message}`);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}

async function servePages(
  { page, phone, calls, activity, authorized }: WebParts,
  url: string,
  ours: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '/', query] = url.split('?', 2);
  if (path === ACTIVITY_PATH) {
    if (await authorized(request.headers.authorization)) activity.open(response);
    else response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
  } else if (path === PHONE_PATH.slice(0, -1)) response.writeHead(307, { location: PHONE_PATH }).end();
  else if (path === CALLS_PATH.slice(0, -1)) response.writeHead(307, { location: CALLS_PATH }).end();
  else if (path.startsWith(PHONE_PATH)) await phone.serve(path.slice(PHONE_PATH.length), response);
  else if (path.startsWith(CALLS_PATH)) {
    await calls.serve(path.slice(CALLS_PATH.length), new URLSearchParams(query), response);
  } else {
    const additions = {
      activityUrl: `http://${ours}${ACTIVITY_PATH}`,
      phoneUrl: `http://${ours}${PHONE_PATH}`,
      callsUrl: `http://${ours}${CALLS_PATH}`,
    };
    await servePage(path, response, page.read, page.headersOf, additions);
  }
}

function starting(response: ServerResponse): void {
  response.writeHead(503, { 'retry-after': '1' }).end('Still starting.\n');
}
