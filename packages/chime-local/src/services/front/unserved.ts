/** Answers for services that are not emulated, and the messages about them on the terminal. */
import type { Log } from '#platform';
import type { AwsRequest, AwsService } from '../ports.ts';
import { MalformedUri, parseQuery } from './query-string.ts';
import { type Refusal, refuse } from './refusal.ts';

/** How many different calls are reported; a function that tries many would flood the terminal. Ours. */
const MAX_TOLD = 200;
/** How many characters of a client-chosen name are repeated in messages. Ours. */
const MAX_NAME = 100;

/** The operation that a request names, in any protocol; the method and path if only these identify it. */
export function operationOf({ headers, method, rawPath, rawQuery, body }: AwsRequest): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.lastIndexOf('.') + 1).slice(0, MAX_NAME);
  const rpc = /\/operation\/(\w+)$/.exec(rawPath)?.[1];
  if (rpc) return rpc.slice(0, MAX_NAME);
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const action = actionIn(form ? (body?.toString('latin1') ?? '') : rawQuery);
  return (action ?? `${method} ${rawPath}`).slice(0, MAX_NAME);
}

function actionIn(form: string): string | undefined {
  try {
    return parseQuery(form).get('Action');
  } catch (error) {
    if (error instanceof MalformedUri) return undefined;
    throw error;
  }
}

/** Operations that users of a pool call without keys. Here the pool's web page performs the sign-in. */
const OF_USERS = 'AWSCognitoIdentityProviderService.';

/** The message for an unserved operation that may be called without keys; undefined for any other request. */
export function unsignedOperation(headers: ReadonlyMap<string, string>): string | undefined {
  const target = headers.get('x-amz-target') ?? '';
  if (headers.has('authorization') || !target.startsWith(OF_USERS)) return undefined;
  const operation = target.slice(OF_USERS.length).slice(0, MAX_NAME);
  return `Cognito user pools ${operation} is not served here without keys; the pool's sign-in page gives tokens`;
}

/** Answers every request for a service that is not emulated, in the protocol of the request. */
export function createUnservedService(served: readonly string[]): AwsService {
  return {
    signingNames: [],
    async handle(request) {
      const operation = operationOf(request);
      request.tellUnserved?.(operation);
      const message = `The AWS service "${request.service.slice(0, 64)}" (${operation}) is not served here; ${served.join(', ')} are`;
      const protocol = request.protocol ?? 'restJson';
      const refusal: Refusal = {
        status: protocol === 'restJson' ? 404 : 400,
        code: protocol === 'query' || protocol === 'ec2' ? 'InvalidAction' : 'UnknownOperationException',
        message,
      };
      refuse(request.response, protocol, request.requestId, refusal);
    },
  };
}

/** Reports who called what, once per combination. */
export function createUnservedTeller(log: Log): (request: AwsRequest, operation: string) => void {
  const told = new Set<string>();
  return ({ caller, service }, operation) => {
    const session = /:assumed-role\/[^/]+\/(.+)$/.exec(caller.arn)?.[1];
    const who = session ? `Function ${session}` : 'Somebody with the keys of this account';
    const text = `${who} called ${service.slice(0, 64)} ${operation.slice(0, MAX_NAME)}, which is not served here: it was answered with an error.`;
    if (told.has(text) || told.size >= MAX_TOLD) return log.debug(text);
    told.add(text);
    log.warn(text);
  };
}
