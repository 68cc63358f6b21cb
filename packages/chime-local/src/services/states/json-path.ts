import { isObject } from '#platform';
/**
 * Paths of the Amazon States Language: JSONPath with steps, indices, slices, wildcards, descents and simple
 * filters.
 */
import { MAX_DATA_BYTES } from './data-limit.ts';
import { ExecutionFailed } from './definition.ts';

/** One step: `.name`, `..name`, `['name']`, `[*]`, `.*`, `[0]`, `[1:3]`, `[?(@.a == 'b')]`. */
const STEP =
  /\.\.(?<descent>[\w$-]+|\*)|\.(?<name>[^.[\]]+)|\[\s*(?:'(?<single>(?:[^'\\]|\\.)*)'|"(?<double>(?:[^"\\]|\\.)*)"|(?<slice>-?\d*:-?\d*)|(?<index>-?\d+)|(?<all>\*)|\?\((?<filter>.*?)\))\s*\]/gy;
const FILTER = /^@\.?(?<path>[^\s=<>!]*)\s*(?:(?<op>==|!=|<=|>=|<|>)\s*(?<value>.+))?$/s;
/**
 * Maximum number of values that the paths of a state visit. Ours: the largest data of a state has 130,000,
 * and each descent visits them again.
 */
const MAX_LOOKS = 500_000;
/**
 * Maximum size as JSON of the values passed to the calls of a state, in bytes. Ours: sixteen times its data.
 */
const MAX_GIVEN_BYTES = 16 * MAX_DATA_BYTES;
/** Maximum number of steps to the location of a new value. Ours: JSON input is not nested deeper either. */
const MAX_DEPTH = 1_000;

/** The comparison operators of a filter. */
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

/** What one state may still use of the thread's time, because it may contain thousands of paths and calls. */
export interface Allowance {
  looks: number;
  givenBytes: number;
}

export const createAllowance = (): Allowance => ({ looks: MAX_LOOKS, givenBytes: MAX_GIVEN_BYTES });

/** Deducts visited values from the allowance. @throws ExecutionFailed */
function look(allowance: Allowance, values: number): void {
  allowance.looks -= values;
  if (allowance.looks < 0)
    throw new ExecutionFailed(
      'States.Runtime',
      `The paths of a state lead over more than ${MAX_LOOKS} values`,
    );
}

/** A value and all values within it, in document order. */
function descendants(value: unknown, allowance: Allowance): unknown[] {
  const found: unknown[] = [];
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    found.push(next);
    for (const inner of [...valuesOf(next)].reverse()) waiting.push(inner);
    look(allowance, 1);
  }
  return found;
}

function member(value: unknown, name: string): unknown[] {
  return isObject(value) && Object.hasOwn(value, name) ? [value[name]] : [];
}

function filtered(value: unknown, text: string, allowance: Allowance): unknown[] {
  const { path = '', op, value: wanted = '' } = (FILTER.exec(text.trim())?.groups ?? {}) as Groups;
  const steps = stepsOf(path === '' || path.startsWith('[') ? path : `.${path}`);
  const literal: unknown = op === undefined ? undefined : JSON.parse(wanted.replace(/^'(.*)'$/s, '"$1"'));
  return valuesOf(value).filter((item) => {
    const [found] = nodesOf(item, steps, allowance);
    if (op === undefined) return found !== undefined;
    return COMPARISONS[op]?.(found as never, literal as never) ?? false;
  });
}

function stepFrom(value: unknown, groups: Groups, allowance: Allowance): unknown[] {
  const { descent, name, single, double, slice, index, all, filter } = groups;
  if (descent !== undefined)
    return descendants(value, allowance).flatMap((one) =>
      descent === '*' ? valuesOf(one) : member(one, descent),
    );
  if (all !== undefined || name === '*') return valuesOf(value);
  if (filter !== undefined) return filtered(value, filter, allowance);
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

/** Parses the steps of a path after its root, each only once. @throws ExecutionFailed for an invalid step */
function stepsOf(text: string): Groups[] {
  const steps: Groups[] = [];
  for (let at = 0; at < text.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const groups = STEP.exec(text)?.groups;
    if (!groups) throw new ExecutionFailed('States.Runtime', `Invalid path "${text}"`);
    steps.push(groups);
  }
  return steps;
}

const leadsToMany = ({ descent, all, slice, filter, name }: Groups): boolean =>
  name === '*' || [descent, all, slice, filter].some((kind) => kind !== undefined);

/** The values to which the steps lead. */
function nodesOf(root: unknown, steps: readonly Groups[], allowance: Allowance): unknown[] {
  let nodes: unknown[] = [root];
  for (const step of steps) {
    if (nodes.length === 0) break;
    nodes = nodes.flatMap((node) => {
      const next = stepFrom(node, step, allowance);
      look(allowance, 1 + next.length);
      return next;
    });
  }
  return nodes;
}

/** The possible roots of a path: the data, the context object, and the variables. */
export interface PathRoots {
  data: unknown;
  context: unknown;
  variables: Readonly<Record<string, unknown>>;
  /** Shared by all paths and calls of the state. */
  allowance: Allowance;
}

/** The value of a path; undefined if it leads nowhere. @throws ExecutionFailed if it is not a valid path */
export function findPath(path: string, { data, context, variables, allowance }: PathRoots): unknown {
  const [, sign = '', rest = ''] = /^(\$\$|\$[A-Za-z_]\w*|\$)(.*)$/s.exec(path) ?? [];
  if (sign === '') throw new ExecutionFailed('States.Runtime', `Invalid path "${path}": it begins with $`);
  const root = sign === '$' ? data : sign === '$$' ? context : variables[sign.slice(1)];
  if (root === undefined) return undefined;
  const steps = stepsOf(rest);
  const nodes = nodesOf(root, steps, allowance);
  // Steps that may select several values give a list, even of a single value.
  return steps.some(leadsToMany) ? nodes : nodes[0];
}

/** The value of a path. @throws ExecutionFailed if the path leads nowhere */
export function readPath(path: string, roots: PathRoots): unknown {
  const found = findPath(path, roots);
  if (found !== undefined) return found;
  const text = `The JSONPath '${path}' could not be found in the input '${JSON.stringify(roots.data)?.slice(0, 500)}'`;
  throw new ExecutionFailed('States.ParameterPathFailure', text);
}

/** A copy of the data with the value set at a reference path. */
export function withValueAt(path: string, data: unknown, value: unknown): unknown {
  STEP.lastIndex = 0;
  const names = [...path.slice(1).matchAll(STEP)].map(({ groups = {} }) => {
    const { name, single, double, index } = groups as Groups;
    return index === undefined ? (name ?? single ?? double ?? '') : Number(index);
  });
  if (names.length > MAX_DEPTH)
    throw new ExecutionFailed('States.Runtime', `A path to a place has at most ${MAX_DEPTH} steps`);
  const place = (at: unknown, [name, ...rest]: (string | number)[]): unknown => {
    if (name === undefined) return value;
    if (typeof name === 'number' && Array.isArray(at)) return at.with(name, place(at[name], rest));
    const record = isObject(at) ? at : {};
    return { ...record, [name]: place(record[name], rest) };
  };
  return place(data, names);
}
