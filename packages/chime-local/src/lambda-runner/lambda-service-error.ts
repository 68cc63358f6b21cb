/**
 * An error with which the Lambda service refuses to run the function. `name` is the exception's name in the
 * API, `statusCode` its HTTP status. Source: Lambda API reference, Invoke, Errors.
 */
export class LambdaServiceError extends Error {
  readonly statusCode: number;

  constructor(name: string, statusCode: number, message: string) {
    super(message);
    this.name = name;
    this.statusCode = statusCode;
  }
}

export const resourceNotFound = (nameOrArn: string): LambdaServiceError =>
  new LambdaServiceError('ResourceNotFoundException', 404, `Function not found: ${nameOrArn}`);

export const requestTooLarge = (bytes: number, limit: number): LambdaServiceError =>
  new LambdaServiceError(
    'RequestTooLargeException',
    413,
    `${bytes} byte payload is too large for the RequestResponse invocation type (limit ${limit} bytes)`,
  );

export const tooManyRequests = (): LambdaServiceError =>
  new LambdaServiceError('TooManyRequestsException', 429, 'Rate Exceeded.');

export const invalidRequestContent = (reason: string): LambdaServiceError =>
  new LambdaServiceError(
    'InvalidRequestContentException',
    400,
    `Could not parse request body into json: ${reason}`,
  );

export const serviceClosing = (): LambdaServiceError =>
  new LambdaServiceError('ServiceException', 500, 'The Lambda runner is closing; start it again.');
