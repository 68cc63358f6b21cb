import { isObject } from '#platform';
/**
 * The transform of the Serverless Application Model, from its resources to CloudFormation's. SAM
 * specification.
 */
import { type Template, TemplateError, type TemplateResource } from '../template.ts';
import { Expansion, recordOf, type SamResource } from './expansion.ts';
import { addFunction, codeOf, IMPLICIT_HTTP_API, IMPLICIT_REST_API } from './function.ts';
import type { ApiEvent } from './function-events.ts';
import { addHttpApi } from './http-api.ts';
import { withoutSamReferences } from './references.ts';
import { addRestApi } from './rest-api.ts';
import { addStateMachine } from './state-machine.ts';

export const SAM_TRANSFORM = 'AWS::Serverless-2016-10-31';

const PREFIX = 'AWS::Serverless::';
const API_TYPES = ['Api', 'HttpApi'];

/** Attribute types of a simple table's key. */
const KEY_TYPES: Readonly<Record<string, string>> = { String: 'S', Number: 'N', Binary: 'B' };

/** Whether the value is an intrinsic function, such as `{ Ref: 'Table' }`. */
function isIntrinsic(value: unknown): boolean {
  const [name = '', ...others] = isObject(value) ? Object.keys(value) : [];
  return others.length === 0 && (name === 'Ref' || name === 'Condition' || name.startsWith('Fn::'));
}

/**
 * The `Globals` of the type, overridden by the resource's own members: maps are merged, lists concatenated.
 * An intrinsic function stands for a single value, so the resource's own replaces it.
 */
export function merged(general: unknown, own: unknown): unknown {
  if (Array.isArray(general) && Array.isArray(own)) return [...general, ...own];
  if (!isObject(general) || !isObject(own)) return own === undefined ? general : own;
  if (isIntrinsic(general) || isIntrinsic(own)) return own;
  const names = new Set([...Object.keys(general), ...Object.keys(own)]);
  return Object.fromEntries([...names].map((name) => [name, merged(general[name], own[name])]));
}

function addSimpleTable(expansion: Expansion, from: SamResource): [] {
  const { PrimaryKey, TableName, ProvisionedThroughput } = from.properties;
  const { Name = 'id', Type = 'String' } = recordOf(PrimaryKey);
  expansion.add(
    from.id,
    'AWS::DynamoDB::Table',
    {
      TableName,
      AttributeDefinitions: [{ AttributeName: Name, AttributeType: KEY_TYPES[String(Type)] ?? 'S' }],
      KeySchema: [{ AttributeName: Name, KeyType: 'HASH' }],
      ProvisionedThroughput,
      BillingMode: ProvisionedThroughput === undefined ? 'PAY_PER_REQUEST' : undefined,
    },
    from,
  );
  return [];
}

function addLayer(expansion: Expansion, from: SamResource): [] {
  const { ContentUri, LayerName, CompatibleRuntimes, Description } = from.properties;
  const Content = codeOf(ContentUri, undefined);
  expansion.add(
    from.id,
    'AWS::Lambda::LayerVersion',
    { Content, LayerName, CompatibleRuntimes, Description },
    from,
  );
  return [];
}

function addApplication(expansion: Expansion, from: SamResource): [] {
  const { Location, Parameters } = from.properties;
  if (typeof Location !== 'string') {
    expansion.refuse(from, 'applications of the Serverless Application Repository cannot be had here.');
  }
  expansion.add(from.id, 'AWS::CloudFormation::Stack', { TemplateURL: Location, Parameters }, from);
  return [];
}

/** Resource types other than APIs, and the functions that expand them. */
const TYPES: Readonly<Record<string, (expansion: Expansion, from: SamResource) => ApiEvent[]>> = {
  Function: addFunction,
  SimpleTable: addSimpleTable,
  LayerVersion: addLayer,
  Application: addApplication,
  StateMachine: addStateMachine,
};

/** The SAM types that are supported here. */
export const SAM_TYPES: readonly string[] = [...Object.keys(TYPES), ...API_TYPES].map(
  (name) => `${PREFIX}${name}`,
);

/** True if SAM's transform is the only one of the template. */
export function isSam({ Transform }: Template): boolean {
  const transforms = [Transform ?? []].flat();
  return transforms.length === 1 && transforms[0] === SAM_TRANSFORM;
}

/** @throws TemplateError that names what is not supported */
export function expandSam(template: Template): Template {
  const { Globals, Transform: _, ...rest } = template as Template & { Globals?: Record<string, unknown> };
  const expansion = new Expansion({ ...rest, Resources: { ...rest.Resources } });
  const apis: SamResource[] = [];
  const events: ApiEvent[] = [];
  for (const [id, resource] of Object.entries(rest.Resources)) {
    if (!resource.Type.startsWith(PREFIX)) {
      expansion.resources[id] = expansion.template.Resources[id] as TemplateResource;
      continue;
    }
    const name = resource.Type.slice(PREFIX.length);
    const from = { id, resource, properties: recordOf(merged(Globals?.[name], resource.Properties ?? {})) };
    if (API_TYPES.includes(name)) apis.push(from);
    else {
      const add = TYPES[name];
      // An unknown type is recorded as it is and listed with everything that is not emulated.
      if (add) events.push(...add(expansion, from));
      else expansion.resources[id] = resource;
    }
  }
  addApis(expansion, apis, events, Globals ?? {});
  return withoutSamReferences({ ...rest, Resources: expansion.resources }, expansion);
}

function addApis(
  expansion: Expansion,
  apis: readonly SamResource[],
  events: readonly ApiEvent[],
  globals: Record<string, unknown>,
): void {
  const implicit = (id: string, kind: string): SamResource => ({
    id,
    resource: { Type: `${PREFIX}${kind}` },
    properties: recordOf(globals[kind]),
  });
  const used = (id: string): boolean => events.some(({ apiId }) => apiId === id);
  const all = [
    ...apis,
    ...(used(IMPLICIT_REST_API) ? [implicit(IMPLICIT_REST_API, 'Api')] : []),
    ...(used(IMPLICIT_HTTP_API) ? [implicit(IMPLICIT_HTTP_API, 'HttpApi')] : []),
  ];
  for (const api of all) {
    const own = events.filter(({ apiId }) => apiId === api.id);
    if (api.resource.Type === `${PREFIX}HttpApi`) addHttpApi(expansion, api, own);
    else addRestApi(expansion, api, own);
  }
  const lost = events.find(({ apiId }) => !all.some(({ id }) => id === apiId));
  if (lost)
    throw new TemplateError(`${lost.functionId}: the event ${lost.name} names no API of this template.`);
}
