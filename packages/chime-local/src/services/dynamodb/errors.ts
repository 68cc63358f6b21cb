import type { DynaliteError } from 'dynalite/db/index.js';

const SERVICE = 'com.amazonaws.dynamodb.v20120810';
const CORAL = 'com.amazon.coral';

/**
 * A request that DynamoDB refuses. `body` is the answer's JSON: `__type` (namespace, `#`, name) and `message`.
 * Source: Amazon DynamoDB API Reference, "Common Errors"; the namespaces are those seen on the wire.
 */
export class DynamoDbError extends Error {
  readonly statusCode: number;
  readonly body: Record<string, unknown> & { __type: string };

  constructor(statusCode: number, body: Record<string, unknown> & { __type: string }) {
    super(String(body.message ?? body.Message ?? body.__type));
    this.name = body.__type.slice(body.__type.indexOf('#') + 1);
    this.statusCode = statusCode;
    this.body = body;
  }
}

export const validationError = (message: string): DynamoDbError =>
  new DynamoDbError(400, { __type: `${CORAL}.validate#ValidationException`, message });

export const serializationError = (message: string): DynamoDbError =>
  new DynamoDbError(400, { __type: `${CORAL}.service#SerializationException`, Message: message });

export const unknownOperation = (message?: string): DynamoDbError =>
  new DynamoDbError(400, { __type: `${CORAL}.service#UnknownOperationException`, message });

export const tableNotFound = (table: string): DynamoDbError =>
  new DynamoDbError(400, {
    __type: `${SERVICE}#ResourceNotFoundException`,
    message: `Requested resource not found: Table: ${table} not found`,
  });

export const idempotentMismatch = (): DynamoDbError =>
  new DynamoDbError(400, {
    __type: `${SERVICE}#IdempotentParameterMismatchException`,
    Message: 'The ClientRequestToken was used with different parameters less than ten minutes ago',
  });

/** Why one operation of a transaction failed. `Code` is `None` for operations that would have succeeded. */
export interface CancellationReason {
  Code: string;
  Message?: string;
  Item?: unknown;
}

export function transactionCanceled(reasons: CancellationReason[]): DynamoDbError {
  const codes = reasons.map((reason) => reason.Code).join(', ');
  return new DynamoDbError(400, {
    __type: `${SERVICE}#TransactionCanceledException`,
    CancellationReasons: reasons,
    Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
  });
}

export const internalError = (): DynamoDbError =>
  new DynamoDbError(500, {
    __type: `${SERVICE}#InternalServerError`,
    message: 'The request processing has failed because of an unknown error, exception or failure.',
  });

/**
 * Converts dynalite's refusals to `DynamoDbError`. Anything else is a server fault and is returned unchanged.
 */
export function asDynamoDbError(error: unknown): unknown {
  if (error instanceof DynamoDbError) return error;
  // Recursion that exhausts the stack means input nested thousands of levels deep.
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return validationError('Nesting Levels have exceeded supported limits');
  }
  const candidate = error as Partial<DynaliteError> | null;
  if (candidate && typeof candidate.statusCode === 'number' && candidate.body) {
    return new DynamoDbError(candidate.statusCode, { ...candidate.body });
  }
  return error;
}
