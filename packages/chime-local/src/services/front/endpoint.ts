/**
 * The common endpoint of all emulated AWS APIs: one HTTP server that authenticates the caller and dispatches
 * the request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyCutShort, BodyTooLarge, type Clock, type Ids, type Log, linger, readBody } from '#platform';
import type { AccessQuestion } from '../iam/access.ts';
import type { Authorize } from '../iam/authorizer.ts';
import type { AwsRequest, AwsService, CredentialLookup } from '../ports.ts';
import { bucketOfHost, isAwsHost } from './aws-hosts.ts';
import type { AwsPort } from './aws-port.ts';
import { excessOf } from './body-budget.ts';
import { headerMap, sha256Hex } from './canonical.ts';
import * as limits from './limits.ts';
import {
  guessProtocol,
  type Protocol,
  protocolOf,
  type Refusal,
  refuse,
  signatureRefusal,
} from './refusal.ts';
import { replay } from './replay.ts';
import { type RequestSignature, readSignature, SignatureProblem } from './request-signature.ts';
import { createVerifier, type Verifier } from './sigv4.ts';
import { createUnservedService, createUnservedTeller, unsignedOperation } from './unserved.ts';

export interface AwsEndpointOptions {
  credentials: CredentialLookup;
  services: AwsService[];
  /**
   * Handles a request that is not for an API and needs no signature, selected by host name. Returns false if
   * it is not such a request.
   */
  unsigned?(host: string, incoming: IncomingMessage, response: ServerResponse): boolean;
  /** Decides what roles may do. Without it everything is allowed. */
  authorize?: Authorize;
  /** Refuses a role's request that would otherwise be allowed, for faults that are injected by hand. */
  interfere?(request: AwsRequest): Refusal | undefined;
  log: Log;
  clock: Clock;
  ids: Ids;
}

export interface AwsEndpoint extends Pick<AwsPort, 'endpoint' | 'port' | 'tlsPort'> {
  /** Stops listening, closes open connections and the services. */
  close(): Promise<void>;
}

interface Context {
  services: Map<string, AwsService>;
  credentials: CredentialLookup;
  verifier: Verifier;
  authorize: Authorize | undefined;
  interfere: AwsEndpointOptions['interfere'];
  /** Host names by which clients may address this server. */
  hostNames: Set<string>;
  log: Log;
  ids: Ids;
  /** Answers requests for services that are not emulated. */
  unserved: AwsService;
  unsigned: AwsEndpointOptions['unsigned'];
  tellUnserved(request: AwsRequest, operation: string): void;
}

/** Serves the APIs on an open port. */
export function startAwsEndpoint(port: AwsPort, options: AwsEndpointOptions): AwsEndpoint {
  const services = new Map<string, AwsService>();
  for (const service of options.services) {
    for (const name of service.signingNames) services.set(name, service);
  }
  const context: Context = {
    services,
    credentials: options.credentials,
    verifier: createVerifier(options.credentials, () => options.clock.now()),
    authorize: options.authorize,
    interfere: options.interfere,
    hostNames: new Set(['127.0.0.1', 'localhost', '[::1]', port.address]),
    log: options.log,
    ids: options.ids,
    unserved: createUnservedService([...services.keys()]),
    tellUnserved: createUnservedTeller(options.log),
    unsigned: options.unsigned,
  };
  port.serve((incoming, response) => {
    // If reporting an error to a client fails as well, only that client's connection is affected.
    serve(context, incoming, response).catch((error: unknown) => {
      options.log.error('a request could not be answered', { error: String(error) });
      response.destroy();
    });
  });
  return {
    endpoint: port.endpoint,
    port: port.port,
    tlsPort: port.tlsPort,
    async close() {
      await port.close();
      for (const service of new Set(services.values())) await service.close?.();
    },
  };
}

