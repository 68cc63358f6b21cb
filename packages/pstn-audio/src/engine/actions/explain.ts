import type { ActionSchema, ParameterProblem } from '../../actions/index.ts';
import { SYSTEM_ERROR } from '../../failures.ts';
import { explain, hidden, pathOf, type ResponseProblem } from '../../response/problem.ts';
import type { RawParameters } from '../../response/read-response.ts';
import { isAbsent } from '../../schema/schema.ts';
import { type Call, liveLegs, type QueuedAction } from '../call.ts';
import type { ActionFailure } from './action.ts';

/** Explains an action's invalid parameters to the function and in the message log. */

/** The function is told only the first problem; the log explains all of them. */
export function failureOf(
  schema: ActionSchema,
  index: number,
  problems: readonly ParameterProblem[],
): ActionFailure {
  return {
    ...(problems[0]?.failure ?? SYSTEM_ERROR),
    logTexts: problems.map((problem) => say(schema, index, problem)),
  };
}

/** One sentence for each value that is ignored. */
export function passedOverTexts(
  schema: ActionSchema,
  index: number,
  passedOver: readonly ParameterProblem[],
): string[] {
  return passedOver
    .filter(({ value }) => !isAbsent(value))
    .map((problem) => `${say(schema, index, problem)} It is ignored.`);
}

/** Describes a problem in the words of `validateResponse`, with the action's type. */
function say(
  schema: ActionSchema,
  index: number,
  { path, value, secret, ...problem }: ParameterProblem,
): string {
  const shown = secret && value !== undefined ? hidden(value) : loggable(value);
  const where = pathOf(['Actions', index, 'Parameters', ...path]);
  return explain(`${where} (${schema.type})`, { ...problem, value: shown });
}

/** Explains that the action names a leg that the call does not have. */
export function noSuchLegText(call: Call, { type, index, parameters }: QueuedAction): string {
  const name = isAbsent(parameters.CallId) ? 'ParticipantTag' : 'CallId';
  const legs = liveLegs(call).map(({ participantTag, legId }) => `${participantTag} (${legId})`);
  const allowed = `a connected leg: ${legs.join(' or ')}`;
  const value = loggable(parameters[name]);
  return explain(`Actions[${index}].Parameters.${name} (${type})`, { value, allowed });
}

/** Describes a problem of the whole answer for the message log. */
export function responseText({ path, value, ...problem }: ResponseProblem): string {
  const shown =
    typeof value === 'string' && !/^[A-Za-z]{1,64}$/.test(value) ? hidden(value) : loggable(value);
  return explain(path || 'The answer', { ...problem, value: shown });
}

/** Hides lists and objects: the log shows single values only, as a whole document could contain anything. */
function loggable(value: unknown): unknown {
  if (Array.isArray(value)) return hidden(undefined, 'a list');
  return typeof value === 'object' && value !== null ? hidden(undefined, 'an object') : value;
}

/** The parameters that ACTION_FAILED echoes: those that the service knows, as written. */
export function knownParameters(schema: ActionSchema, written: RawParameters): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(schema.fields)
      .filter((name) => Object.hasOwn(written, name))
      .map((name) => [name, written[name]]),
  );
}
