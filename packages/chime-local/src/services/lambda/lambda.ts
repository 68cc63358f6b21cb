/**
 * The part of the Lambda API that clients of functions use: Invoke, the description of functions, and their
 * policies. Functions are executed by the runner.
 */
import type { FunctionSpec, InvokeResult, LambdaRunner } from '#lambda-runner';
import type { Clock, Log } from '#platform';
import { decodePart, MalformedUri, parseQuery } from '../front/query-string.ts';
import type { AwsRequest, AwsService } from '../ports.ts';
import { answerJson } from '../rest/answer.ts';
import { ApiError } from '../rest/api-error.ts';
import { unservedOperation } from '../rest/unserved-operation.ts';
import { type LambdaAccess, lambdaQuestions } from './access.ts';
import { type AsyncInvoker, createAsyncInvoker } from './async-invoker.ts';
import { functionNameOf, LATEST_VERSION, showConfiguration } from './function-documents.ts';
import { addPermission, policyOf, removePermission } from './permissions.ts';

export interface LambdaOptions {
  runner: Pick<LambdaRunner, 'invoke' | 'find' | 'list'>;
  /** The function policies and other data for access decisions. */
  access: Omit<LambdaAccess, 'find'>;
  clock: Clock;
  log: Log;
}

/** Maximum payload of a synchronous invocation in bytes. Lambda developer guide, "Lambda quotas". */
export const MAX_SYNC_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** Maximum payload of an asynchronous invocation in bytes: 1 MB. Same source. */
export const MAX_ASYNC_PAYLOAD_BYTES = 1024 * 1024;
/**
 * Maximum number of JSON values in a payload. Ours: the payload is passed on as text and parsed only to check
 * that it is valid JSON.
 */
const MAX_PAYLOAD_VALUES = 1_000_000;
const FUNCTIONS = '/2015-03-31/functions';
const OPERATIONS = [
  'Invoke',
  'GetFunction',
  'GetFunctionConfiguration',
  'ListFunctions',
  'AddPermission',
  'RemovePermission',
  'GetPolicy',
];

export function createLambda(options: LambdaOptions): AwsService {
  const later = createAsyncInvoker(options);
  return {
    signingNames: ['lambda'],
    operations: OPERATIONS,
    maxJsonValues: MAX_PAYLOAD_VALUES,
    questions: (request) =>
      lambdaQuestions(request, { ...options.access, find: (name) => options.runner.find(name) }),
    async handle(request) {
      try {
        await dispatch(options, request, later);
      } catch (error) {
        answerLambdaError(request, error);
      }
    },
    async close() {
      later.close();
    },
  };
}

async function dispatch(options: LambdaOptions, request: AwsRequest, later: AsyncInvoker): Promise<void> {
  const { method, rawPath } = request;
  const rest = rawPath.startsWith(FUNCTIONS)
    ? rawPath.slice(FUNCTIONS.length).split('/').slice(1)
    : undefined;
  const [rawName = '', what, ...more] = rest ?? [];
  if (rest && what === 'policy' && more.length <= 1)
    return policy(options, request, readName(rawName), more[0]);
  if (rest && more.length === 0) {
    if (method === 'GET' && rawName === '') return listFunctions(options, request);
    const name = readName(rawName);
    if (method === 'POST' && what === 'invocations') return invoke(options, request, name, later);
    if (method === 'GET' && what === 'configuration') return getConfiguration(options, request, name);
    if (method === 'GET' && what === undefined) return getFunction(options, request, name);
  }
  throw unservedOperation(request, 'AWS Lambda', OPERATIONS);
}

/** Handles a function's resource-based policy. `rawId` is the id of the statement to remove. */
function policy(options: LambdaOptions, request: AwsRequest, name: string, rawId: string | undefined): void {
  const { policies } = options.access;
  const spec = findSpec(options.runner, name);
  const answer = (status: number, body: object | undefined): void =>
    answerJson(request.response, status, body, { 'x-amzn-requestid': request.requestId });
  switch (`${request.method}${rawId === undefined ? '' : ' statement'}`) {
    case 'DELETE statement':
      removePermission(policies, spec, decodePart(rawId ?? ''));
      answer(204, undefined);
      break;
    case 'GET':
      answer(200, policyOf(policies, spec));
      break;
    case 'POST':
      answer(201, addPermission(policies, spec, request.body?.toString('utf8') ?? ''));
      break;
    default:
      throw new ApiError(405, 'MethodNotAllowedException', `${request.method} is no method of a policy`);
  }
}

