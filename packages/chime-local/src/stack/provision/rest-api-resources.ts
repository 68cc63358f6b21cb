/** API Gateway's REST APIs: methods that invoke functions, and preflights that the gateway answers itself. */
import type { ResourceProvider } from '#cloudformation';
import type { RestMethod } from '#gateway';
import { isObject } from '#platform';
import { recordOf } from '#template';
import { ROOT_RESOURCE } from '#web';
import { type EntryPut, entryProvider, functionArnOf } from './api-resources.ts';
import { type ProviderServices, textOf } from './services.ts';

type Properties = Record<string, unknown>;

/** A provider whose resources are parts of one REST API. */
const partProvider = (
  services: ProviderServices,
  type: string,
  put: EntryPut,
  remove: (id: string, properties: Properties) => void,
): ResourceProvider => entryProvider(services, type, ['RestApiId', 'ParentId'], put, remove);

/** Removes the quotation marks around a mapping's constant, e.g. `"'*'"`. */
const unquoted = (value: unknown): string => textOf(value).replace(/^'(.*)'$/s, '$1');

/** The answer of a mock integration: its first response. */
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

/** The integration of a method; undefined if it is neither a function nor a mock. */
function integrationOf(integration: Properties): Pick<RestMethod, 'functionArn' | 'mock'> | undefined {
  const type = textOf(integration.Type ?? integration.type).toUpperCase();
  if (type === 'MOCK') {
    const responses = recordOf(integration.responses);
    // In an OpenAPI document, responses are keyed by pattern.
    const first = Object.values(responses)[0];
    return {
      mock: mockOf(isObject(first) ? { responses: [first] } : integration) ?? { status: 200, headers: {} },
    };
  }
  if (type !== 'AWS_PROXY') return undefined;
  return { functionArn: functionArnOf(textOf(integration.Uri ?? integration.uri)) };
}

/** Members of an OpenAPI path that are methods. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

/** The methods described in an API's OpenAPI document. */
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
  return [
    apiProvider(services),
    resourceProvider(services),
    methodProvider(services),
    authorizerProvider(services),
    stageNameProvider(services, 'AWS::ApiGateway::Deployment'),
    stageProvider(services),
  ];
}

const apiOf = (properties: Properties): string => textOf(properties.RestApiId);

function apiProvider(services: ProviderServices): ResourceProvider {
  const apis = services.hosted.restApis;
  return partProvider(
    services,
    'AWS::ApiGateway::RestApi',
    (id, { properties: { Body } }) => {
      apis.putApi(id, describedMethods(Body));
      return { RestApiId: id, RootResourceId: ROOT_RESOURCE };
    },
    (id) => apis.removeApi(id),
  );
}

function resourceProvider(services: ProviderServices): ResourceProvider {
  const apis = services.hosted.restApis;
  return partProvider(
    services,
    'AWS::ApiGateway::Resource',
    (id, { properties }) => {
      const part = { parentId: textOf(properties.ParentId), pathPart: textOf(properties.PathPart) };
      apis.put(apiOf(properties), 'resources', id, part);
      return { ResourceId: id };
    },
    (id, properties) => apis.put(apiOf(properties), 'resources', id, undefined),
  );
}

function methodProvider(services: ProviderServices): ResourceProvider {
  const { log } = services;
  const apis = services.hosted.restApis;
  return partProvider(
    services,
    'AWS::ApiGateway::Method',
    (id, { logicalId, properties }) => {
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
}

function authorizerProvider(services: ProviderServices): ResourceProvider {
  const { home, log } = services;
  const apis = services.hosted.restApis;
  return partProvider(
    services,
    'AWS::ApiGateway::Authorizer',
    (id, { logicalId, properties }) => {
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
}

/** A provider for types that name a stage; a deployment may name one, too. */
function stageNameProvider(services: ProviderServices, type: string): ResourceProvider {
  const apis = services.hosted.restApis;
  return partProvider(
    services,
    type,
    (id, { properties }) => {
      const name = properties.StageName;
      apis.put(apiOf(properties), 'stages', id, name === undefined ? undefined : textOf(name));
      return { DeploymentId: id };
    },
    (id, properties) => apis.put(apiOf(properties), 'stages', id, undefined),
  );
}

/** Stages; `Ref` of a stage is its name. */
function stageProvider(services: ProviderServices): ResourceProvider {
  return {
    ...stageNameProvider(services, 'AWS::ApiGateway::Stage'),
    replacedBy: ['RestApiId', 'StageName'],
    async create({ properties }) {
      const name = textOf(properties.StageName, 'prod');
      services.hosted.restApis.put(apiOf(properties), 'stages', name, name);
      return { physicalId: name, attributes: {} };
    },
  };
}
