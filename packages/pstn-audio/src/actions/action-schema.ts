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

/** One action of the service as a value: its name, its parameters, and what must hold of them together. */
export interface ActionSchema<Type extends string = string, F extends Fields = Fields> {
  /** `Type` in the function's answer. */
  readonly type: Type;
  /** Its parameters, without `CallId` and `ParticipantTag`, which every action has. In the order of the checks. */
  readonly fields: F;
  /** What must hold of several parameters together; the first one that does not, counts. */
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

/** The leg an action is for. With neither, the action's own default: mostly the leg that the event was about. */
export const LEG_FIELDS = {
  /** Id of a connected leg, as the event's `Participants` list it. Wins over `ParticipantTag` (T-022). */
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

/** Parameters after reading: what runs. */
export type CheckedParameters<S> = S extends ActionSchema<string, infer F> ? MeantFields<F> : never;

/** One thing that is wrong with an action's parameters, with what the service says of it. */
export interface ParameterProblem extends Flaw {
  readonly failure: Failure;
  /** The value must not be shown. */
  readonly secret: boolean;
}

/** What became of an action's parameters: as meant, or what is wrong with them. */
export interface ParametersReading<F extends Fields> {
  /** Checked, with defaults; undefined when there are problems. */
  readonly parameters?: MeantFields<F>;
  /** The first one is what ACTION_FAILED tells. */
  readonly problems: readonly ParameterProblem[];
  /** What the service passes over: parameters that it does not know, and values that count as absent. */
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

/** An author's own name may be that of a member that every object has. */
function fieldOf(fields: Fields, name: string | number | undefined): Field | undefined {
  return Object.hasOwn(fields, String(name)) ? fields[String(name)] : undefined;
}

/** Whether a member on the way there is a secret; an object that may hold one is not shown as a whole. */
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
  /** The only kind of source there is. */
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
