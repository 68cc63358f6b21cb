import { cidrBlocks } from './cidr.ts';
import { type Template, TemplateError } from './template.ts';

/** Everything that a template's intrinsic functions may refer to. */
export interface ResolutionScope {
  /** `AWS::Region` and the other pseudo parameters. */
  pseudo: Record<string, unknown>;
  /** Values of `Parameters`. */
  parameters: Record<string, unknown>;
  mappings: NonNullable<Template['Mappings']>;
  conditions: Record<string, boolean>;
  /** The value of a resource's `Ref`; undefined while it does not exist. */
  ref(logicalId: string): unknown;
  /** The value of `Fn::GetAtt`; undefined if there is no such attribute. */
  attribute(logicalId: string, name: string): unknown;
  /** The value of `Fn::ImportValue`; undefined if no stack exports it. */
  importValue(name: string): unknown;
  /** The value of a dynamic reference, e.g. `ssm:/a/b`; undefined if it is unknown. */
  dynamic?(reference: string): unknown;
}

/** `AWS::NoValue`: a member with this value is omitted. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Resolve = (value: unknown) => unknown;

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function resolveRef(name: string, scope: ResolutionScope): unknown {
  if (name === 'AWS::NoValue') return NO_VALUE;
  if (Object.hasOwn(scope.pseudo, name)) return scope.pseudo[name];
  if (Object.hasOwn(scope.parameters, name)) return scope.parameters[name];
  const value = scope.ref(name);
  if (value === undefined) {
    throw new TemplateError(
      `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
    );
  }
  return value;
}

function resolveAttribute(argument: unknown, scope: ResolutionScope, resolve: Resolve): unknown {
  const [logicalId = '', ...rest] = Array.isArray(argument)
    ? argument.map((part) => asText(resolve(part)))
    : asText(argument).split('.');
  const name = rest.join('.');
  const value = scope.attribute(logicalId, name);
  if (value === undefined) {
    throw new TemplateError(
      `Template error: resource ${logicalId} does not support attribute type ${name} in Fn::GetAtt`,
    );
  }
  return value;
}

function resolveSub(argument: unknown, scope: ResolutionScope, resolve: Resolve): string {
  const [text, variables] = Array.isArray(argument)
    ? [asText(argument[0]), (argument[1] ?? {}) as Record<string, unknown>]
    : [asText(argument), {}];
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, inner: string) => {
    if (literal) return `\${${inner}}`;
    const name = inner.trim();
    if (Object.hasOwn(variables, name)) return asText(resolve((variables as Record<string, unknown>)[name]));
    if (name.includes('.')) return asText(resolveAttribute(name, scope, resolve));
    return asText(resolveRef(name, scope));
  });
}

function condition(value: unknown, scope: ResolutionScope, resolve: Resolve): boolean {
  if (typeof value === 'object' && value !== null) {
    const [key, argument] = Object.entries(value)[0] ?? [];
    const list = Array.isArray(argument) ? argument : [argument];
    const members = (item: unknown): string[] => [resolve(item)].flat().map(asText);
    if (key === 'Condition') return scope.conditions[asText(argument)] ?? false;
    if (key === 'Fn::And') return list.every((item) => condition(item, scope, resolve));
    if (key === 'Fn::Or') return list.some((item) => condition(item, scope, resolve));
    if (key === 'Fn::Not') return !condition(list[0], scope, resolve);
    if (key === 'Fn::Equals') return asText(resolve(list[0])) === asText(resolve(list[1]));
    if (key === 'Fn::Contains') return members(list[0]).includes(asText(resolve(list[1])));
    if (key === 'Fn::EachMemberEquals')
      return members(list[0]).every((item) => item === asText(resolve(list[1])));
    if (key === 'Fn::EachMemberIn') {
      const allowed = members(list[1]);
      return members(list[0]).every((item) => allowed.includes(item));
    }
  }
  return Boolean(value);
}

/** The zones that `Fn::GetAZs` lists for a Region. Here they are always these. */
const ZONES = ['a', 'b', 'c'];

