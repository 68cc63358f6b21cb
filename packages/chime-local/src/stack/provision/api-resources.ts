import type { ExistingResource, PhysicalResource, ResourceProvider, ResourceRequest } from '#cloudformation';
import type { Throttle } from '#gateway';
import { TemplateError } from '#template';
import type { StageThrottles } from '#web';
import { type ProviderServices, textOf } from './services.ts';

/** Random bytes of an id; API Gateway's ids have ten characters. */
const ID_BYTES = 5;

type Described = Pick<ResourceRequest, 'logicalId' | 'properties'>;

/** Registers a resource, whether it is new, changed or restored, and returns its attributes. */
export type EntryPut = (id: string, resource: Described) => PhysicalResource['attributes'];

/** A provider whose resources are entries of the registry: created, changed and restored in the same way. */
export function entryProvider(
  { ids }: ProviderServices,
  type: string,
  replacedBy: readonly string[],
  put: EntryPut,
  remove: (id: string, properties: ExistingResource['properties']) => void,
): ResourceProvider {
  const made = (id: string, resource: Described): PhysicalResource => ({
    physicalId: id,
    attributes: put(id, resource),
  });
  return {
    types: [type],
    replacedBy,
    create: async (request) => made(ids.hex(ID_BYTES), request),
    update: async (request, { physicalId }) => made(physicalId, request),
    restore: async (existing) => made(existing.physicalId, existing),
    delete: async ({ physicalId, properties }) => remove(physicalId, properties),
  };
}

/** `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<arn>/invocations`, or the function's ARN. */
export function functionArnOf(uri: string): string {
  return /functions\/(arn:[^/]+)\/invocations$/.exec(uri)?.[1] ?? uri;
}

/**
 * `ThrottlingRateLimit` and `ThrottlingBurstLimit` of a stage; if one of them is missing, the account's
 * limits apply.
 */
function throttlesOf(properties: ResourceRequest['properties']): StageThrottles {
  const read = (settings: unknown): Throttle | undefined => {
    const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = (settings ?? {}) as Record<
      string,
      unknown
    >;
    return rate === undefined || burst === undefined
      ? undefined
      : { rateLimit: Number(rate), burstLimit: Number(burst) };
  };
  const throttle = read(properties.DefaultRouteSettings);
  const routes = Object.entries((properties.RouteSettings ?? {}) as Record<string, unknown>).flatMap(
    ([routeKey, settings]) => {
      const own = read(settings);
      return own ? [[routeKey, own] as const] : [];
    },
  );
  return { ...(throttle ? { throttle } : {}), routeThrottles: Object.fromEntries(routes) };
}

export function apiProviders(services: ProviderServices): ResourceProvider[] {
  return [
    apiProvider(services),
    authorizerProvider(services),
    integrationProvider(services),
    routeProvider(services),
    stageProvider(services),
  ];
}

function apiProvider(services: ProviderServices): ResourceProvider {
  const { apis } = services.hosted;
  return entryProvider(
    services,
    'AWS::ApiGatewayV2::Api',
    ['ProtocolType'],
    (id, { logicalId, properties }) => {
      if (properties.ProtocolType !== 'HTTP') {
        throw new TemplateError(`${logicalId} (AWS::ApiGatewayV2::Api): only ProtocolType HTTP is served.`);
      }
      return { ApiId: id, ApiEndpoint: apis.putApi(id, properties.CorsConfiguration) };
    },
    (id) => apis.removeApi(id),
  );
}

function authorizerProvider(services: ProviderServices): ResourceProvider {
  const { apis } = services.hosted;
  return entryProvider(
    services,
    'AWS::ApiGatewayV2::Authorizer',
    ['ApiId'],
    (id, { logicalId, properties }) => {
      const jwt = properties.JwtConfiguration as { Issuer?: string; Audience?: string[] } | undefined;
      if (properties.AuthorizerType !== 'JWT' || !jwt?.Issuer) {
        throw new TemplateError(
          `${logicalId} (AWS::ApiGatewayV2::Authorizer): only JWT with an issuer is served.`,
        );
      }
      apis.putAuthorizer(textOf(properties.ApiId), id, { issuer: jwt.Issuer, audience: jwt.Audience ?? [] });
      return { AuthorizerId: id };
    },
    (id, { ApiId }) => apis.removeAuthorizer(textOf(ApiId), id),
  );
}

function integrationProvider(services: ProviderServices): ResourceProvider {
  const { apis } = services.hosted;
  return entryProvider(
    services,
    'AWS::ApiGatewayV2::Integration',
    ['ApiId'],
    (id, { logicalId, properties }) => {
      if (properties.IntegrationType !== 'AWS_PROXY') {
        throw new TemplateError(
          `${logicalId} (AWS::ApiGatewayV2::Integration): only AWS_PROXY to Lambda is served.`,
        );
      }
      apis.putIntegration(textOf(properties.ApiId), id, functionArnOf(String(properties.IntegrationUri)));
      return { IntegrationId: id };
    },
    (id, { ApiId }) => apis.removeIntegration(textOf(ApiId), id),
  );
}

function routeProvider(services: ProviderServices): ResourceProvider {
  const { apis } = services.hosted;
  return entryProvider(
    services,
    'AWS::ApiGatewayV2::Route',
    ['ApiId'],
    (id, { logicalId, properties }) => {
      const authorization = textOf(properties.AuthorizationType, 'NONE');
      if (authorization !== 'NONE' && authorization !== 'JWT') {
        throw new TemplateError(
          `${logicalId} (AWS::ApiGatewayV2::Route): ${authorization} is not served; use JWT.`,
        );
      }
      apis.putRoute(textOf(properties.ApiId), id, {
        routeKey: textOf(properties.RouteKey),
        integrationId: textOf(properties.Target).replace(/^integrations\//, ''),
        ...(properties.AuthorizerId ? { authorizerId: String(properties.AuthorizerId) } : {}),
        ...(properties.AuthorizationScopes ? { scopes: properties.AuthorizationScopes as string[] } : {}),
      });
      return { RouteId: id };
    },
    (id, { ApiId }) => apis.removeRoute(textOf(ApiId), id),
  );
}

function stageProvider({ hosted: { apis } }: ProviderServices): ResourceProvider {
  const throttled = ({ properties }: { properties: ResourceRequest['properties'] }): void =>
    apis.putThrottles(textOf(properties.ApiId), throttlesOf(properties));
  return {
    types: ['AWS::ApiGatewayV2::Stage'],
    replacedBy: ['ApiId', 'StageName'],
    async create(request) {
      throttled(request);
      return { physicalId: textOf(request.properties.StageName) || request.newName(), attributes: {} };
    },
    async update(request, existing) {
      throttled(request);
      return existing;
    },
    async restore(existing) {
      throttled(existing);
      return existing;
    },
    delete: async ({ properties }) => apis.putThrottles(textOf(properties.ApiId), {}),
  };
}
