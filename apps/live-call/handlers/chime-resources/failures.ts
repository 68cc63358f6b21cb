/** What a failed call to the service means: will it pass, is there nothing, or was it refused? */

/** Names of errors that say no: the same request gets the same answer. Amazon Chime SDK API reference, Common Errors. */
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

/** Malformed, or not possible as things are. */
export function isBadRequest(error: unknown): boolean {
  return isNamed(error, 'BadRequestException') || statusOf(error) === 400;
}

/** In use, or being changed. */
export function isConflict(error: unknown): boolean {
  return isNamed(error, 'ConflictException') || statusOf(error) === 409;
}

/** The service has said no, and has done nothing. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  if (isThrottled(error) || status === 408) return false;
  return (error instanceof Error && REFUSALS.has(error.name)) || (status >= 400 && status < 500);
}

/** Asked too often: nothing was done, and the same request may be granted later. */
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

/** CloudFormation's answer about a stack that there is not. */
export function isStackMissing(error: unknown): boolean {
  return isNamed(error, 'ValidationError') && /does not exist/.test((error as Error).message);
}

/** `Name: message`, for a sentence that a person reads. */
export function said(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