async function serve(context: Context, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = context.ids.guid();
  const headers = headerMap(incoming.rawHeaders);
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const rawQuery = mark < 0 ? '' : target.slice(mark + 1);
  let protocol: Protocol = guessProtocol(headers, rawPath);
  try {
    const host = checkedHost(context, headers.get('host') ?? '');
    if (context.unsigned?.(host, incoming, response)) return;
    const unsigned = unsignedOperation(headers);
    if (unsigned !== undefined) throw new FrontRefusal(400, 'UnknownOperationException', unsigned);
    const auth = readSignature(headers, rawQuery);
    protocol = protocolOf(auth.service, headers);
    const service = context.services.get(auth.service) ?? context.unserved;
    const request = await admit(context, {
      incoming,
      response,
      headers,
      rawPath,
      rawQuery,
      auth,
      requestId,
      protocol,
      bucket: auth.service === 's3' ? bucketOfHost(host) : undefined,
    });
    checkCost(service, request, protocol);
    checkAccess(context, service, request, protocol);
    await service.handle(request);
  } catch (error) {
    answerError(context, error, response, protocol, requestId);
  }
}

interface Arrival {
  incoming: IncomingMessage;
  response: ServerResponse;
  headers: ReadonlyMap<string, string>;
  rawPath: string;
  rawQuery: string;
  auth: RequestSignature;
  requestId: string;
  protocol: Protocol;
  /** The bucket, if it is named only by the host. */
  bucket: string | undefined;
}

/** Verifies the signature and, for all services except S3, the body that it covers. */
async function admit(context: Context, arrival: Arrival): Promise<AwsRequest> {
  const { incoming, headers, rawPath, rawQuery, auth } = arrival;
  const method = incoming.method ?? 'GET';
  const streamed = auth.service === 's3';
  // The body of a caller with an unknown key is neither kept nor hashed; the verifier refuses the request.
  const stranger = context.credentials(auth.accessKeyId) === undefined;
  if (stranger) linger(incoming);
  const body = streamed || stranger ? undefined : await readBody(incoming, limits.MAX_BUFFERED_BODY_BYTES);
  const payloadHash = body ? checkedHash(auth, body) : givenHash(auth, streamed);
  const { arn, chunkSigning } = context.verifier.verify({
    method,
    rawPath,
    rawQuery,
    headers,
    auth,
    payloadHash,
  });
  let replayed: IncomingMessage | undefined;
  const request: AwsRequest = {
    method,
    rawPath: arrival.bucket === undefined ? rawPath : `/${arrival.bucket}${rawPath}`,
    rawQuery,
    headers: incoming.headers,
    service: auth.service,
    region: auth.region,
    caller: { accessKeyId: auth.accessKeyId, arn },
    requestId: arrival.requestId,
    protocol: arrival.protocol,
    tellUnserved: (operation) => context.tellUnserved(request, operation),
    payloadHash,
    body,
    chunkSigning,
    get incoming() {
      if (body === undefined) return incoming;
      replayed ??= replay(incoming, body);
      return replayed;
    },
    response: arrival.response,
  };
  return request;
}

/** The hash that the signature must cover: the hash of the body, or the client's UNSIGNED-PAYLOAD. */
function checkedHash(auth: RequestSignature, body: Buffer): string {
  if (auth.payloadHash === 'UNSIGNED-PAYLOAD') return auth.payloadHash;
  const actual = sha256Hex(body);
  if (auth.payloadHash !== undefined && auth.payloadHash !== actual) {
    throw new SignatureProblem('payloadMismatch', 'x-amz-content-sha256 is not the hash of the body');
  }
  return actual;
}

function givenHash(auth: RequestSignature, streamed: boolean): string {
  if (auth.payloadHash !== undefined) return auth.payloadHash;
  if (auth.form === 'presigned' || !streamed) return 'UNSIGNED-PAYLOAD';
  throw new SignatureProblem('incomplete', 'S3 requests must carry x-amz-content-sha256');
}

/** Refuses a body that would block the main thread, before it is parsed. */
function checkCost(service: AwsService, { body }: AwsRequest, protocol: Protocol): void {
  const excess = body && excessOf(body, protocol, service);
  if (excess) throw new FrontRefusal(400, tooMuchCode(protocol), `${excess}; send less at once.`);
}

