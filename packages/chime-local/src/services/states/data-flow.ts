/** The input and output processing of states in both query languages. */
import { holds } from './choice.ts';
import {
  type Catcher,
  type ChoiceRule,
  ExecutionFailed,
  type QueryLanguage,
  type State,
} from './definition.ts';
import { fillTemplate } from './intrinsic-functions.ts';
import { type Allowance, type PathRoots, readPath, withValueAt } from './json-path.ts';
import { evaluate } from './jsonata.ts';

/** The data that a state can refer to, including its input. */
export interface Frame {
  input: unknown;
  variables: Readonly<Record<string, unknown>>;
  /** The context object, which is `$$` or `$states.context`. Developer guide, "Context object". */
  context: Readonly<Record<string, unknown>>;
  /** The allowance of this state. */
  allowance: Allowance;
}

/** The data passed on to the next state. */
export interface Outcome {
  output: unknown;
  variables: Readonly<Record<string, unknown>>;
}

export interface ErrorOutput {
  Error: string;
  Cause: string;
}

export interface DataFlow {
  /** The effective input of the state. */
  arguments(state: State, frame: Frame): Promise<unknown>;
  finish(state: State, frame: Frame, result: unknown): Promise<Outcome>;
  caught(catcher: Catcher, frame: Frame, error: ErrorOutput): Promise<Outcome>;
  /** A member that may be given literally, by a path (`NamePath`), or as an expression. */
  value(state: State, name: keyof State, frame: Frame): Promise<unknown>;
  /** The first rule that holds; undefined if none does. */
  choose(state: State, frame: Frame): Promise<ChoiceRule | undefined>;
  items(state: State, frame: Frame): Promise<unknown>;
  /** The input of one iteration of a `Map`. The frame's context contains the item. */
  item(state: State, frame: Frame, item: unknown): Promise<unknown>;
}

const rootsOf = ({ variables, context, allowance }: Frame, data: unknown): PathRoots => ({
  data,
  variables,
  context,
  allowance,
});
const pathOf = (path: string | null | undefined, data: unknown, frame: Frame): unknown =>
  path === null ? {} : path === undefined || path === '$' ? data : readPath(path, rootsOf(frame, data));

function assigned(
  assign: Record<string, unknown> | undefined,
  frame: Frame,
  data: unknown,
): Outcome['variables'] {
  if (!assign) return frame.variables;
  return { ...frame.variables, ...(fillTemplate(assign, rootsOf(frame, data)) as Record<string, unknown>) };
}

/** States that have no result, and no field for one. */
const WITHOUT_RESULT = ['Choice', 'Wait', 'Succeed'];

const jsonPath: DataFlow = {
  async arguments({ InputPath, Parameters }, frame) {
    const data = pathOf(InputPath, frame.input, frame);
    return Parameters === undefined ? data : fillTemplate(Parameters, rootsOf(frame, data));
  },
  async finish(state, frame, result) {
    const { ResultSelector, ResultPath = '$', OutputPath, InputPath, Type } = state;
    const selected =
      ResultSelector === undefined ? result : fillTemplate(ResultSelector, rootsOf(frame, result));
    const output = WITHOUT_RESULT.includes(Type)
      ? pathOf(InputPath, frame.input, frame)
      : ResultPath === null
        ? frame.input
        : withValueAt(ResultPath, frame.input, selected);
    const variables = assigned(state.Assign, frame, selected);
    return { output: pathOf(OutputPath, output, { ...frame, variables }), variables };
  },
  async caught({ ResultPath = '$', Assign }, frame, error) {
    const output = ResultPath === null ? frame.input : withValueAt(ResultPath, frame.input, error);
    return { output, variables: assigned(Assign, frame, error) };
  },
  async value(state, name, frame) {
    const path = state[`${name}Path` as keyof State] as string | undefined;
    if (path === undefined) return state[name];
    const roots = rootsOf(frame, frame.input);
    return path.startsWith('States.') ? fillTemplate({ 'value.$': path }, roots) : readPath(path, roots);
  },
  async choose({ Choices = [], InputPath }, frame) {
    const roots = rootsOf(frame, pathOf(InputPath, frame.input, frame));
    return Choices.find((rule) => holds(rule, roots));
  },
  async items({ ItemsPath, InputPath }, frame) {
    return pathOf(ItemsPath, pathOf(InputPath, frame.input, frame), frame);
  },
  async item({ ItemSelector, Parameters, InputPath }, frame, item) {
    const template = ItemSelector ?? Parameters;
    const data = pathOf(InputPath, frame.input, frame);
    return template === undefined ? item : fillTemplate(template, rootsOf(frame, data));
  },
};

const bindings = ({ input, variables, context }: Frame, more: Record<string, unknown> = {}) => ({
  ...variables,
  states: { input, context, ...more },
});

async function outcome(
  { Output, Assign }: Pick<State, 'Output' | 'Assign'>,
  frame: Frame,
  more: Record<string, unknown>,
  otherwise: unknown,
): Promise<Outcome> {
  const bound = bindings(frame, more);
  const output = Output === undefined ? otherwise : await evaluate(Output, bound);
  const variables = (await evaluate(Assign ?? {}, bound)) as Record<string, unknown>;
  return { output, variables: { ...frame.variables, ...variables } };
}

const jsonata: DataFlow = {
  arguments: async ({ Arguments }, frame) =>
    Arguments === undefined ? frame.input : evaluate(Arguments, bindings(frame)),
  finish: (state, frame, result) => outcome(state, frame, { result }, result),
  caught: (catcher, frame, errorOutput) => outcome(catcher, frame, { errorOutput }, errorOutput),
  value: (state, name, frame) => evaluate(state[name], bindings(frame)),
  async choose({ Choices = [] }, frame) {
    for (const rule of Choices) {
      const verdict = await evaluate(rule.Condition, bindings(frame));
      if (verdict === true) return rule;
      if (verdict !== false)
        throw new ExecutionFailed('States.QueryEvaluationError', 'A Condition is neither true nor false');
    }
    return undefined;
  },
  items: async ({ Items }, frame) => (Items === undefined ? frame.input : evaluate(Items, bindings(frame))),
  item: async ({ ItemSelector }, frame, item) =>
    ItemSelector === undefined ? item : evaluate(ItemSelector, bindings(frame)),
};

export const dataFlowOf = (language: QueryLanguage | undefined): DataFlow =>
  language === 'JSONata' ? jsonata : jsonPath;
