/**
 * Refuses names that a template does not declare where nothing would look them up: a misspelt condition would
 * count as false, and a misspelt `DependsOn` as none. The messages are CloudFormation's.
 */
import { type Template, TemplateError } from './template.ts';

/** The names of conditions to which a value refers by `Fn::If`, or, in `Conditions`, by `Condition`. */
function conditionsIn(value: unknown, key: 'Fn::If' | 'Condition'): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const [first] = [inner].flat() as unknown[];
    const own = name === key && !Array.isArray(value) && typeof first === 'string' ? [first] : [];
    return [...own, ...conditionsIn(inner, key)];
  });
}

/** @throws TemplateError that names what the template does not declare */
export function checkNames({ Resources, Conditions = {}, Outputs = {} }: Template): void {
  const isUnknown = (condition: string): boolean => !Object.hasOwn(Conditions, condition);
  const blocks = { Resources, Outputs };
  for (const [block, entries] of Object.entries(blocks)) {
    const unknown = Object.values(entries).find(({ Condition }) => Condition && isUnknown(Condition));
    if (unknown) throw unresolved(`condition dependency ${unknown.Condition}`, block);
  }
  const inConditions = conditionsIn(Conditions, 'Condition').find(isUnknown);
  if (inConditions !== undefined) throw unresolved(`condition dependency ${inConditions}`, 'Conditions');
  const values = [
    ...Object.values(Resources).map(({ Properties }) => Properties),
    ...Object.values(Outputs).map(({ Value }) => Value),
  ];
  const inIf = conditionsIn(values, 'Fn::If').find(isUnknown);
  if (inIf !== undefined)
    throw new TemplateError(`Template error: unresolved condition dependency ${inIf} in Fn::If`);
  for (const { DependsOn } of Object.values(Resources)) {
    const id = [DependsOn ?? []].flat().find((one) => !Object.hasOwn(Resources, one));
    if (id !== undefined) throw unresolved(`resource dependencies [${id}]`, 'Resources');
  }
}

const unresolved = (what: string, block: string): TemplateError =>
  new TemplateError(`Template format error: Unresolved ${what} in the ${block} block of the template`);
