/**
 * Validates the input of an operation against the service model. Each operation's schema is compiled at its
 * first use.
 */
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { readScalars } from './scalars.ts';
import type { JsonSchema, ServiceModel } from './service-model.ts';

/** Describes to the caller what is wrong with an input; undefined if it is valid. */
export type Violation = string | undefined;

export interface InputChecker {
  /**
   * Validates `input` against the structure `shape` of the model and removes members that the model does not
   * know. The values of sensitive members are not repeated in the message.
   */
  check(shape: string, input: Record<string, unknown>): Promise<Violation>;
  /** Compiles schemas before the first request. */
  warm(shapes: string[]): Promise<void>;
}

/** Maximum number of errors named in one message. */
const MAX_ERRORS_TOLD = 5;
/** How many characters of an invalid value a message repeats. */
const MAX_VALUE_TOLD = 60;

/**
 * @param listsCheckedLater by structure, a list member whose items are only checked to be objects here,
 * because the operation reports errors for each item itself
 */
export function createInputChecker(
  model: ServiceModel,
  listsCheckedLater: Readonly<Record<string, string>> = {},
): InputChecker {
  let ajv: Promise<Ajv> | undefined;
  const compiled = compiledFor(model, listsCheckedLater);
  const validator = async (shape: string): Promise<ValidateFunction> => {
    const known = compiled.get(shape);
    if (known) return known;
    ajv ??= createAjv(model, listsCheckedLater);
    const fresh = (await ajv).compile({ $ref: `${model.service}#/$defs/${shape}` });
    compiled.set(shape, fresh);
    return fresh;
  };
  return {
    async check(shape, input) {
      const validate = compiled.get(shape) ?? (await validator(shape));
      if (validate(input)) return undefined;
      if (readScalars(validate.errors ?? [], input) && validate(input)) return undefined;
      return complain(validate.errors ?? [], input);
    },
    async warm(shapes) {
      for (const shape of shapes) await validator(shape);
    },
  };
}

const compiledByModel = new WeakMap<ServiceModel, Map<string, ValidateFunction>>();

/**
 * Checkers of the same model share the compiled schemas, because compiling takes long, unless they check some
 * lists later.
 */
function compiledFor(
  model: ServiceModel,
  listsCheckedLater: Readonly<Record<string, string>>,
): Map<string, ValidateFunction> {
  const shared = compiledByModel.get(model) ?? new Map<string, ValidateFunction>();
  if (Object.keys(listsCheckedLater).length > 0) return new Map();
  compiledByModel.set(model, shared);
  return shared;
}

/** Loads ajv at the first request, because it is the largest dependency of this edge. */
async function createAjv(
  model: ServiceModel,
  listsCheckedLater: Readonly<Record<string, string>>,
): Promise<Ajv> {
  const { Ajv } = await import('ajv');
  // Some patterns in the model escape characters whose escaping the `u` flag forbids.
  const ajv = new Ajv({
    allErrors: true,
    removeAdditional: true,
    unicodeRegExp: false,
    validateSchema: false,
    meta: false,
    strict: false,
    verbose: true,
    // Each compiled validator runs only a few times, so optimising it would take longer than it saves.
    code: { optimize: false },
  });
  const $defs = { ...model.$defs };
  for (const [shape, list] of Object.entries(listsCheckedLater)) {
    $defs[shape] = withoutItems($defs[shape] ?? {}, list);
  }
  ajv.addSchema({ $id: model.service, $defs });
  return ajv;
}

function withoutItems(schema: JsonSchema, list: string): JsonSchema {
  const properties = schema.properties as Record<string, JsonSchema>;
  return {
    ...schema,
    properties: { ...properties, [list]: { ...properties[list], items: { type: 'object' } } },
  };
}

function complain(errors: ErrorObject[], input: Record<string, unknown>): string {
  const told = errors
    .filter((error) => error.keyword !== 'propertyNames')
    .slice(0, MAX_ERRORS_TOLD)
    .map((error) => describe(error, input));
  const more = errors.length > told.length ? `, and ${errors.length - told.length} more` : '';
  return `${told.join('; ')}${more}`;
}

function describe(error: ErrorObject, input: Record<string, unknown>): string {
  const at = memberName(error.instancePath);
  if (error.keyword === 'required') {
    const missing = String(error.params.missingProperty);
    return `${at ? `${at}.${missing}` : missing} is missing`;
  }
  const schema = error.parentSchema as JsonSchema | undefined;
  const shown = schema?.sensitive === true ? '' : shownValue(error.data, input);
  const detail = error.keyword === 'enum' ? `: ${(error.params.allowedValues as string[]).join(', ')}` : '';
  return `${at || 'the request'} ${error.message ?? 'is wrong'}${detail}${shown}`;
}

function memberName(instancePath: string): string {
  return instancePath
    .slice(1)
    .replace(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.');
}

function shownValue(value: unknown, input: Record<string, unknown>): string {
  if (value === input || (typeof value === 'object' && value !== null)) return '';
  const text = JSON.stringify(value) ?? '';
  return ` (it is ${text.length > MAX_VALUE_TOLD ? `${text.slice(0, MAX_VALUE_TOLD)}…` : text})`;
}