/** Only role sessions are checked: callers with long-term keys may do everything. */
function checkAccess(context: Context, service: AwsService, request: AwsRequest, protocol: Protocol): void {
  if (!request.caller.arn.includes(':assumed-role/')) return;
  const message = context.authorize?.(request.caller, questionsOf(service, request), request.region);
  if (message !== undefined) throw new FrontRefusal(...accessDenied(protocol), message);
  const refusal = context.interfere?.(request);
  if (refusal) throw new FrontRefusal(refusal.status, refusal.code, refusal.message);
}

/** If the request cannot be read, no questions are asked: the service refuses it with its own message. */
function questionsOf(service: AwsService, request: AwsRequest): AccessQuestion[] {
  try {
    return service.questions?.(request) ?? [];
  } catch {
    return [];
  }
}

/** Status and code of an IAM refusal. */
function accessDenied(protocol: Protocol): [number, string] {
  if (protocol === 'ec2') return [403, 'UnauthorizedOperation'];
  if (protocol === 'query' || protocol === 's3') return [403, 'AccessDenied'];
  return [protocol === 'awsJson' || protocol === 'cbor' ? 400 : 403, 'AccessDeniedException'];
}

/** The error code with which services refuse input that they cannot read. */
function tooMuchCode(protocol: Protocol): string {
  if (protocol === 'query' || protocol === 'ec2') return 'MalformedInput';
  return protocol === 'restJson' ? 'BadRequestException' : 'SerializationException';
}

/** A refusal by the endpoint itself. */
class FrontRefusal extends Error {
  readonly refusal: Refusal;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.refusal = { status, code, message };
  }
}

/**
 * The prefix that SDKs add to the endpoint for some operations, as in `sync-127.0.0.1`. No DNS server
 * resolves such a name.
 */
const PREFIX = /^(?:[a-z]+-)+(?=127\.0\.0\.1$)/;

/**
 * Checks the host name, because a page of a foreign site whose name resolves to this machine (DNS rebinding)
 * must be refused.
 */
function checkedHost(context: Context, host: string): string {
  const name = host.replace(/:\d+$/, '').toLowerCase().replace(PREFIX, '');
  // AWS's own names cannot be made to resolve to this machine by an attacker: a client that uses one was
  // redirected here deliberately.
  if (context.hostNames.has(name) || isAwsHost(name)) return name;
  const bucket = name.endsWith('.localhost')
    ? ' Use path-style addressing: http://127.0.0.1:PORT/bucket/key.'
    : '';
  const names = [...context.hostNames].join(', ');
  throw new FrontRefusal(
    421,
    'MisdirectedRequest',
    `This server is called ${names}, not "${name.slice(0, 255)}".${bucket}`,
  );
}

function answerError(
  context: Context,
  error: unknown,
  response: ServerResponse,
  protocol: Protocol,
  requestId: string,
): void {
  if (error instanceof BodyCutShort || response.destroyed) return;
  if (error instanceof SignatureProblem) {
    context.log.warn(`A request was refused: ${error.message}.`, { reason: error.reason, requestId });
    refuse(response, protocol, requestId, signatureRefusal(protocol, error.reason, error.message));
  } else if (error instanceof FrontRefusal) {
    context.log.warn(`A request was refused: ${error.message}`, { requestId });
    refuse(response, protocol, requestId, error.refusal);
  } else if (error instanceof BodyTooLarge) {
    const message = `The body is larger than ${limits.MAX_BUFFERED_BODY_BYTES} bytes`;
    refuse(response, protocol, requestId, { status: 413, code: 'RequestEntityTooLargeException', message });
  } else {
    context.log.error('a request failed', { error: String(error), stack: (error as Error).stack, requestId });
    const message = `The request failed for a reason of this server's; its log has it under ${requestId}`;
    refuse(response, protocol, requestId, { status: 500, code: 'InternalFailure', message });
  }
}
