import { isObject } from '#platform';
/**
 * A service with the protocol awsJson1.0 or 1.1: `x-amz-target` names the operation, and the body has
 * everything else.
 */
import type { AwsRequest, AwsService } from '../ports.ts';
import { ApiError } from './api-error.ts';
import { checkInputSize } from './input-limits.ts';
import { tellUnserved } from './unserved-operation.ts';

export type JsonInput = Record<string, unknown>;
export type JsonOperation = (input: JsonInput, request: AwsRequest) => object | Promise<object>;

/**
 * `name` is the usual name of the service. `operations` are found by name; others are refused with the
 * protocol's error.
 */
export function createJsonService(
  name: string,
  signingNames: readonly string[],
  operations: Readonly<Record<string, JsonOperation>>,
  /** The ARNs that an input concerns; access to each of them is checked. */
  resourcesOf: (input: JsonInput) => readonly string[] = () => [],
): AwsService {
  return {
    signingNames,
    operations: Object.keys(operations),
    questions(request) {
      const target = String(request.headers['x-amz-target'] ?? '');
      const action = `${request.service}:${target.slice(target.lastIndexOf('.') + 1)}`;
      const input = readBody(request);
      checkInputSize(request.service, action.slice(request.service.length + 1), input);
      const resources = resourcesOf(input);
      return (resources.length > 0 ? resources : ['*']).map((arn) => ({ action, resources: [arn] }));
    },
    async handle(request) {
      const target = String(request.headers['x-amz-target'] ?? '');
      const operation = target.slice(target.lastIndexOf('.') + 1);
      try {
        const perform = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
        if (!perform) {
          const message = tellUnserved(request, name, Object.keys(operations), operation);
          throw new ApiError(400, 'UnknownOperationException', message);
        }
        const input = readBody(request);
        checkInputSize(request.service, operation, input);
        answer(request, 200, await perform(input, request));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        answer(request, error.status, { __type: error.code, message: error.message, Message: error.message });
      }
    },
  };
}

function readBody({ body }: AwsRequest): JsonInput {
  try {
    const value: unknown = JSON.parse(body?.toString('utf8') || '{}');
    if (isObject(value)) return value as JsonInput;
  } catch {
    // The error is thrown below.
  }
  throw new ApiError(400, 'SerializationException', 'The body is not a JSON object');
}

const JSON_1_1 = 'application/x-amz-json-1.1';

function answer({ response, requestId, headers }: AwsRequest, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    // The answer has the same version as the request.
    'content-type': /^application\/x-amz-json-1\.[01]/.exec(headers['content-type'] ?? '')?.[0] ?? JSON_1_1,
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': requestId,
  });
  response.end(text);
}

/** A member that must be a string. @throws ApiError ValidationException */
export function textOf(input: JsonInput, member: string): string {
  const value = input[member];
  if (typeof value === 'string') return value;
  throw new ApiError(400, 'ValidationException', `${member} must be a text`);
}
