/** Checks the input of an operation against the service model, compiling each operation's schema when first asked. */
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { readScalars } from './scalars.ts';
import type { JsonSchema, ServiceModel } from './service-model.ts';

/** What is wrong with an input, in words for the caller; undefined when nothing is. */
export type Violation = string | undefined;

export interface InputChecker {
  /**
   * Checks `input` against the structure `shape` of the model and removes members that the model does not know.
   * Values of members that the model calls sensitive are not repeated in the text.
   */
  check(shape: string, input: Record<string, unknown>): Promise<Violation>;
  /** Compiles ahead of the first request. */
  warm(shapes: string[]): Promise<void>;
}

/** Errors named in one text. */
const MAX_ERRORS_TOLD = 5;
/** Characters of a wrong value repeated in a text. */
const MAX_VALUE_TOLD = 60;

/**
 * `listsCheckedLater`: by structure, a list member whose items are only checked to be objects here, because
 * the operation answers for each of its items.
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

/** Checkers of the same model share what is compiled, for it takes long; those with lists of their own do not. */
function compiledFor(
  model: ServiceModel,
  listsCheckedLater: Readonly<Record<string, string>>,
): Map<string, ValidateFunction> {
  const shared = compiledByModel.get(model) ?? new Map<string, ValidateFunction>();
  if (Object.keys(listsCheckedLater).length > 0) return new Map();
  compiledByModel.set(model, shared);
  return shared;
}

/** ajv is loaded at the first request: it is the largest part of this edge. */
async function createAjv(
  model: ServiceModel,
  listsCheckedLater: Readonly<Record<string, string>>,
): Promise<Ajv> {
  const { Ajv } = await import('ajv');
  // Some patterns of the model escape characters that the `u` flag forbids to escape.
  const ajv = new Ajv({
    allErrors: true,
    removeAdditional: true,
    unicodeRegExp: false,
    validateSchema: false,
    meta: false,
    strict: false,
    verbose: true,
    // What is compiled runs a few times; to make it shorter first takes longer than it saves.
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
