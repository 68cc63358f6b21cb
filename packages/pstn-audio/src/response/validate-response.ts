import {
  type ActionType,
  LEG_FIELDS,
  type ParameterProblem,
  readParameters,
  schemaOfAction,
} from '../actions/index.ts';
import { INVALID_LEG } from '../failures.ts';
import { isAbsent } from '../schema/schema.ts';
import { unknownMembers } from '../schema/shape.ts';
import { hidden, type ResponseProblem, responseProblem } from './problem.ts';
import { type ReadAction, readDocument, readResponse } from './read-response.ts';
import { differences, type Surroundings } from './surroundings.ts';

/**
 * Finds the problems of a function's answer without a call: each with its place, the value, what is allowed,
 * what was probably meant, and what the service would do about it. The list is empty if the service would
 * accept the answer, as far as that can be known without the call (legs, files, meetings).
 *
 * @param response the answer as JSON text, or the object itself
 * @param surroundings what is known about the environment in which it will be used; `{}` is enough. With it,
 * what works on this machine but may fail on AWS is reported too (`FAILS_ON_AWS`): a number reserved for
 * fiction, a WAV file's format
 */
export function validateResponse(response: unknown, surroundings?: Surroundings): ResponseProblem[] {
  const { actions, problems } =
    typeof response === 'string' ? readResponse(response) : readDocument(response);
  const ignored = [...unknownTopLevel(response)];
  const ofActions = actions.flatMap((action) => {
    const found = problemsOfAction(action);
    const fails = found.some(({ consequence }) => consequence === 'ACTION_FAILED');
    // For an action that fails anyway, the environment does not matter.
    return fails || !surroundings ? found : [...found, ...differences(action, surroundings)];
  });
  return [...problems, ...ofActions, ...ignored];
}

const TOP_LEVEL = ['SchemaVersion', 'Actions', 'TransactionAttributes'];

function unknownTopLevel(response: unknown): ResponseProblem[] {
  const document = typeof response === 'string' ? parsed(response) : response;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return [];
  return unknownMembers(document as Record<string, unknown>, TOP_LEVEL).map((flaw) =>
    responseProblem({ ...flaw, consequence: 'IGNORED' }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemsOfAction({ type, parameters, index }: ReadAction): ResponseProblem[] {
  const { problems, passedOver } = readParameters(schemaOfAction(type), parameters);
  return [
    ...legProblems(parameters).map((problem) => inResponse(index, type, problem, 'ACTION_FAILED')),
    ...problems.map((problem) => inResponse(index, type, problem, 'ACTION_FAILED')),
    ...passedOver.map((problem) => inResponse(index, type, problem, 'IGNORED')),
  ];
}

/**
 * Problems of the named leg, as far as they can be seen without the call. CallId takes precedence over
 * ParticipantTag.
 */
function legProblems({ CallId, ParticipantTag }: Readonly<Record<string, unknown>>): ParameterProblem[] {
  const name = isAbsent(CallId) ? 'ParticipantTag' : 'CallId';
  const value = isAbsent(CallId) ? ParticipantTag : CallId;
  if (isAbsent(value)) return [];
  const reading = LEG_FIELDS[name].schema.read(value);
  if (!('flaws' in reading)) return [];
  return reading.flaws.map((flaw) => ({ ...flaw, path: [name], failure: INVALID_LEG, secret: false }));
}

function inResponse(
  index: number,
  action: ActionType,
  { path, value, allowed, didYouMean, unknown, failure, secret }: ParameterProblem,
  consequence: 'ACTION_FAILED' | 'IGNORED',
): ResponseProblem {
  return responseProblem({
    consequence,
    action,
    path: ['Actions', index, 'Parameters', ...path],
    value: secret && value !== undefined ? hidden(value) : value,
    allowed,
    ...(didYouMean === undefined ? {} : { didYouMean }),
    ...(unknown ? { unknown } : {}),
    ...(consequence === 'ACTION_FAILED' ? failure : {}),
  });
}
