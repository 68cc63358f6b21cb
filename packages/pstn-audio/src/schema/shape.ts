import type { Failure } from '../failures.ts';
import { didYouMean } from './did-you-mean.ts';
import {
  bad,
  type Flaw,
  good,
  isAbsent,
  isObject,
  type Meant,
  type Schema,
  type Written,
  within,
} from './schema.ts';

/** Objects whose members have names. */

export type Presence = 'required' | 'optional' | 'defaulted';

/** A member of a shape. */
export interface Field<S extends Schema = Schema, P extends Presence = Presence> {
  readonly schema: S;
  readonly presence: P;
  /** The value that counts if the member is absent. */
  readonly byDefault?: Meant<S>;
  /** Set if the value must not be shown in a log: a token, digits. */
  readonly secret?: true;
  /** The service's error if the value is wrong (or missing, unless `missing` is given). */
  readonly failure?: Failure;
  readonly missing?: Failure;
  /** Set if an invalid value is treated as absent and only noted. */
  readonly lenient?: true;
}

type FieldOptions = Pick<Field, 'secret' | 'failure' | 'missing' | 'lenient'>;

/** A member that must be present. */
export function required<S extends Schema>(schema: S, options: FieldOptions = {}): Field<S, 'required'> {
  return { schema, presence: 'required', ...options };
}

/** A member that may be left out. */
export function optional<S extends Schema>(schema: S, options: FieldOptions = {}): Field<S, 'optional'> {
  return { schema, presence: 'optional', ...options };
}

/** A member that has this value if it is left out. */
export function defaulted<S extends Schema>(
  schema: S,
  byDefault: Meant<S>,
  options: FieldOptions = {},
): Field<S, 'defaulted'> {
  return { schema, presence: 'defaulted', byDefault, ...options };
}

/** A member whose default is another parameter's value: the schema's `complete` fills it in. */
export function waiting<S extends Schema>(schema: S, options: FieldOptions = {}): Field<S, 'defaulted'> {
  return { schema, presence: 'defaulted', ...options };
}

/** The members of an object, by name. */
export type Fields = Readonly<Record<string, Field>>;

type Simplified<T> = { [K in keyof T]: T[K] };
type Having<F extends Fields, P extends Presence> = keyof {
  [K in keyof F as F[K]['presence'] extends P ? K : never]: unknown;
} &
  keyof F;

/** The type that authors write. */
export type WrittenFields<F extends Fields> = Simplified<
  { [K in keyof F as K extends Having<F, 'required'> ? K : never]: Written<F[K]['schema']> } & {
    [K in keyof F as K extends Having<F, 'optional' | 'defaulted'> ? K : never]?: Written<F[K]['schema']>;
  }
>;

/** The type after reading, with defaults filled in. */
export type MeantFields<F extends Fields> = Simplified<
  { [K in keyof F as K extends Having<F, 'required' | 'defaulted'> ? K : never]: Meant<F[K]['schema']> } & {
    [K in keyof F as K extends Having<F, 'optional'> ? K : never]?: Meant<F[K]['schema']>;
  }
>;

/** The result of reading an object's members: what they mean, or what is wrong with them. */
export interface ShapeReading<F extends Fields> {
  /** Undefined if anything is wrong. */
  readonly value?: MeantFields<F>;
  /** What is wrong, in the order of the fields. */
  readonly flaws: readonly Flaw[];
  /** What is ignored: members that have no field, and invalid values that count as absent. */
  readonly passedOver: readonly Flaw[];
}

/** Reads an object member by member, in the order of the fields. */
export function readFields<F extends Fields>(
  fields: F,
  written: Readonly<Record<string, unknown>>,
): ShapeReading<F> {
  const value: Record<string, unknown> = {};
  const flaws: Flaw[] = [];
  const passedOver: Flaw[] = unknownMembers(written, Object.keys(fields));
  for (const [name, field] of Object.entries(fields)) {
    const { found, wrong } = readField(name, field, written[name]);
    if (wrong && field.lenient) passedOver.push(...wrong);
    else if (wrong) flaws.push(...wrong);
    const meant = wrong ? field.byDefault : found;
    if (meant !== undefined) value[name] = meant;
  }
  return flaws.length > 0 ? { flaws, passedOver } : { value: value as MeantFields<F>, flaws, passedOver };
}

function readField(name: string, field: Field, written: unknown): { found?: unknown; wrong?: Flaw[] } {
  const { schema, presence, failure, missing = failure } = field;
  if (isAbsent(written)) {
    if (presence !== 'required') return { found: field.byDefault };
    const flaw: Flaw = { path: [name], value: written, allowed: `${schema.allowed}; it is required` };
    return { wrong: [missing ? { ...flaw, failure: missing } : flaw] };
  }
  const reading = schema.read(written);
  if (!('flaws' in reading)) return { found: reading.value };
  return {
    wrong: within(name, reading.flaws).map((flaw) =>
      flaw.failure === undefined && failure ? { ...flaw, failure } : flaw,
    ),
  };
}

/** Members that the schema does not know, each with the most similar unused name. */
export function unknownMembers(written: Readonly<Record<string, unknown>>, names: readonly string[]): Flaw[] {
  const free = names.filter((name) => isAbsent(written[name]));
  return Object.keys(written)
    .filter((name) => !names.includes(name))
    .map((name) => {
      const meant = didYouMean(name, free);
      const allowed = names.length > 0 ? `one of ${names.join(', ')}` : 'nothing';
      const guess = meant ? { didYouMean: meant } : {};
      return { path: [name], value: written[name], allowed, unknown: true, ...guess };
    });
}

/** An object within another one; members without a field are ignored. */
export function shape<F extends Fields>(
  fields: F,
  what: string,
): Schema<WrittenFields<F>, MeantFields<F>> & { readonly fields: F } {
  return {
    allowed: what,
    fields,
    read(value) {
      if (!isObject(value)) return bad(value, what);
      const { value: meant, flaws } = readFields(fields, value);
      return meant === undefined ? { flaws } : good(meant);
    },
  };
}
