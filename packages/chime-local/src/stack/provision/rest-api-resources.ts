/** API Gateway's REST APIs: methods that invoke functions, and preflights that the gateway answers itself. */
import type { PhysicalResource, ResourceProvider, ResourceRequest } from '#cloudformation';
import type { RestMethod } from '#gateway';
import { isRecord, recordOf } from '#template';
import { ROOT_RESOURCE } from '#web';
import { functionArnOf } from './api-resources.ts';
import { type ProviderServices, textOf } from './services.ts';

/** Random bytes of an id; API Gateway's have ten characters. */
const ID_BYTES = 5;

type Properties = Record<string, unknown>;

/** A provider whose resources are parts of one REST API. */
function partProvider(
  { ids }: ProviderServices,
  type: string,
  put: (
    id: string,
    properties: Properties,
    request: Pick<ResourceRequest, 'logicalId' | 'properties'>,
  ) => PhysicalResource['attributes'],
  remove: (id: string, properties: Properties) => void,
): ResourceProvider {
  const made = (
    physicalId: string,
    request: Pick<ResourceRequest, 'logicalId' | 'properties'>,
  ): PhysicalResource => ({
    physicalId,
    attributes: put(physicalId, request.properties, request),
  });
  return {
    types: [type],
    replacedBy: ['RestApiId', 'ParentId'],
    create: async (request) => made(ids.hex(ID_BYTES), request),
    update: async (request, { physicalId }) => made(physicalId, request),
    restore: async (existing) => made(existing.physicalId, existing),
    delete: async ({ physicalId, properties }) => remove(physicalId, properties),
  };
}

/** `"'*'"`: constants of a mapping are quoted. */
const unquoted = (value: unknown): string => textOf(value).replace(/^'(.*)'$/s, '$1');

/** What a mock integration answers with: its first response. */
function mockOf(integration: Properties): RestMethod['mock'] {
  const [response] = [integration.IntegrationResponses ?? integration.responses ?? []].flat() as Properties[];
  const parameters = recordOf(response?.ResponseParameters ?? response?.responseParameters);
  const headers = Object.entries(parameters).flatMap(([name, value]) => {
    const header = /^method\.response\.header\.(.+)$/.exec(name)?.[1];
    return header ? [[header.toLowerCase(), unquoted(value)] as const] : [];
  });
  return {
    status: Number(response?.StatusCode ?? response?.statusCode ?? 200),
    headers: Object.fromEntries(headers),
  };
}

/** What stands behind a method; undefined where it is neither a function nor a mock. */
function integrationOf(integration: Properties): Pick<RestMethod, 'functionArn' | 'mock'> | undefined {
  const type = textOf(integration.Type ?? integration.type).toUpperCase();
  if (type === 'MOCK') {
    const responses = recordOf(integration.responses);
    // A document of OpenAPI has its responses by pattern.
    const first = Object.values(responses)[0];
    return {
      mock: mockOf(isRecord(first) ? { responses: [first] } : integration) ?? { status: 200, headers: {} },
    };
  }
  if (type !== 'AWS_PROXY') return undefined;
  return { functionArn: functionArnOf(textOf(integration.Uri ?? integration.uri)) };
}

/** Members of a path of OpenAPI that are methods. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

/** The methods that an API's own document describes. */
function describedMethods(body: unknown): RestMethod[] {
  return Object.entries(recordOf(recordOf(body).paths)).flatMap(([path, operations]) =>
    Object.entries(recordOf(operations)).flatMap(([name, operation]): RestMethod[] => {
      const any = name === 'x-amazon-apigateway-any-method';
      if (!any && !METHODS.includes(name.toLowerCase())) return [];
      const integration = integrationOf(recordOf(recordOf(operation)['x-amazon-apigateway-integration']));
      return integration ? [{ method: any ? 'ANY' : name.toUpperCase(), path, ...integration }] : [];
    }),
  );
}

export function restApiProviders(services: ProviderServices): ResourceProvider[] {
  const { hosted, home, log } = services;
  const apis = hosted.restApis;
  const apiOf = (properties: Properties): string => textOf(properties.RestApiId);
  const api = partProvider(
    services,
    'AWS::ApiGateway::RestApi',
    (id, { Body }) => {
      apis.putApi(id, describedMethods(Body));
      return { RestApiId: id, RootResourceId: ROOT_RESOURCE };
    },
    (id) => apis.removeApi(id),
  );
  const resource = partProvider(
    services,
    'AWS::ApiGateway::Resource',
    (id, properties) => {
      const part = { parentId: textOf(properties.ParentId), pathPart: textOf(properties.PathPart) };
      apis.put(apiOf(properties), 'resources', id, part);
      return { ResourceId: id };
    },
    (id, properties) => apis.put(apiOf(properties), 'resources', id, undefined),
  );
  const method = partProvider(
    services,
    'AWS::ApiGateway::Method',
    (id, properties, { logicalId }) => {
      const integration = integrationOf(recordOf(properties.Integration));
      if (!integration) {
        log.warn(
          `${logicalId} (AWS::ApiGateway::Method): only AWS_PROXY and MOCK are carried out; it answers 403.`,
        );
        return {};
      }
      const authorized = properties.AuthorizerId !== undefined && properties.AuthorizationType !== 'NONE';
      apis.put(apiOf(properties), 'methods', id, {
        resourceId: textOf(properties.ResourceId),
        method: textOf(properties.HttpMethod).toUpperCase(),
        ...integration,
        ...(authorized ? { authorizerId: textOf(properties.AuthorizerId) } : {}),
        ...(properties.AuthorizationScopes ? { scopes: properties.AuthorizationScopes as string[] } : {}),
      });
      return {};
    },
    (id, properties) => apis.put(apiOf(properties), 'methods', id, undefined),
  );
  const authorizer = partProvider(
    services,
    'AWS::ApiGateway::Authorizer',
    (id, properties, { logicalId }) => {
      if (properties.Type !== 'COGNITO_USER_POOLS') {
        log.warn(
          `${logicalId} (AWS::ApiGateway::Authorizer): only COGNITO_USER_POOLS is carried out; its methods answer 403.`,
        );
        return { AuthorizerId: id };
      }
      apis.put(apiOf(properties), 'authorizers', id, { authorizerId: id, issuer: home.issuerUrl });
      return { AuthorizerId: id };
    },
    (id, properties) => apis.put(apiOf(properties), 'authorizers', id, undefined),
  );
  const stageNames = (type: string): ResourceProvider => {
    const provider = partProvider(
      services,
      type,
      (id, properties) => {
        const name = properties.StageName;
        apis.put(apiOf(properties), 'stages', id, name === undefined ? undefined : textOf(name));
        return { DeploymentId: id };
      },
      (id, properties) => apis.put(apiOf(properties), 'stages', id, undefined),
    );
    // `Ref` of a stage is its name.
    if (type !== 'AWS::ApiGateway::Stage') return provider;
    return {
      ...provider,
      replacedBy: ['RestApiId', 'StageName'],
      async create(request) {
        const name = textOf(request.properties.StageName, 'prod');
        apis.put(apiOf(request.properties), 'stages', name, name);
        return { physicalId: name, attributes: {} };
      },
    };
  };
  return [
    api,
    resource,
    method,
    authorizer,
    stageNames('AWS::ApiGateway::Deployment'),
    stageNames('AWS::ApiGateway::Stage'),
  ];
}
