/** An error response that the service's model names. */
export class ApiError extends Error {
  /** The name of the exception, e.g. `NotFoundException`. */
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
