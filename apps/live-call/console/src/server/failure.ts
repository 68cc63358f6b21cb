import { isObject } from 'page-ui/is-object.ts';

/** Why a request failed, in the kinds that the page treats differently. */
export type FailureKind =
  | 'signed-out'
  | 'bad-request'
  | 'call-ended'
  | 'too-many'
  | 'network'
  | 'timeout'
  | 'server';

/** A failed request as plain data: it is shown, and may be kept during a sign-in. */
export interface Failure {
  kind: FailureKind;
  /** HTTP status; 0 when there was no answer. */
  status: number;
  /** What went wrong, in a person's words. */
  message: string;
  /** The member of the request that was wrong. */
  field?: string;
}

/** Thrown by every call to the server. */
export class ApiFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.name = 'ApiFailure';
    this.failure = failure;
  }
}

/** The failure behind any thrown value; anything but an `ApiFailure` is a fault of the page. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ApiFailure) return error.failure;
  return { kind: 'server', status: 0, message: error instanceof Error ? error.message : String(error) };
}

/** Reads an answer that is not 2xx: our own `ApiError`, or the gateway's `{ "message": … }`. */
export function failureFrom(status: number, body: unknown): Failure {
  const error = isObject(body) && isObject(body.error) ? body.error : undefined;
  const said =
    textOf(error?.message) ??
    textOf(isObject(body) ? body.message : undefined) ??
    `The server answered ${status}.`;
  const field = textOf(error?.field);
  return {
    kind: error?.code === 'OrderUnderWay' ? 'too-many' : kindOf(status, error !== undefined),
    status,
    message: said,
    ...(field === undefined ? {} : { field }),
  };
}

/** What the person can do about it. */
export function adviceFor(failure: Failure): string {
  switch (failure.kind) {
    case 'signed-out':
      return 'Sign in again; what you have chosen stays.';
    case 'bad-request':
      return failure.field
        ? `Correct “${failure.field}” and submit again.`
        : 'Correct the request and submit again.';
    case 'call-ended':
      return 'The call has ended. Choose another attendee.';
    case 'too-many':
      return 'Too many requests at once. Wait some seconds, then try again.';
    case 'network':
      return 'The server could not be reached. Check the network, then try again.';
    case 'timeout':
      return 'It is not known whether the update was accepted: look whether the call changed, then try again.';
    case 'server':
      return 'The fault is on the server. Try again; if it stays, read the log of the function.';
  }
}

/** True when the same request may succeed later without being changed. */
export function worthRetrying(failure: Failure): boolean {
  return failure.kind !== 'bad-request' && failure.kind !== 'call-ended';
}

/** A 404 from our own function means that the call is gone; one from the gateway, that the route does not exist. */
function kindOf(status: number, ours: boolean): FailureKind {
  if (status === 401 || status === 403) return 'signed-out';
  if (status === 404 && ours) return 'call-ended';
  if (status === 429) return 'too-many';
  if (status >= 400 && status < 500 && status !== 404) return 'bad-request';
  return 'server';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
