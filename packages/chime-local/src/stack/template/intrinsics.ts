import { type Template, TemplateError } from './template.ts';

/** What references resolve to while resources come into being. */
export interface ResolutionScope {
  /** Pseudo parameters, e.g. `AWS::Region`. */
  pseudo: Record<string, unknown>;
  /** Values of `Parameters` (their defaults). */
  parameters: Record<string, unknown>;
  mappings: NonNullable<Template['Mappings']>;
  conditions: Record<string, boolean>;
  /** What `Ref` of a resource gives; undefined while it does not exist. */
  ref(logicalId: string): unknown;
  /** What `Fn::GetAtt` gives; undefined when there is no such attribute. */
  attribute(logicalId: string, name: string): unknown;
}

/** `AWS::NoValue`: the member that holds it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Resolve = (value: unknown) => unknown;

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function resolveRef(name: string, scope: ResolutionScope): unknown {
  if (name === 'AWS::NoValue') return NO_VALUE;
  if (name in scope.pseudo) return scope.pseudo[name];
  if (name in scope.parameters) return scope.parameters[name];
  const value = scope.ref(name);
  if (value === undefined) throw new TemplateError(`Ref "${name}" names nothing that exists yet.`);
  return value;
}

function resolveAttribute(argument: unknown, scope: ResolutionScope): unknown {
  const [logicalId = '', ...rest] = Array.isArray(argument)
    ? argument.map(asText)
    : asText(argument).split('.');
  const name = rest.join('.');
  const value = scope.attribute(logicalId, name);
  if (value === undefined) {
    throw new TemplateError(`Fn::GetAtt "${logicalId}.${name}": this runtime knows no such attribute.`);
  }
  return value;
}

function resolveSub(argument: unknown, scope: ResolutionScope, resolve: Resolve): string {
  const [text, variables] = Array.isArray(argument)
    ? [asText(argument[0]), (argument[1] ?? {}) as Record<string, unknown>]
    : [asText(argument), {}];
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (name in variables) return asText(resolve((variables as Record<string, unknown>)[name]));
    if (name.includes('.')) return asText(resolveAttribute(name, scope));
    return asText(resolveRef(name, scope));
  });
}

function condition(value: unknown, scope: ResolutionScope, resolve: Resolve): boolean {
  if (typeof value === 'object' && value !== null) {
    const [key, argument] = Object.entries(value)[0] ?? [];
    const list = Array.isArray(argument) ? argument : [argument];
    if (key === 'Condition') return scope.conditions[asText(argument)] ?? false;
    if (key === 'Fn::And') return list.every((item) => condition(item, scope, resolve));
    if (key === 'Fn::Or') return list.some((item) => condition(item, scope, resolve));
    if (key === 'Fn::Not') return !condition(list[0], scope, resolve);
    if (key === 'Fn::Equals') return asText(resolve(list[0])) === asText(resolve(list[1]));
  }
  return Boolean(value);
}

const FUNCTIONS: Record<string, (argument: unknown, scope: ResolutionScope, resolve: Resolve) => unknown> = {
  Ref: (argument, scope) => resolveRef(asText(argument), scope),
  'Fn::GetAtt': (argument, scope) => resolveAttribute(argument, scope),
  'Fn::Sub': resolveSub,
  'Fn::Join': (argument, _scope, resolve) => {
    const [separator, items] = argument as [string, unknown];
    return (resolve(items) as unknown[]).map(asText).join(separator);
  },
  'Fn::Select': (argument, _scope, resolve) => {
    const [index, items] = argument as [unknown, unknown];
    return (resolve(items) as unknown[])[Number(resolve(index))];
  },
  'Fn::Split': (argument, _scope, resolve) => {
    const [separator, text] = argument as [string, unknown];
    return asText(resolve(text)).split(separator);
  },
  'Fn::Base64': (argument, _scope, resolve) => Buffer.from(asText(resolve(argument))).toString('base64'),
  'Fn::FindInMap': (argument, scope, resolve) => {
    const [map, top, second] = (argument as unknown[]).map((item) => asText(resolve(item)));
    return scope.mappings[map ?? '']?.[top ?? '']?.[second ?? ''];
  },
  'Fn::If': (argument, scope, resolve) => {
    const [name, yes, no] = argument as [string, unknown, unknown];
    return resolve(scope.conditions[name] ? yes : no);
  },
  'Fn::And': (argument, scope, resolve) => condition({ 'Fn::And': argument }, scope, resolve),
  'Fn::Or': (argument, scope, resolve) => condition({ 'Fn::Or': argument }, scope, resolve),
  'Fn::Not': (argument, scope, resolve) => condition({ 'Fn::Not': argument }, scope, resolve),
  'Fn::Equals': (argument, scope, resolve) => condition({ 'Fn::Equals': argument }, scope, resolve),
};

/**
 * Replaces every intrinsic function in a template value.
 * @throws TemplateError for a reference to nothing, an unknown attribute or a function this runtime does not know.
 */
export function resolveValue(value: unknown, scope: ResolutionScope): unknown {
  const resolve: Resolve = (inner) => resolveValue(inner, scope);
  if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (only && entries.length === 1) {
    const [key, argument] = only;
    const intrinsic = FUNCTIONS[key];
    if (intrinsic) return intrinsic(argument, scope, resolve);
    if (key.startsWith('Fn::'))
      throw new TemplateError(`The template uses ${key}, which this runtime does not know.`);
  }
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, resolve(inner)] as const).filter(([, inner]) => inner !== NO_VALUE),
  );
}

/** Evaluates the template's `Conditions`; they may refer to one another. */
export function resolveConditions(template: Template, scope: ResolutionScope): void {
  for (const [name, expression] of Object.entries(template.Conditions ?? {})) {
    scope.conditions[name] = condition(expression, scope, (value) => resolveValue(value, scope));
  }
}
