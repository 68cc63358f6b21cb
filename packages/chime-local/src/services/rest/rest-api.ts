/**
 * An API with the restJson1 protocol: it finds the operation, collects its input from path, query and body,
 * validates the input against the model and calls the operation's handler.
 */
import { createInputChecker, type Violation } from '../model/input-checker.ts';
import { createOperationRouter, type RouteMatch } from '../model/operation-router.ts';
import type { OperationModel, ServiceModel } from '../model/service-model.ts';
import type { AwsRequest } from '../ports.ts';
import { answerJson } from './answer.ts';
import { ApiError } from './api-error.ts';
import { unservedOperation } from './unserved-operation.ts';

/** The context of a request, in addition to its input. */
export interface OperationContext {
  region: string;
  requestId: string;
  callerArn: string;
}

/** Performs an operation whose input conforms to the model. Throws `ApiError`. */
export type OperationHandler = (
  input: never,
  context: OperationContext,
) => object | undefined | Promise<object | undefined>;

export interface RestApiOptions {
  model: ServiceModel;
  /** The handlers by operation name with a lower-case first letter, one for each operation of the model. */
  handlers: Readonly<Record<string, OperationHandler>>;
  /** See `createInputChecker`. */
  listsCheckedLater?: Readonly<Record<string, string>>;
  /**
   * Adds to an input, before validation, what older clients leave out. Returns the success status that these
   * clients expect.
   */
  amend?: (operation: string, input: Record<string, unknown>, request: AwsRequest) => number | undefined;
  /** Called before each operation. Throws `ApiError` if a rate quota is exhausted. */
  admit?: (operation: string) => void;
}

export interface RestApi {
  readonly model: ServiceModel;
  find(method: string, rawPath: string, query: ReadonlyMap<string, string>): RouteMatch | undefined;
  /** Runs the operation and sends its answer. Throws `ApiError`. */
  run(match: RouteMatch, request: AwsRequest, query: ReadonlyMap<string, string>): Promise<void>;
  /** Validates a part of an input whose validation was deferred. */
  check(shape: string, value: Record<string, unknown>): Promise<Violation>;
  /** Prepares the given operations, so that their first request is as fast as later ones. */
  warm(operations: string[]): Promise<void>;
}

/**
 * Maximum size of a Chime request in bytes. The largest, 100 attendees with all their members, needs less
 * than a tenth.
 */
const MAX_BODY_BYTES = 1024 * 1024;

export function createRestApi(options: RestApiOptions): RestApi {
  const { model, handlers } = options;
  checkHandlers(model, handlers);
  const routes = createOperationRouter(model);
  const checker = createInputChecker(model, options.listsCheckedLater);
  return {
    model,
    find: routes.find,
    async run(match, request, query) {
      const operation = model.operations[match.operation];
      const handler = handlers[lowerFirst(match.operation)];
      if (!match.served || !operation || !handler) {
        throw unservedOperation(request, model.service, Object.keys(model.operations), match.operation);
      }
      options.admit?.(match.operation);
      const input = gather(operation, match, query, request.body);
      const status = options.amend?.(match.operation, input, request) ?? operation.status;
      const violation = operation.input ? await checker.check(operation.input, input) : undefined;
      if (violation) throw new ApiError(400, 'BadRequestException', `${match.operation}: ${violation}`);
      const context = {
        region: request.region,
        requestId: request.requestId,
        callerArn: request.caller.arn,
      };
      const answer = await handler(input as never, context);
      const headers = { 'x-amzn-requestid': request.requestId };
      // A 204 has no body, even if the handler returned one (RFC 9110 §15.3.5).
      answerJson(request.response, status, status === 204 ? undefined : answer, headers);
    },
    check: checker.check,
    async warm(operations) {
      const shapes = operations
        .map((name) => model.operations[name]?.input)
        .filter((shape) => shape !== undefined);
      await checker.warm(shapes);
    },
  };
}

/**
 * Checks that the model and the handlers have the same operations.
 * @throws Error that names the difference
 */
function checkHandlers({ service, operations }: ServiceModel, handlers: RestApiOptions['handlers']): void {
  const served = Object.keys(operations).map(lowerFirst);
  const handled = Object.keys(handlers);
  const missing = served.filter((name) => !handled.includes(name));
  if (missing.length > 0)
    throw new Error(`${service}: the model has ${missing.join(', ')} without a handler.`);
  const unknown = handled.filter((name) => !served.includes(name));
  if (unknown.length > 0) {
    throw new Error(`${service}: the model serves no ${unknown.join(', ')}; add it to generate.py.`);
  }
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** Collects the operation's input from the body, the query and the path. JSON null means absent. */
function gather(
  operation: OperationModel,
  match: RouteMatch,
  query: ReadonlyMap<string, string>,
  body: Buffer | undefined,
): Record<string, unknown> {
  const input = withoutNulls(parseBody(match.operation, body) ?? {}) as Record<string, unknown>;
  for (const [member, label] of Object.entries(operation.labels ?? {})) input[member] = match.labels[label];
  for (const [member, parameter] of Object.entries(operation.query ?? {})) {
    const text = query.get(parameter);
    delete input[member];
    if (text !== undefined) input[member] = member === 'MaxResults' ? toNumber(text) : text;
  }
  return input;
}

/** Removes members that are null at any depth; they are treated as absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(given.map(([key, inner]) => [key, withoutNulls(inner)]));
}

/** Query parameters are strings. Text that is not a number stays a string, so that validation refuses it. */
function toNumber(text: string): number | string {
  return /^-?\d{1,9}$/.test(text) ? Number(text) : text;
}

function parseBody(operation: string, body: Buffer | undefined): object | undefined {
  if (!body || body.length === 0) return undefined;
  if (body.length > MAX_BODY_BYTES) {
    throw new ApiError(
      400,
      'BadRequestException',
      `${operation}: the body is larger than ${MAX_BODY_BYTES} bytes`,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch (error) {
    const why = (error as Error).message;
    throw new ApiError(
      400,
      'BadRequestException',
      `${operation}: the body is not JSON (${why.split(',')[0]})`,
    );
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ApiError(400, 'BadRequestException', `${operation}: the body must be a JSON object`);
  }
  return parsed;
}
