import { TemplateError } from '../template/template.ts';
import { physicalName, type ResourceMaker } from './resource.ts';

const api: ResourceMaker = {
  types: ['AWS::ApiGatewayV2::Api'],
  async make({ logicalId, properties }, workshop) {
    if (properties.ProtocolType !== 'HTTP') {
      throw new TemplateError(`${logicalId} (AWS::ApiGatewayV2::Api): only ProtocolType HTTP is served.`);
    }
    workshop.api.addApi(logicalId, properties.CorsConfiguration);
    return { physicalId: logicalId, attributes: { ApiId: logicalId, ApiEndpoint: workshop.home.apiUrl } };
  },
};

const authorizer: ResourceMaker = {
  types: ['AWS::ApiGatewayV2::Authorizer'],
  async make({ logicalId, properties }, workshop) {
    const jwt = properties.JwtConfiguration as { Issuer?: string; Audience?: string[] } | undefined;
    if (properties.AuthorizerType !== 'JWT' || !jwt?.Issuer) {
      throw new TemplateError(
        `${logicalId} (AWS::ApiGatewayV2::Authorizer): only JWT with an issuer is served.`,
      );
    }
    workshop.api.addAuthorizer(logicalId, {
      issuer: jwt.Issuer,
      audience: jwt.Audience ?? [],
    });
    return { physicalId: logicalId, attributes: { AuthorizerId: logicalId } };
  },
};

/** `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<arn>/invocations`, or the function's ARN. */
function functionArnOf(uri: string): string {
  return /functions\/(arn:[^/]+)\/invocations$/.exec(uri)?.[1] ?? uri;
}

const integration: ResourceMaker = {
  types: ['AWS::ApiGatewayV2::Integration'],
  async make({ logicalId, properties }, workshop) {
    if (properties.IntegrationType !== 'AWS_PROXY') {
      throw new TemplateError(
        `${logicalId} (AWS::ApiGatewayV2::Integration): only AWS_PROXY to Lambda is served.`,
      );
    }
    workshop.api.addIntegration(logicalId, functionArnOf(String(properties.IntegrationUri)));
    return { physicalId: logicalId, attributes: { IntegrationId: logicalId } };
  },
};

const route: ResourceMaker = {
  types: ['AWS::ApiGatewayV2::Route'],
  async make({ logicalId, properties }, workshop) {
    const authorization = String(properties.AuthorizationType ?? 'NONE');
    if (authorization !== 'NONE' && authorization !== 'JWT') {
      throw new TemplateError(
        `${logicalId} (AWS::ApiGatewayV2::Route): ${authorization} is not served; use JWT.`,
      );
    }
    workshop.api.addRoute({
      routeKey: String(properties.RouteKey),
      integrationId: String(properties.Target ?? '').replace(/^integrations\//, ''),
      ...(properties.AuthorizerId ? { authorizerId: String(properties.AuthorizerId) } : {}),
      ...(properties.AuthorizationScopes ? { scopes: properties.AuthorizationScopes as string[] } : {}),
    });
    return { physicalId: logicalId, attributes: { RouteId: logicalId } };
  },
};

const stage: ResourceMaker = {
  types: ['AWS::ApiGatewayV2::Stage'],
  async make({ logicalId, properties }, workshop) {
    return { physicalId: String(properties.StageName ?? physicalName(workshop, logicalId)), attributes: {} };
  },
};

export const apiMakers = [api, authorizer, integration, route, stage];
