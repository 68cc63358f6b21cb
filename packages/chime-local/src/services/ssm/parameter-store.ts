import type { Clock, Collection, Journal } from '#platform';
import { ApiError } from '../rest/api-error.ts';

export interface StoredParameter {
  name: string;
  type: 'String' | 'StringList' | 'SecureString';
  value: string;
  version: number;
  description?: string;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
}

/** Maximum number of characters in a value of the standard tier. API reference, PutParameter: 4 KB. */
const MAX_VALUE = 4096;
const NAME = /^[a-zA-Z0-9_.\-/]{1,1011}$/;

/** The parameters of Systems Manager, stored in a journal. */
export class ParameterStore {
  readonly #parameters: Collection<StoredParameter>;
  readonly #clock: Clock;

  constructor(journal: Journal, clock: Clock) {
    this.#parameters = journal.collection('parameters');
    this.#clock = clock;
  }

  find(name: string): StoredParameter | undefined {
    return this.#parameters.get(name);
  }

  /** The parameters in the order of their names. */
  list(): StoredParameter[] {
    return this.#parameters.values().sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws ApiError with the service's error code */
  put(given: {
    name: string;
    value: string;
    type?: string | undefined;
    overwrite: boolean;
    description?: string | undefined;
  }): StoredParameter {
    const { name, value } = given;
    const existing = this.find(name);
    if (!NAME.test(name) || /^\/?(aws|ssm)/i.test(name)) {
      throw new ApiError(400, 'ValidationException', `Parameter name: ${name} is not a valid parameter name`);
    }
    if (value.length === 0 || value.length > MAX_VALUE) {
      throw new ApiError(
        400,
        'ValidationException',
        `A value has 1 to ${MAX_VALUE} characters, not ${value.length}`,
      );
    }
    if (existing && !given.overwrite) {
      throw new ApiError(
        400,
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    const type = given.type ?? existing?.type;
    if (type !== 'String' && type !== 'StringList' && type !== 'SecureString') {
      throw new ApiError(
        400,
        'ValidationException',
        `A parameter's type is String, StringList or SecureString, not ${type}`,
      );
    }
    const parameter: StoredParameter = {
      name,
      type,
      value,
      version: (existing?.version ?? 0) + 1,
      modifiedAt: this.#clock.now(),
      ...(given.description ? { description: given.description } : {}),
    };
    this.#parameters.set(name, parameter);
    return parameter;
  }

  /** @returns whether the parameter existed */
  delete(name: string): boolean {
    const there = this.#parameters.has(name);
    this.#parameters.delete(name);
    return there;
  }
}
