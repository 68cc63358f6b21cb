import { type ResolutionScope, resolveConditions, resolveValue, TemplateError } from '#template';
import type { StackContext } from './context.ts';
import { plausibleValue } from './plausible-values.ts';
import type { Output, ResourceRecord, StackInput, StackRecord } from './records.ts';

/** Parameter types whose value is a list. User Guide, "Parameters section structure". */
const isList = (type: string | undefined): boolean =>
  type === 'CommaDelimitedList' || Boolean(type?.startsWith('List<')) || Boolean(type?.includes('<List<'));

function parameterValues({ template, parameters }: StackInput): Record<string, unknown> {
  return Object.fromEntries(
    parameters.map(({ key, value, resolved }) => {
      const text = resolved ?? value;
      const list = isList(template.Parameters?.[key]?.Type);
      return [key, list ? text.split(',').map((item) => item.trim()) : text];
    }),
  );
}

/** `ARN-or-name[:SecretString[:json-key[:…]]]`. User Guide, "Get a secret or secret value from Secrets Manager". */
const SECRET = /^(arn:[^:]+:[^:]+:[^:]+:[^:]+:secret:[^:]+|[^:]+)(?::SecretString)?(?::([^:]*))?/;

function secretValue(context: StackContext, reference: string): string {
  const [, named = '', key = ''] = SECRET.exec(reference) ?? [];
  const text = context.secret(named);
  if (text === undefined) {
    throw new TemplateError(`Secrets Manager can't find the specified secret. (${named})`);
  }
  if (key === '') return text;
  const value: unknown = (JSON.parse(text) as Record<string, unknown>)[key];
  if (value === undefined)
    throw new TemplateError(`Could not find a value associated with JSONKey in SecretString`);
  return String(value);
}

/** The value of a dynamic reference to the parameter store or to Secrets Manager. */
function dynamicValue(context: StackContext, reference: string): string | undefined {
  const [service, ...rest] = reference.split(':');
  if (service === 'secretsmanager') return secretValue(context, rest.join(':'));
  if (service !== 'ssm' && service !== 'ssm-secure') return undefined;
  const name = rest.join(':').replace(/:\d+$/, '');
  const value = context.parameterStore(name);
  if (value === undefined) {
    throw new TemplateError(`Parameters: [${reference}] cannot be found.`);
  }
  return value;
}

/** The scope in which a stack's intrinsic functions are resolved; resources are looked up in `made`. */
export function stackScope(
  context: StackContext,
  stack: StackRecord,
  input: StackInput,
  made: ReadonlyMap<string, Pick<ResourceRecord, 'physicalId' | 'attributes' | 'type'>>,
  imported: (name: string) => string | undefined,
): ResolutionScope {
  const scope: ResolutionScope = {
    pseudo: {
      'AWS::Region': context.region,
      'AWS::AccountId': context.accountId,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack.stackName,
      'AWS::StackId': stack.stackId,
      'AWS::NotificationARNs': stack.notificationArns,
    },
    parameters: parameterValues(input),
    mappings: input.template.Mappings ?? {},
    conditions: {},
    ref: (id) => made.get(id)?.physicalId,
    attribute(id, name) {
      const resource = made.get(id);
      if (!resource) return undefined;
      return attributeOf(resource.attributes, name) ?? plausibleAttribute(context, id, resource, name);
    },
    importValue: imported,
    dynamic: (reference) => dynamicValue(context, reference),
  };
  resolveConditions(input.template, scope);
  return scope;
}

/** An attribute by its name; a name with dots may be a path into objects. */
function attributeOf(attributes: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(attributes, name)) return attributes[name];
  let value: unknown = attributes;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/**
 * A stand-in for an unknown attribute. Custom resources get none: they have exactly what their function
 * returned.
 */
function plausibleAttribute(
  context: StackContext,
  logicalId: string,
  { type, physicalId }: Pick<ResourceRecord, 'type' | 'physicalId'>,
  name: string,
): string | undefined {
  if (isCustomType(type)) return undefined;
  context.shortfalls.attribute(logicalId, type, name);
  return plausibleValue({ type, physicalId, name }, context);
}

export const isCustomType = (type: string): boolean =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';

/** The stack's outputs with their values resolved. */
export function outputsOf(context: StackContext, input: StackInput, scope: ResolutionScope): Output[] {
  return Object.entries(input.template.Outputs ?? {})
    .filter(([, output]) => !output.Condition || scope.conditions[output.Condition])
    .map(([key, output]) => {
      const value = context.adapt(resolveValue(output.Value, scope));
      const exportName = output.Export ? String(resolveValue(output.Export.Name, scope)) : undefined;
      return {
        key,
        value: Array.isArray(value) ? value.join(',') : String(value),
        ...(output.Description ? { description: output.Description } : {}),
        ...(exportName ? { exportName } : {}),
      };
    });
}
