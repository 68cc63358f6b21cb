/** AddPermission, RemovePermission and GetPolicy, as used by `aws lambda add-permission`. */
import type { FunctionSpec } from '#lambda-runner';
import { ApiError } from '../rest/api-error.ts';
import type { FunctionPolicies } from './function-policies.ts';

/** Pattern of AddPermission's StatementId, including its length. */
const STATEMENT_ID = /^[a-zA-Z0-9-_]{1,100}$/;
/** Pattern of AddPermission's Action. */
const ACTION = /^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/;

/** Adds a statement and returns the answer. @throws ApiError with the service's error code */
export function addPermission(policies: FunctionPolicies, spec: FunctionSpec, body: string): object {
  const input = inputOf(body);
  const id = required(input, 'StatementId', STATEMENT_ID);
  const action = required(input, 'Action', ACTION);
  const principal = required(input, 'Principal', /^[^\s]+$/);
  if (policies.find(spec.functionName, id)) {
    throw new ApiError(
      409,
      'ResourceConflictException',
      `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  const { SourceArn: sourceArn, SourceAccount: sourceAccount } = input;
  policies.grant(spec.functionName, {
    id,
    action,
    principal,
    ...(typeof sourceArn === 'string' ? { sourceArn } : {}),
    ...(typeof sourceAccount === 'string' ? { sourceAccount } : {}),
  });
  return { Statement: JSON.stringify(policies.statement(spec.functionName, id, spec.arn)) };
}

/** Removes a statement. @throws ApiError with the service's error code */
export function removePermission(policies: FunctionPolicies, spec: FunctionSpec, id: string): void {
  if (!policies.find(spec.functionName, id)) {
    throw new ApiError(404, 'ResourceNotFoundException', `Statement ${id} is not found in resource policy.`);
  }
  policies.remove(spec.functionName, id);
}

/** Returns the answer to GetPolicy. @throws ApiError with the service's error code */
export function policyOf(policies: FunctionPolicies, spec: FunctionSpec): object {
  const document = policies.document(spec.functionName, spec.arn);
  if (!document) {
    throw new ApiError(404, 'ResourceNotFoundException', 'The resource you requested does not exist.');
  }
  return { Policy: JSON.stringify(document), RevisionId: '00000000-0000-0000-0000-000000000000' };
}

function inputOf(body: string): Record<string, unknown> {
  try {
    const input: unknown = JSON.parse(body);
    if (typeof input === 'object' && input !== null) return input as Record<string, unknown>;
  } catch {
    // The error is thrown below.
  }
  throw new ApiError(400, 'InvalidRequestContentException', 'The request body is not a JSON object');
}

function required(input: Record<string, unknown>, name: string, pattern: RegExp): string {
  const value = input[name];
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw new ApiError(
    400,
    'ValidationException',
    `Value ${JSON.stringify(value ?? null).slice(0, 100)} at ${name} failed to satisfy the pattern ${pattern.source}`,
  );
}
