import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { PARTY_NAMES, parsePartyScript } from '#options';
import { UserError } from '#platform';
import type { ChimeLocalConfig } from './config.ts';
import { lineOf } from './line-of.ts';
import { CONFIG_SCHEMA } from './schema.ts';

/** Maximum length of a value in an error, in characters. */
const MAX_SHOWN = 80;

/**
 * Compiled when the first configuration is checked. A test validates the schema, so it is not checked again
 * here.
 */
let compiled: ValidateFunction<ChimeLocalConfig> | undefined;

function validator(): ValidateFunction<ChimeLocalConfig> {
  const settings = { verbose: true, allErrors: false, validateSchema: false, meta: false } as const;
  compiled ??= new Ajv({ ...settings, code: { optimize: false } }).compile<ChimeLocalConfig>(CONFIG_SCHEMA);
  return compiled;
}

const partsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** `/functions/a~1b/timeoutSeconds` in the usual notation: `functions["a/b"].timeoutSeconds`. */
function keyOf(pointer: string): string {
  return partsOf(pointer).reduce((key, part) => {
    if (/^\d+$/.test(part)) return `${key}[${part}]`;
    if (!/^[\w$]+$/.test(part)) return `${key}[${JSON.stringify(part)}]`;
    return key ? `${key}.${part}` : part;
  }, '');
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)} …` : text;
}

const list = (names: readonly string[]): string => names.join(', ');

/** Describes what is allowed, by the keyword of the violated rule. */
const ALLOWED: Readonly<Record<string, (error: ErrorObject) => string>> = {
  type: ({ schema }) =>
    `${schema === 'integer' ? 'an' : 'a'} ${String(schema)}`.replace('a object', 'an object'),
  enum: ({ schema }) => `one of ${list((schema as unknown[]).map(shown))}`,
  pattern: ({ schema }) => `a text like ${String(schema)}`,
  minLength: () => 'a text that is not empty',
  minimum: ({ parentSchema }) => range(parentSchema),
  maximum: ({ parentSchema }) => range(parentSchema),
  minProperties: () => 'at least one',
  maxItems: ({ schema }) => `at most ${String(schema)}`,
};

const range = (schema: unknown): string => {
  const { minimum, maximum } = schema as { minimum: number; maximum: number };
  return `a whole number from ${minimum} to ${maximum}`;
};

function sentenceOf(error: ErrorObject): string {
  const { keyword, instancePath, params, data, parentSchema, propertyName } = error;
  const key = keyOf(instancePath);
  const within = key || 'the configuration';
  const properties = (parentSchema as { properties?: object } | undefined)?.properties;
  if (keyword === 'additionalProperties') {
    return `${within} has no key ${shown(params.additionalProperty)}; allowed: ${list(Object.keys(properties ?? {}))}.`;
  }
  if (keyword === 'required') {
    const unknown = Object.keys(data as object).filter((name) => !Object.hasOwn(properties ?? {}, name));
    const instead = unknown.length > 0 ? ` and has ${list(unknown.map(shown))}, which is not known` : '';
    return `${within} needs the key ${shown(params.missingProperty)}${instead}.`;
  }
  if (propertyName !== undefined) {
    return `${within} has the name ${shown(propertyName)}; allowed: ${ALLOWED.pattern?.(error)}.`;
  }
  const allowed = ALLOWED[keyword]?.(error) ?? error.message;
  return `${within} is ${shown(data)}; allowed: ${allowed}.`;
}

/** Yields a sentence for each reference to something that is not defined. */
function* danglingNames(config: ChimeLocalConfig): Generator<string> {
  const functions = Object.keys(config.functions);
  const applications = Object.keys(config.sipMediaApplications);
  const wrong = (key: string, name: string, known: string[]): string =>
    `${key} is ${shown(name)}; allowed: ${list(known)}.`;
  for (const [name, { function: target }] of Object.entries(config.sipMediaApplications)) {
    if (!functions.includes(target))
      yield wrong(keyOf(`/sipMediaApplications/${name}/function`), target, functions);
  }
  for (const [name, queue] of Object.entries(config.queues ?? {})) {
    if (queue.function && !functions.includes(queue.function))
      yield wrong(keyOf(`/queues/${name}/function`), queue.function, functions);
  }
  for (const [number, target] of Object.entries(config.numbers ?? {})) {
    if (!applications.includes(target)) yield wrong(keyOf(`/numbers/${number}`), target, applications);
  }
  for (const [index, rule] of (config.rules ?? []).entries()) {
    if (!applications.includes(rule.sipMediaApplication))
      yield wrong(`rules[${index}].sipMediaApplication`, rule.sipMediaApplication, applications);
  }
}

/** Yields a sentence for each script that the test party does not understand. */
function* unknownScripts({ parties = {} }: ChimeLocalConfig): Generator<string> {
  for (const [number, script] of Object.entries(parties)) {
    if (parsePartyScript(script)) continue;
    const allowed = `${list(PARTY_NAMES)}, or steps such as "ring 2; answer; say Hello; press 12#; wait 5; hangup"`;
    yield `${keyOf(`/parties/${number}`)} is ${shown(script)}; allowed: ${allowed}.`;
  }
}

/** The path of keys to the wrong one, from the outside in. */
function keysOf({ keyword, instancePath, params, propertyName }: ErrorObject): string[] {
  const last = keyword === 'additionalProperties' ? params.additionalProperty : propertyName;
  return [...partsOf(instancePath), ...(last === undefined ? [] : [String(last)])];
}

/**
 * @param text of the file, to find the line
 * @throws UserError that names the file, the key, its value and what is allowed
 */
export function checkConfig(value: unknown, file: string, text = ''): ChimeLocalConfig {
  const validate = validator();
  if (!validate(value)) {
    // Report the rule that the name violates, not `propertyNames`, which only applies it.
    const error = validate.errors?.find(({ keyword }) => keyword !== 'propertyNames');
    const line = error && lineOf(text, keysOf(error));
    const place = line === undefined ? file : `${file}:${line}`;
    throw new UserError(`${place}: ${error ? sentenceOf(error) : 'it is not a configuration.'}`);
  }
  const [wrong] = [...danglingNames(value), ...unknownScripts(value)];
  if (wrong) throw new UserError(`${file}: ${wrong}`);
  return value;
}
