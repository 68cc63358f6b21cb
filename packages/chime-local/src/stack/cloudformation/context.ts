/** What operations on stacks work with. */
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
  /** What is not carried out. */
  shortfalls: Shortfalls;
  region: string;
  accountId: string;
  /** A value of the parameter store, or undefined. */
  parameterStore(name: string): string | undefined;
  /** The text of a secret, or undefined. */
  secret(nameOrArn: string): string | undefined;
  /** Turns resolved values into what they are at home, e.g. an https origin into this machine's. */
  adapt<T>(value: T): T;
}

/** An answer other than success, as the service names it. */
export class CloudFormationError extends ApiError {
  override name = 'CloudFormationError';
  constructor(code: string, message: string, status = 400) {
    super(status, code, message);
  }
}

export const validationError = (message: string): CloudFormationError =>
  new CloudFormationError('ValidationError', message);