const FUNCTIONS: Record<string, (argument: unknown, scope: ResolutionScope, resolve: Resolve) => unknown> = {
  Ref: (argument, scope) => resolveRef(asText(argument), scope),
  'Fn::GetAtt': resolveAttribute,
  'Fn::Sub': resolveSub,
  'Fn::Join': (argument, _scope, resolve) => {
    const [separator, items] = argument as [string, unknown];
    return [resolve(items)].flat().map(asText).join(separator);
  },
  'Fn::Select': (argument, _scope, resolve) => {
    const [index, items] = argument as [unknown, unknown];
    return [resolve(items)].flat()[Number(resolve(index))];
  },
  'Fn::Split': (argument, _scope, resolve) => {
    const [separator, text] = argument as [string, unknown];
    return asText(resolve(text)).split(separator);
  },
  'Fn::Base64': (argument, _scope, resolve) => Buffer.from(asText(resolve(argument))).toString('base64'),
  'Fn::Length': (argument, _scope, resolve) => [resolve(argument)].flat().length,
  'Fn::ToJsonString': (argument, _scope, resolve) => JSON.stringify(resolve(argument)),
  'Fn::FindInMap': (argument, scope, resolve) => {
    const [map, top, second] = (argument as unknown[]).slice(0, 3).map((item) => asText(resolve(item)));
    const found = scope.mappings[map ?? '']?.[top ?? '']?.[second ?? ''];
    const options = (argument as unknown[])[3] as { DefaultValue?: unknown } | undefined;
    if (found === undefined && options?.DefaultValue !== undefined) return resolve(options.DefaultValue);
    if (found === undefined) {
      throw new TemplateError(`Template error: Unable to get mapping for ${map}::${top}::${second}`);
    }
    return found;
  },
  'Fn::If': (argument, scope, resolve) => {
    const [name, yes, no] = argument as [string, unknown, unknown];
    return resolve(scope.conditions[name] ? yes : no);
  },
  'Fn::ImportValue': (argument, scope, resolve) => {
    const name = asText(resolve(argument));
    const value = scope.importValue(name);
    if (value === undefined) throw new TemplateError(`No export named ${name} found.`);
    return value;
  },
  'Fn::GetAZs': (argument, scope, resolve) => {
    const region = asText(resolve(argument)) || String(scope.pseudo['AWS::Region']);
    return ZONES.map((zone) => `${region}${zone}`);
  },
  'Fn::Cidr': (argument, _scope, resolve) => {
    const [block, count, bits] = (argument as unknown[]).map((item) => asText(resolve(item)));
    return cidrBlocks(block ?? '', Number(count), Number(bits ?? 8));
  },
  'Fn::And': (argument, scope, resolve) => condition({ 'Fn::And': argument }, scope, resolve),
  'Fn::Or': (argument, scope, resolve) => condition({ 'Fn::Or': argument }, scope, resolve),
  'Fn::Not': (argument, scope, resolve) => condition({ 'Fn::Not': argument }, scope, resolve),
  'Fn::Equals': (argument, scope, resolve) => condition({ 'Fn::Equals': argument }, scope, resolve),
};

/** Dynamic references such as `{{resolve:ssm:/a/b}}` within a text. User Guide, "Dynamic references". */
const DYNAMIC = /\{\{resolve:([^}]+)\}\}/g;

function resolveText(text: string, scope: ResolutionScope): string {
  if (!scope.dynamic || !text.includes('{{resolve:')) return text;
  return text.replace(DYNAMIC, (whole, reference: string) => String(scope.dynamic?.(reference) ?? whole));
}

/**
 * Resolves every intrinsic function in a template value.
 * @throws TemplateError for an unknown reference, attribute or function
 */
export function resolveValue(value: unknown, scope: ResolutionScope): unknown {
  const resolve: Resolve = (inner) => resolveValue(inner, scope);
  if (typeof value === 'string') return resolveText(value, scope);
  if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (only && entries.length === 1) {
    const [key, argument] = only;
    const intrinsic = FUNCTIONS[key];
    if (intrinsic) {
      const result = intrinsic(argument, scope, resolve);
      return typeof result === 'string' ? resolveText(result, scope) : result;
    }
    if (key.startsWith('Fn::'))
      throw new TemplateError(`The template uses ${key}, which this runtime does not know.`);
  }
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, resolve(inner)] as const).filter(([, inner]) => inner !== NO_VALUE),
  );
}

/** Evaluates the template's `Conditions`, which may refer to one another in any order. */
export function resolveConditions(template: Template, scope: ResolutionScope): void {
  const open = new Set<string>();
  const expressions = template.Conditions ?? {};
  const evaluate = (name: string): boolean => {
    if (open.has(name)) {
      throw new TemplateError(`Template error: the condition ${name} depends on itself.`);
    }
    open.add(name);
    const result = condition(expressions[name], lookingUp, (value) => resolveValue(value, lookingUp));
    open.delete(name);
    return result;
  };
  const conditions = new Proxy(scope.conditions, {
    get(known, name) {
      if (typeof name !== 'string') return undefined;
      if (!Object.hasOwn(known, name) && Object.hasOwn(expressions, name)) known[name] = evaluate(name);
      return known[name];
    },
  });
  const lookingUp: ResolutionScope = { ...scope, conditions };
  for (const name of Object.keys(expressions)) void conditions[name];
}

/**
 * Checks the template's `Rules` against the parameters.
 * @throws TemplateError with the assertion's description
 */
export function checkRules(template: Template, scope: ResolutionScope): void {
  const resolve: Resolve = (value) => resolveValue(value, scope);
  for (const rule of Object.values(template.Rules ?? {})) {
    if (rule.RuleCondition !== undefined && !condition(rule.RuleCondition, scope, resolve)) continue;
    for (const { Assert, AssertDescription } of rule.Assertions ?? []) {
      if (condition(Assert, scope, resolve)) continue;
      throw new TemplateError(
        `Template error: a rule does not hold: ${AssertDescription ?? JSON.stringify(Assert)}`,
      );
    }
  }
}
