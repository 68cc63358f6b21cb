import { isDeepStrictEqual } from 'node:util';
import { type ResolutionScope, resolveConditions, resolveValue } from '../template/intrinsics.ts';
import { creationOrder } from '../template/order.ts';
import { type SynthesisedStack, TemplateError, type TemplateResource } from '../template/template.ts';
import { makersByType, recordedOnly } from './makers.ts';
import type { ResourceState, Workshop } from './resource.ts';
import type { StackState } from './stack-state.ts';

/** The resolved `Outputs` of the stack, by logical id. */
export type StackOutputs = Record<string, string>;

function makeScope(
  stack: SynthesisedStack,
  workshop: Workshop,
  made: Map<string, ResourceState>,
): ResolutionScope {
  const { home } = workshop;
  const scope: ResolutionScope = {
    pseudo: {
      'AWS::Region': home.region,
      'AWS::AccountId': home.accountId,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': home.stackName,
      'AWS::StackId': `arn:aws:cloudformation:${home.region}:${home.accountId}:stack/${home.stackName}/local`,
      'AWS::NotificationARNs': [],
    },
    parameters: Object.fromEntries(
      Object.entries(stack.template.Parameters ?? {}).map(([name, parameter]) => [
        name,
        parameter.Default ?? '',
      ]),
    ),
    mappings: stack.template.Mappings ?? {},
    conditions: {},
    ref: (id) => made.get(id)?.physicalId,
    attribute: (id, name) => made.get(id)?.attributes[name],
  };
  resolveConditions(stack.template, scope);
  return scope;
}

/** The cloud serves the page by https; this home's page is on the loopback, where http is a secure context. */
function atHome(value: unknown, home: Workshop['home']): unknown {
  const httpsOrigin = home.consoleOrigin.replace(/^http:/, 'https:');
  const replace = (inner: unknown): unknown => {
    if (typeof inner === 'string') return inner.replaceAll(httpsOrigin, home.consoleOrigin);
    if (Array.isArray(inner)) return inner.map(replace);
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, replace(item)]));
  };
  return replace(value);
}

async function provisionOne(
  logicalId: string,
  resource: TemplateResource,
  scope: ResolutionScope,
  state: StackState,
  workshop: Workshop,
): Promise<ResourceState> {
  const maker = makersByType(resource.Type);
  if (!maker) {
    workshop.log.warn(
      `${logicalId} (${resource.Type}) is noted but not built: this runtime has no such service.`,
    );
  }
  const properties = atHome(resolveValue(resource.Properties ?? {}, scope), workshop.home) as Record<
    string,
    unknown
  >;
  const previous = state.get(logicalId);
  const known = previous?.type === resource.Type ? previous : undefined;
  const request = {
    logicalId,
    type: resource.Type,
    properties,
    ...(known ? { previous: known } : {}),
    unchanged: known !== undefined && isDeepStrictEqual(known.properties, properties),
  };
  try {
    const { physicalId, attributes } = await (maker ?? recordedOnly).make(request, workshop);
    return { type: resource.Type, physicalId, attributes, properties };
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    throw new TemplateError(`${logicalId} (${resource.Type}) could not be made: ${(error as Error).message}`);
  }
}

/**
 * Builds everything that the template names, in the order of its references, and takes away what the last
 * start had and the template no longer names.
 * @throws TemplateError that names the resource.
 */
export async function provisionStack(
  stack: SynthesisedStack,
  workshop: Workshop,
  state: StackState,
): Promise<StackOutputs> {
  const made = new Map<string, ResourceState>();
  const scope = makeScope(stack, workshop, made);
  for (const logicalId of creationOrder(stack.template)) {
    const resource = stack.template.Resources[logicalId] as TemplateResource;
    if (resource.Condition && !scope.conditions[resource.Condition]) continue;
    const result = await provisionOne(logicalId, resource, scope, state, workshop);
    made.set(logicalId, result);
    state.set(logicalId, result);
  }
  for (const [logicalId, old] of state.entriesNewestFirst()) {
    if (made.has(logicalId)) continue;
    await makersByType(old.type)?.remove?.(logicalId, old, workshop);
    state.delete(logicalId);
  }
  const outputs: StackOutputs = {};
  for (const [name, output] of Object.entries(stack.template.Outputs ?? {})) {
    outputs[name] = String(atHome(resolveValue(output.Value, scope), workshop.home));
  }
  return outputs;
}