function readName(rawName: string): string {
  try {
    return functionNameOf(decodePart(rawName));
  } catch {
    throw new ApiError(
      400,
      'InvalidParameterValueException',
      'The function name is not percent-encoded UTF-8',
    );
  }
}

async function invoke(
  options: LambdaOptions,
  request: AwsRequest,
  name: string,
  later: AsyncInvoker,
): Promise<void> {
  const qualifier = qualifierOf(request);
  const target = qualifier && !name.includes(':') ? `${name}:${qualifier}` : name;
  const known = options.runner.find(target);
  if (!known) throw new ApiError(404, 'ResourceNotFoundException', `There is no function ${target}`);
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const payload = request.body?.toString('utf8') ?? '';
  checkPayload(payload, type === 'Event' ? MAX_ASYNC_PAYLOAD_BYTES : MAX_SYNC_PAYLOAD_BYTES);
  const requestId = { 'x-amzn-requestid': request.requestId };
  switch (type) {
    case 'RequestResponse':
      return answerInvocation(request, known, await options.runner.invoke(target, payload || '{}'));
    case 'Event':
      later.invoke(target, payload || '{}');
      return answerJson(request.response, 202, undefined, requestId);
    case 'DryRun':
      return answerJson(request.response, 204, undefined, requestId);
    default:
      throw new ApiError(
        400,
        'InvalidParameterValueException',
        `X-Amz-Invocation-Type "${String(type).slice(0, 40)}" is none of RequestResponse, Event and DryRun`,
      );
  }
}

function checkPayload(payload: string, most: number): void {
  const bytes = Buffer.byteLength(payload);
  if (bytes > most) {
    throw new ApiError(
      413,
      'RequestTooLargeException',
      `The payload has ${bytes} bytes; ${most} are allowed`,
    );
  }
  if (payload === '') return;
  try {
    JSON.parse(payload);
  } catch {
    throw new ApiError(400, 'InvalidRequestContentException', 'The payload is not JSON');
  }
}

function answerInvocation(request: AwsRequest, { version }: FunctionSpec, result: InvokeResult): void {
  const headers: Record<string, string | number> = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(result.payload),
    'x-amzn-requestid': result.requestId,
    'x-amz-executed-version': version ?? LATEST_VERSION,
  };
  if (result.functionError) headers['x-amz-function-error'] = result.functionError;
  if (request.headers['x-amz-log-type'] === 'Tail') {
    headers['x-amz-log-result'] = Buffer.from(result.logTail).toString('base64');
  }
  request.response.writeHead(200, headers);
  request.response.end(result.payload);
}

function getConfiguration({ runner }: LambdaOptions, request: AwsRequest, name: string): void {
  answerDocument(request, showConfiguration(findSpec(runner, name)));
}

function getFunction({ runner }: LambdaOptions, request: AwsRequest, name: string): void {
  const spec = findSpec(runner, name);
  answerDocument(request, {
    Configuration: showConfiguration(spec),
    Code: { RepositoryType: 'S3' },
    Tags: {},
  });
}

function listFunctions({ runner }: LambdaOptions, request: AwsRequest): void {
  answerDocument(request, { Functions: runner.list().map(showConfiguration) });
}

function answerDocument(request: AwsRequest, body: object): void {
  answerJson(request.response, 200, body, { 'x-amzn-requestid': request.requestId });
}

function findSpec(runner: LambdaOptions['runner'], name: string): FunctionSpec {
  const spec = runner.find(name);
  if (!spec) throw new ApiError(404, 'ResourceNotFoundException', `There is no function ${name}`);
  return spec;
}

function qualifierOf(request: AwsRequest): string | undefined {
  try {
    return parseQuery(request.rawQuery).get('Qualifier');
  } catch (error) {
    if (!(error instanceof MalformedUri)) throw error;
    throw new ApiError(400, 'InvalidParameterValueException', error.message);
  }
}

/** Answers with a refusal from here or from the runner. Any other error is left to the endpoint. */
function answerLambdaError(request: AwsRequest, error: unknown): void {
  const { code, status, message } = refusalOf(error);
  const type = status < 500 ? 'User' : 'Service';
  const headers = { 'x-amzn-errortype': code, 'x-amzn-requestid': request.requestId };
  answerJson(request.response, status, { Type: type, Message: message, message }, headers);
}

function refusalOf(error: unknown): { code: string; status: number; message: string } {
  if (error instanceof ApiError) return error;
  // The runner throws a LambdaServiceError. It is recognised by its shape, because edges do not import each
  // other's code.
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    return { code: error.name, status: error.statusCode, message: error.message };
  }
  throw error;
}
