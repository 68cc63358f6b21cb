/** An answer other than success, as the service's model names it. */
export class ApiError extends Error {
  /** Name of the exception, e.g. `NotFoundException`. */
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
