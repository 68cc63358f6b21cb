import { isObject } from '#platform';
import {
  type Expansion,
  idPart,
  onCondition,
  recordOf,
  ref,
  type SamResource,
  stageIdOf,
} from './expansion.ts';
import { type ApiEvent, authorizerNamed } from './function-events.ts';

/** The stage of an API that names none. */
const DEFAULT_STAGE = '$default';
const ANY = ['*'];

function corsOf(value: unknown): unknown {
  if (value === true) return { AllowOrigins: ANY, AllowMethods: ANY, AllowHeaders: ANY };
  return isObject(value) ? value : undefined;
}

/** Adds the authorizers of an HTTP API. @returns their logical ids by name */
function addAuthorizers(
  expansion: Expansion,
  from: SamResource,
): { byName: Map<string, string>; normal?: string } {
  const { Authorizers, DefaultAuthorizer } = recordOf(from.properties.Auth);
  const byName = new Map<string, string>();
  for (const [name, authorizer] of Object.entries(recordOf(Authorizers))) {
    const { JwtConfiguration, IdentitySource = '$request.header.Authorization' } = recordOf(authorizer);
    const { issuer, audience, Issuer, Audience } = recordOf(JwtConfiguration);
    const id = `${from.id}${idPart(name)}Authorizer`;
    byName.set(name, id);
    expansion.addBeside(from, id, 'AWS::ApiGatewayV2::Authorizer', {
      ApiId: ref(from.id),
      Name: name,
      AuthorizerType: 'JWT',
      IdentitySource: [IdentitySource],
      JwtConfiguration: { Issuer: issuer ?? Issuer, Audience: audience ?? Audience },
    });
  }
  return { byName, ...(DefaultAuthorizer === undefined ? {} : { normal: String(DefaultAuthorizer) }) };
}

const routeKeyOf = ({ properties: { Path, Method } }: ApiEvent): string => {
  if (Path === undefined) return '$default';
  const method = String(Method ?? 'ANY').toUpperCase();
  return `${method === 'X-AMAZON-APIGATEWAY-ANY-METHOD' || method === '*' ? 'ANY' : method} ${String(Path)}`;
};

/** Expands `AWS::Serverless::HttpApi` with the events of functions that it serves. */
export function addHttpApi(expansion: Expansion, from: SamResource, events: readonly ApiEvent[]): void {
  const { id, properties } = from;
  expansion.add(
    id,
    'AWS::ApiGatewayV2::Api',
    {
      Name: properties.Name ?? id,
      ProtocolType: 'HTTP',
      CorsConfiguration: corsOf(properties.CorsConfiguration),
    },
    from,
  );
  const stage = properties.StageName ?? DEFAULT_STAGE;
  const stageId = stage === DEFAULT_STAGE ? `${id}ApiGatewayDefaultStage` : stageIdOf(id, stage);
  expansion.addBeside(from, stageId, 'AWS::ApiGatewayV2::Stage', {
    ApiId: ref(id),
    StageName: stage,
    AutoDeploy: true,
  });
  const { byName, normal } = addAuthorizers(expansion, from);
  for (const event of events) {
    const ofEvent = onCondition(from, event.condition);
    const name = `${event.functionId}${idPart(event.name)}`;
    const integration = `${name}Integration`;
    const { Authorizer = normal, AuthorizationScopes } = recordOf(event.properties.Auth);
    const authorizer = authorizerNamed(Authorizer, byName, event);
    expansion.addBeside(ofEvent, integration, 'AWS::ApiGatewayV2::Integration', {
      ApiId: ref(id),
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: expansion.arnOf(event.functionId),
      PayloadFormatVersion: event.properties.PayloadFormatVersion ?? '2.0',
    });
    expansion.addBeside(ofEvent, `${name}Route`, 'AWS::ApiGatewayV2::Route', {
      ApiId: ref(id),
      RouteKey: routeKeyOf(event),
      Target: { 'Fn::Join': ['/', ['integrations', ref(integration)]] },
      ...(authorizer ? { AuthorizationType: 'JWT', AuthorizerId: ref(authorizer), AuthorizationScopes } : {}),
    });
    expansion.addBeside(ofEvent, `${name}Permission`, 'AWS::Lambda::Permission', {
      FunctionName: expansion.arnOf(event.functionId),
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    });
  }
}
