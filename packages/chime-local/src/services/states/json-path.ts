import { isObject } from '#platform';
/** Paths of the Amazon States Language: JSONPath, of which steps, indices, slices, wildcards, descents and simple filters count. */
import { ExecutionFailed } from './definition.ts';

/** `.name`, `..name`, `['name']`, `[*]`, `.*`, `[0]`, `[1:3]`, `[?(@.a == 'b')]`. */
const STEP =
  /\.\.(?<descent>[\w$-]+|\*)|\.(?<name>[^.[\]]+)|\[\s*(?:'(?<single>(?:[^'\\]|\\.)*)'|"(?<double>(?:[^"\\]|\\.)*)"|(?<slice>-?\d*:-?\d*)|(?<index>-?\d+)|(?<all>\*)|\?\((?<filter>.*?)\))\s*\]/gy;
const FILTER = /^\s*@\.?(?<path>[^\s=<>!]*)\s*(?:(?<op>==|!=|<=|>=|<|>)\s*(?<value>.+?))?\s*$/;

/** How the values of a filter compare. */
const COMPARISONS: Readonly<Record<string, (one: never, other: never) => boolean>> = {
  '==': (one, other) => one === other,
  '!=': (one, other) => one !== other,
  '<': (one, other) => one < other,
  '>': (one, other) => one > other,
  '<=': (one, other) => one <= other,
  '>=': (one, other) => one >= other,
};

type Groups = Record<string, string | undefined>;

const valuesOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];

const descendants = (value: unknown): unknown[] => [value, ...valuesOf(value).flatMap(descendants)];

function member(value: unknown, name: string): unknown[] {
  return isObject(value) && Object.hasOwn(value, name) ? [value[name]] : [];
}

function filtered(value: unknown, text: string): unknown[] {
  const { path = '', op, value: wanted = '' } = (FILTER.exec(text)?.groups ?? {}) as Groups;
  return valuesOf(value).filter((item) => {
    const [found] = nodesOf(item, path === '' ? '' : path.startsWith('[') ? path : `.${path}`).nodes;
    if (op === undefined) return found !== undefined;
    const literal: unknown = JSON.parse(wanted.replace(/^'(.*)'$/, '"$1"'));
    return COMPARISONS[op]?.(found as never, literal as never) ?? false;
  });
}

function stepFrom(value: unknown, groups: Groups): unknown[] {
  const { descent, name, single, double, slice, index, all, filter } = groups;
  if (descent !== undefined)
    return descendants(value).flatMap((one) => (descent === '*' ? valuesOf(one) : member(one, descent)));
  if (all !== undefined || name === '*') return valuesOf(value);
  if (filter !== undefined) return filtered(value, filter);
  if (slice !== undefined) {
    const [from, to] = slice.split(':').map((text) => (text === '' ? undefined : Number(text)));
    return Array.isArray(value) ? value.slice(from, to) : [];
  }
  if (index !== undefined) {
    const found: unknown = Array.isArray(value) ? value.at(Number(index)) : undefined;
    return found === undefined ? [] : [found];
  }
  return member(value, name ?? single ?? double ?? '');
}

/** What the steps lead to; `many`: they may lead to several, and give a list even of one. */
function nodesOf(root: unknown, steps: string): { nodes: unknown[]; many: boolean } {
  let nodes: unknown[] = [root];
  let many = false;
  let at = 0;
  while (at < steps.length) {
    STEP.lastIndex = at;
    const found = STEP.exec(steps);
    if (!found?.groups) throw new ExecutionFailed('States.Runtime', `Invalid path "${steps}"`);
    const groups = found.groups as Groups;
    at += found[0].length;
    many ||=
      ['descent', 'all', 'slice', 'filter'].some((kind) => groups[kind] !== undefined) || groups.name === '*';
    nodes = nodes.flatMap((node) => stepFrom(node, groups));
  }
  return { nodes, many };
}

/** What a path may begin with: the data, the context object, variables. */
export interface PathRoots {
  data: unknown;
  context: unknown;
  variables: Readonly<Record<string, unknown>>;
}

/** Undefined: it leads nowhere. @throws ExecutionFailed for what is no path */
export function findPath(path: string, { data, context, variables }: PathRoots): unknown {
  const [, sign = '', rest = ''] = /^(\$\$|\$[A-Za-z_]\w*|\$)(.*)$/s.exec(path) ?? [];
  if (sign === '') throw new ExecutionFailed('States.Runtime', `Invalid path "${path}": it begins with $`);
  const root = sign === '$' ? data : sign === '$$' ? context : variables[sign.slice(1)];
  if (root === undefined) return undefined;
  const { nodes, many } = nodesOf(root, rest);
  return many ? nodes : nodes[0];
}

/** @throws ExecutionFailed where the path leads nowhere */
export function readPath(path: string, roots: PathRoots): unknown {
  const found = findPath(path, roots);
  if (found !== undefined) return found;
  const text = `The JSONPath '${path}' could not be found in the input '${JSON.stringify(roots.data)?.slice(0, 500)}'`;
  throw new ExecutionFailed('States.ParameterPathFailure', text);
}

/** A copy of the data with the value at a reference path. */
export function withValueAt(path: string, data: unknown, value: unknown): unknown {
  STEP.lastIndex = 0;
  const names = [...path.slice(1).matchAll(STEP)].map(({ groups = {} }) => {
    const { name, single, double, index } = groups as Groups;
    return index === undefined ? (name ?? single ?? double ?? '') : Number(index);
  });
  const place = (at: unknown, [name, ...rest]: (string | number)[]): unknown => {
    if (name === undefined) return value;
    if (typeof name === 'number' && Array.isArray(at)) return at.with(name, place(at[name], rest));
    const record = isObject(at) ? at : {};
    return { ...record, [name]: place(record[name], rest) };
  };
  return place(data, names);
}
