import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What goes wrong with a call. `committed…`: the service has carried it out, but its answer says otherwise or
 * never arrives.
 */
export type FaultKind =
  | 'refused'
  | 'malformed'
  | 'missing'
  | 'throttled'
  | 'broken'
  | 'committedButBroken'
  | 'cut'
  | 'committedButCut'
  | 'slow'
  | 'silent';

export interface Fault {
  operation: string;
  kind: FaultKind;
  /** Number of calls that are affected; all when absent. */
  times?: number;
}

/** Changes an answer of the service on its way back. */
export type Rewrite = (operation: string, answer: Record<string, unknown>) => Record<string, unknown>;

const ERRORS = {
  refused: [403, 'ForbiddenException'],
  malformed: [400, 'BadRequestException'],
  missing: [404, 'NotFoundException'],
  throttled: [429, 'ThrottledClientException'],
  broken: [500, 'ServiceFailureException'],
} as const;

/** Milliseconds of pretended time that a slow answer takes. */
const SLOW_MS = 30_000;

/** Names of operations by method and path. */
const OPERATIONS: [method: string, path: RegExp, operation: string][] = [
  ['GET', /^\/search/, 'SearchAvailablePhoneNumbers'],
  ['POST', /^\/phone-number-orders/, 'CreatePhoneNumberOrder'],
  ['GET', /^\/phone-number-orders\/[^/?]/, 'GetPhoneNumberOrder'],
  ['GET', /^\/phone-number-orders/, 'ListPhoneNumberOrders'],
  ['POST', /^\/phone-numbers\/.*operation=restore/, 'RestorePhoneNumber'],
  ['POST', /^\/phone-numbers\/[^/?]/, 'UpdatePhoneNumber'],
  ['GET', /^\/phone-numbers\/[^/?]/, 'GetPhoneNumber'],
  ['GET', /^\/phone-numbers/, 'ListPhoneNumbers'],
  ['DELETE', /^\/phone-numbers\//, 'DeletePhoneNumber'],
  ['POST', /^\/sip-rules/, 'CreateSipRule'],
  ['GET', /^\/sip-rules\/[^/?]/, 'GetSipRule'],
  ['GET', /^\/sip-rules/, 'ListSipRules'],
  ['PUT', /^\/sip-rules\//, 'UpdateSipRule'],
  ['DELETE', /^\/sip-rules\//, 'DeleteSipRule'],
  ['PUT', /^\/sip-media-applications\/.*logging/, 'PutSipMediaApplicationLoggingConfiguration'],
  ['POST', /^\/sip-media-applications/, 'CreateSipMediaApplication'],
  ['GET', /^\/sip-media-applications\?|^\/sip-media-applications$/, 'ListSipMediaApplications'],
  ['PUT', /^\/sip-media-applications\//, 'UpdateSipMediaApplication'],
  ['DELETE', /^\/sip-media-applications\//, 'DeleteSipMediaApplication'],
];

function operationOf(incoming: IncomingMessage): string {
  const found = OPERATIONS.find(
    ([method, path]) => incoming.method === method && path.test(incoming.url ?? ''),
  );
  if (!found) throw new Error(`no operation for ${incoming.method} ${incoming.url}`);
  return found[2];
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** Forwards the same request, including signature and Host header, to the service itself. */
function forward(incoming: IncomingMessage, body: Buffer, port: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, url: path, headers } = incoming;
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      bodyOf(answer).then(
        (read) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: read }),
        reject,
      );
    });
    outgoing.on('error', reject).end(body);
  });
}

function refuse(response: ServerResponse, kind: keyof typeof ERRORS): void {
  const [status, name] = ERRORS[kind];
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name });
  response.end(JSON.stringify({ Message: `pretended: ${kind}` }));
}

export interface FaultyDoor {
  endpoint: string;
  faults: Fault[];
  rewrite: Rewrite;
  /** Called before each call with its operation. */
  before(operation: string): Promise<void> | void;
  /**
   * The abort signal for a call through the proxy: it fires when the proxy stays silent, however long an
   * answer takes otherwise.
   */
  callsSignal(): AbortSignal;
  /** Names of the called operations, in order. */
  asked: string[];
  close(): Promise<void>;
}

/** An HTTP proxy in front of the service that forwards requests or injects faults. */
export async function openFaultyDoor(port: number, pass: (ms: number) => void): Promise<FaultyDoor> {
  let calls = new AbortController();
  const fallSilent = (): void => {
    const unanswered = calls;
    calls = new AbortController();
    unanswered.abort(new DOMException('The door is silent.', 'TimeoutError'));
  };
  const door: FaultyDoor = {
    endpoint: '',
    faults: [],
    rewrite: (_operation, answer) => answer,
    before: () => undefined,
    asked: [],
    callsSignal: () => calls.signal,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((incoming, response) => {
    serve(door, incoming, response, port, { pass, fallSilent }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  door.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return door;
}

function takeFault(door: FaultyDoor, operation: string): FaultKind | undefined {
  const fault = door.faults.find((one) => one.operation === operation && (one.times ?? 1) > 0);
  if (fault?.times !== undefined) fault.times -= 1;
  return fault?.kind;
}

interface DoorEffects {
  /** Lets pretended time pass. */
  pass(ms: number): void;
  /** Aborts the call that gets no answer, in place of its timeout. */
  fallSilent(): void;
}

async function serve(
  door: FaultyDoor,
  incoming: IncomingMessage,
  response: ServerResponse,
  port: number,
  { pass, fallSilent }: DoorEffects,
): Promise<void> {
  const operation = operationOf(incoming);
  const body = await bodyOf(incoming);
  door.asked.push(operation);
  await door.before(operation);
  const kind = takeFault(door, operation);
  if (kind !== undefined && kind in ERRORS) return refuse(response, kind as keyof typeof ERRORS);
  if (kind === 'silent') return fallSilent();
  if (kind === 'cut') return void response.destroy();
  const answer = await forward(incoming, body, port);
  if (kind === 'committedButBroken') return refuse(response, 'broken');
  if (kind === 'committedButCut') return void response.destroy();
  if (kind === 'slow') pass(SLOW_MS);
  const text = answer.body.toString('utf8');
  const rewritten =
    answer.status < 300 && text !== ''
      ? JSON.stringify(door.rewrite(operation, JSON.parse(text) as Record<string, unknown>))
      : text;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(rewritten) });
  response.end(rewritten);
}
