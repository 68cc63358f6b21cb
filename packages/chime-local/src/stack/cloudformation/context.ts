/** What operations on stacks depend on. */
import { ApiError } from '#aws';
import type { Clock, Ids, Log } from '#platform';
import type { ProviderLookup } from './provider.ts';
import type { Shortfalls } from './shortfalls.ts';
import type { StackStore } from './stack-store.ts';

export interface StackContext {
  store: StackStore;
  providers: ProviderLookup;
  clock: Clock;
  ids: Ids;
  log: Log;
  /** Collects what is not emulated. */
  shortfalls: Shortfalls;
  region: string;
  accountId: string;
  /** Returns a value of the parameter store, or undefined. */
  parameterStore(name: string): string | undefined;
  /** Returns the text of a secret, or undefined. */
  secret(nameOrArn: string): string | undefined;
  /** Adapts resolved values to this machine, e.g. replaces an https origin by the local one. */
  adapt<T>(value: T): T;
}

/** An error response with the service's error code. */
export class CloudFormationError extends ApiError {
  override name = 'CloudFormationError';
  constructor(code: string, message: string, status = 400) {
    super(status, code, message);
  }
}

export const validationError = (message: string): CloudFormationError =>
  new CloudFormationError('ValidationError', message);
