/** What a failed call to the service means: whether it will pass, the thing does not exist, or the call was refused. */

/** Errors that are refusals: the same request gets the same answer. Amazon Chime SDK API reference, Common Errors. */
const REFUSALS = new Set([
  'AccessDeniedException',
  'BadRequestException',
  'ConflictException',
  'ForbiddenException',
  'GoneException',
  'NotFoundException',
  'ResourceLimitExceededException',
  'UnauthorizedClientException',
  'UnprocessableEntityException',
]);

function statusOf(error: unknown): number | undefined {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}

function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

export function isNotFound(error: unknown): boolean {
  return isNamed(error, 'NotFoundException') || statusOf(error) === 404;
}

/** The request is malformed, or not possible in the present state. */
export function isBadRequest(error: unknown): boolean {
  return isNamed(error, 'BadRequestException') || statusOf(error) === 400;
}

/** The resource is in use or being changed. */
export function isConflict(error: unknown): boolean {
  return isNamed(error, 'ConflictException') || statusOf(error) === 409;
}

/** The service has refused the request and has done nothing. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  if (isThrottled(error) || status === 408) return false;
  return (error instanceof Error && REFUSALS.has(error.name)) || (status >= 400 && status < 500);
}

/** Too many requests: nothing was done, and the same request may be granted later. */
export function isThrottled(error: unknown): boolean {
  return (
    statusOf(error) === 429 ||
    isNamed(
      error,
      'ThrottledClientException',
      'ThrottlingException',
      'TooManyRequestsException',
      'Throttling',
    )
  );
}

/** CloudFormation's answer about a stack that does not exist. */
export function isStackMissing(error: unknown): boolean {
  return isNamed(error, 'ValidationError') && /does not exist/.test((error as Error).message);
}

/** The error as `Name: message`, for a sentence that a person reads. */
export function said(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
