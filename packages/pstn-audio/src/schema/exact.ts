import { bad, type Flaw, good, isObject, type Schema, within } from './schema.ts';
import { type Field, type Fields, type MeantFields, optional, unknownMembers } from './shape.ts';

/** Schemas of documents that the service itself sends: nothing is tolerated, nothing is filled in. */

/** An object with these members and no others. */
export function exactly<F extends Fields>(
  fields: F,
  what: string,
): Schema<MeantFields<F>, MeantFields<F>> & { readonly fields: F } {
  return {
    allowed: what,
    fields,
    read(value) {
      if (!isObject(value)) return bad(value, what);
      const flaws: Flaw[] = unknownMembers(value, Object.keys(fields));
      for (const [name, { schema, presence }] of Object.entries(fields)) {
        if (!Object.hasOwn(value, name)) {
          if (presence !== 'optional')
            flaws.push({ path: [name], value: undefined, allowed: schema.allowed });
          continue;
        }
        const reading = schema.read(value[name]);
        if ('flaws' in reading) flaws.push(...within(name, reading.flaws));
      }
      return flaws.length > 0 ? { flaws } : good(value as MeantFields<F>);
    },
  };
}

/** A member that this kind of document never has. */
export const NEVER: Field<Schema<never, never>, 'optional'> = optional({
  allowed: 'nothing',
  read: (value) => bad(value, 'nothing'),
});

/** A text that may be empty. */
export function exactText(what: string, pattern?: RegExp): Schema<string, string> {
  return {
    allowed: what,
    read: (value) =>
      typeof value === 'string' && (pattern?.test(value) ?? true) ? good(value) : bad(value, what),
  };
}

/** A whole number, not written as a string. */
export function exactNumber(min: number): Schema<number, number> {
  const allowed = `a whole number, ${min} or more`;
  return {
    allowed,
    read: (value) =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= min
        ? good(value)
        : bad(value, allowed),
  };
}
