/**
 * Values of the templates' parameters in the form of `cdk deploy --parameters`: `NAME=VALUE` or
 * `STACK:NAME=VALUE`. A name that begins with a slash is one of the parameter store, which a template may
 * read.
 */
import { UserError } from '#platform';
import type { SynthesisedStack } from '#template';

/** Adds the values to the stacks. @throws UserError for a name that no template has, or a missing value */
export function withParameters(
  stacks: readonly SynthesisedStack[],
  given: Readonly<Record<string, string>> = {},
): SynthesisedStack[] {
  const stored = Object.entries(given).filter(([name]) => name.startsWith('/'));
  const unused = new Set(Object.keys(given).filter((name) => !name.startsWith('/')));
  const result = stacks.map((stack) => {
    const parameters: Record<string, string> = { ...stack.parameters };
    for (const name of Object.keys(stack.template.Parameters ?? {})) {
      for (const key of [name, `${stack.stackName}:${name}`]) {
        if (given[key] === undefined) continue;
        parameters[name] = given[key];
        unused.delete(key);
      }
    }
    return { ...stack, parameters };
  });
  if (unused.size > 0) {
    const known = stacks.flatMap(({ template }) => Object.keys(template.Parameters ?? {}));
    const have = known.length > 0 ? `they are ${[...new Set(known)].join(', ')}` : 'it has none';
    throw new UserError(`The application has no parameter ${[...unused].join(', ')}: ${have}.`);
  }
  for (const stack of result) checkComplete(stack);
  return stored.length > 0 ? [storeOf(stored), ...result] : result;
}

/** A stack that comes first, so that the others find the given values in the parameter store. */
function storeOf(values: readonly [string, string][]): SynthesisedStack {
  const resources = values.map(([Name, Value], index) => [
    `Parameter${index + 1}`,
    { Type: 'AWS::SSM::Parameter', Properties: { Name, Value, Type: 'String' } },
  ]);
  return {
    stackName: 'StoredParameters',
    template: { Resources: Object.fromEntries(resources) },
    assets: new Map(),
  };
}

function checkComplete({ stackName, template, parameters = {} }: SynthesisedStack): void {
  const missing = Object.entries(template.Parameters ?? {})
    .filter(([name, { Default }]) => Default === undefined && parameters[name] === undefined)
    .map(([name, { Description }]) => (Description ? `${name} (${Description})` : name));
  if (missing.length === 0) return;
  throw new UserError(
    `The stack ${stackName} needs a value for ${missing.join(', ')}: give each with --parameter NAME=VALUE.`,
  );
}
