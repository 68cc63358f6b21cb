import { type Failure, INVALID_LEG, invalidParameter } from '../failures.ts';
import { oneOf, text } from '../schema/kinds.ts';
import type { Flaw } from '../schema/schema.ts';
import {
  type Field,
  type Fields,
  type MeantFields,
  optional,
  readFields,
  required,
  shape,
  type WrittenFields,
} from '../schema/shape.ts';

/** One action of the service as a value: its name, its parameters, and the rules that involve several of them. */
export interface ActionSchema<Type extends string = string, F extends Fields = Fields> {
  /** `Type` in the function's answer. */
  readonly type: Type;
  /**
   * The parameters in the order in which they are checked, without `CallId` and `ParticipantTag`, which every
   * action has.
   */
  readonly fields: F;
  /** Checks the rules that involve several parameters and returns the first violation. */
  rules(parameters: MeantFields<F>): Flaw | undefined;
  /** Fills in defaults that are other parameters' values. */
  complete(parameters: MeantFields<F>): MeantFields<F>;
}

interface Definition<Type extends string, F extends Fields> {
  type: Type;
  fields: F;
  rules?(parameters: MeantFields<F>): Flaw | undefined;
  complete?(parameters: MeantFields<F>): MeantFields<F>;
}

/** Makes the schema of an action from its fields. */
export function actionSchema<const Type extends string, F extends Fields>({
  rules = () => undefined,
  complete = (parameters) => parameters,
  ...definition
}: Definition<Type, F>): ActionSchema<Type, F> {
  return { ...definition, rules, complete };
}

/**
 * Select the leg that an action runs on. Without them the action's default applies: usually the leg that the
 * event was about.
 */
export const LEG_FIELDS = {
  /** Id of a connected leg, as the event's `Participants` list it. Takes precedence over `ParticipantTag` (T-022). */
  CallId: optional(text({ what: 'the CallId of a connected leg' }), { failure: INVALID_LEG }),
  /** Tag of a connected leg. */
  ParticipantTag: optional(oneOf('LEG-A', 'LEG-B'), { failure: INVALID_LEG }),
};

/** What an author writes under `Parameters`. */
export type WrittenParameters<S> =
  S extends ActionSchema<string, infer F> ? WrittenFields<F & typeof LEG_FIELDS> : never;

/** What events echo: defaults are filled in, and the leg that the action ran on is named. */
export type EchoedParameters<S> =
  S extends ActionSchema<string, infer F>
    ? MeantFields<F> & { CallId: string; ParticipantTag: 'LEG-A' | 'LEG-B' }
    : never;

/** Parameters after checking, with defaults filled in: what the action runs with. */
export type CheckedParameters<S> = S extends ActionSchema<string, infer F> ? MeantFields<F> : never;

/** One problem of an action's parameters, with the failure that the service reports for it. */
export interface ParameterProblem extends Flaw {
  readonly failure: Failure;
  /** True if the value must not be shown. */
  readonly secret: boolean;
}

/** The result of reading an action's parameters: the checked parameters, or the problems found. */
export interface ParametersReading<F extends Fields> {
  /** Checked, with defaults filled in; undefined if there are problems. */
  readonly parameters?: MeantFields<F>;
  /** ACTION_FAILED reports the first one. */
  readonly problems: readonly ParameterProblem[];
  /** What the service ignores: parameters that it does not know, and values that count as absent. */
  readonly passedOver: readonly ParameterProblem[];
}

/** Reads an action's parameters as the service does when the action's turn comes (pstn-audio 2.5 and 4). */
export function readParameters<F extends Fields>(
  schema: ActionSchema<string, F>,
  written: Readonly<Record<string, unknown>>,
): ParametersReading<F> {
  const { CallId: _callId, ParticipantTag: _tag, ...own } = written;
  const { value, flaws, passedOver } = readFields(schema.fields, own);
  const completed = value && schema.complete(value);
  const broken = completed && schema.rules(completed);
  const inWords = (flaw: Flaw) => problem(schema.fields, flaw);
  if (!completed || broken) {
    return { problems: (broken ? [broken] : flaws).map(inWords), passedOver: passedOver.map(inWords) };
  }
  return { parameters: completed, problems: [], passedOver: passedOver.map(inWords) };
}

function problem(fields: Fields, flaw: Flaw): ParameterProblem {
  const [name] = flaw.path;
  const failure =
    flaw.failure ?? fieldOf(fields, name)?.failure ?? invalidParameter(`The ${name} parameter is invalid.`);
  return { ...flaw, failure, secret: isSecret(fields, flaw.path) };
}

/** Looks up own members only: an answer may use a name such as `constructor`, which every object has. */
function fieldOf(fields: Fields, name: string | number | undefined): Field | undefined {
  return Object.hasOwn(fields, String(name)) ? fields[String(name)] : undefined;
}

/** Whether a field on the flaw's path is secret. An object with a secret member counts as secret as a whole. */
function isSecret(fields: Fields, [name, ...inner]: Flaw['path']): boolean {
  const field = fieldOf(fields, name);
  if (!field) return false;
  if (field.secret) return true;
  const members = 'fields' in field.schema ? (field.schema.fields as Fields) : {};
  if (inner.length > 0) return isSecret(members, inner);
  return Object.keys(members).some((member) => isSecret(members, [member]));
}

/** A file in a bucket of the same account that the service may read: PCM WAV, at most 50 MB. DG: play-audio. */
export const AUDIO_FILE_FIELDS = {
  /** `S3` is the only supported kind of source. */
  Type: required(oneOf('S3')),
  /** Name of the bucket. */
  BucketName: required(text({ what: 'the name of a bucket' })),
  /** Key of the object in the bucket. */
  Key: required(text({ what: 'the key of a WAV file in the bucket' })),
};

/** A sound in S3, as functions name it. */
export type S3AudioSource = WrittenFields<typeof AUDIO_FILE_FIELDS>;

/** A sound in S3: its bucket and its key. */
export const AUDIO_FILE = shape(AUDIO_FILE_FIELDS, 'an object {Type: "S3", BucketName, Key}');
