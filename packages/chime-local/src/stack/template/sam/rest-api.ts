import { isObject } from '#platform';
import {
  attribute,
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
const DEFAULT_STAGE = 'Prod';

/** A CORS value as a quoted string, the format of API Gateway's mappings. */
const quoted = (value: unknown, otherwise: string): unknown =>
  value === undefined
    ? otherwise
    : isObject(value)
      ? value
      : /^'.*'$/.test(String(value))
        ? value
        : `'${String(value)}'`;

function corsHeaders(cors: unknown): Record<string, unknown> {
  const given = isObject(cors) && !('Ref' in cors) ? cors : { AllowOrigin: cors };
  return {
    'Access-Control-Allow-Origin': quoted(given.AllowOrigin, "'*'"),
    'Access-Control-Allow-Methods': quoted(given.AllowMethods, "'OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE'"),
    'Access-Control-Allow-Headers': quoted(
      given.AllowHeaders,
      "'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token'",
    ),
  };
}

/** The path resources of one API, each created once. */
class Paths {
  readonly #expansion: Expansion;
  readonly #from: SamResource;
  readonly ids = new Map<string, object>();

  constructor(expansion: Expansion, from: SamResource) {
    this.#expansion = expansion;
    this.#from = from;
  }

  /** The `ResourceId` for a method at this path. */
  resourceOf(path: string): object {
    const parts = path.split('/').filter(Boolean);
    let id = attribute(this.#from.id, 'RootResourceId');
    let whole = '';
    this.ids.set('/', id);
    for (const part of parts) {
      whole = `${whole}/${part}`;
      const known = this.ids.get(whole);
      const logicalId = `${this.#from.id}Resource${idPart(whole)}${part.startsWith('{') ? 'P' : ''}`;
      if (!known) {
        this.#expansion.addBeside(this.#from, logicalId, 'AWS::ApiGateway::Resource', {
          RestApiId: ref(this.#from.id),
          ParentId: id,
          PathPart: part,
        });
        this.ids.set(whole, ref(logicalId));
      }
      id = this.ids.get(whole) ?? id;
    }
    return id;
  }
}

/** An authorizer as a method names it. */
interface MethodAuthorizer {
  AuthorizationType: 'COGNITO_USER_POOLS' | 'CUSTOM';
  AuthorizerId: object;
}

/** Adds the authorizers of a REST API: user pools and functions. */
function addAuthorizers(expansion: Expansion, from: SamResource): Map<string, MethodAuthorizer> {
  const byName = new Map<string, MethodAuthorizer>();
  for (const [name, authorizer] of Object.entries(recordOf(recordOf(from.properties.Auth).Authorizers))) {
    const { UserPoolArn, FunctionPayloadType = 'TOKEN' } = recordOf(authorizer);
    const isUserPool = UserPoolArn !== undefined;
    const id = `${from.id}${idPart(name)}Authorizer`;
    byName.set(name, {
      AuthorizationType: isUserPool ? 'COGNITO_USER_POOLS' : 'CUSTOM',
      AuthorizerId: ref(id),
    });
    expansion.addBeside(from, id, 'AWS::ApiGateway::Authorizer', {
      RestApiId: ref(from.id),
      Name: name,
      Type: isUserPool ? 'COGNITO_USER_POOLS' : FunctionPayloadType,
      ProviderARNs: isUserPool ? [UserPoolArn].flat() : undefined,
      IdentitySource: 'method.request.header.Authorization',
    });
  }
  return byName;
}

function addMethods(
  expansion: Expansion,
  from: SamResource,
  events: readonly ApiEvent[],
  paths: Paths,
): void {
  const authorizers = addAuthorizers(expansion, from);
  const { DefaultAuthorizer } = recordOf(from.properties.Auth);
  for (const event of events) {
    const ofEvent = onCondition(from, event.condition);
    const name = `${event.functionId}${idPart(event.name)}`;
    const method = String(event.properties.Method ?? 'any').toUpperCase();
    const { Authorizer = DefaultAuthorizer } = recordOf(event.properties.Auth);
    const authorizer = authorizerNamed(Authorizer, authorizers, event);
    expansion.addBeside(ofEvent, `${name}Method`, 'AWS::ApiGateway::Method', {
      RestApiId: ref(from.id),
      ResourceId: paths.resourceOf(String(event.properties.Path ?? '/')),
      HttpMethod: method,
      AuthorizationType: 'NONE',
      ...authorizer,
      Integration: {
        Type: 'AWS_PROXY',
        IntegrationHttpMethod: 'POST',
        Uri: {
          'Fn::Sub': [
            'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function}/invocations',
            { Function: expansion.arnOf(event.functionId) },
          ],
        },
      },
    });
    expansion.addBeside(ofEvent, `${name}Permission`, 'AWS::Lambda::Permission', {
      FunctionName: expansion.arnOf(event.functionId),
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    });
  }
}

/** Adds methods that answer preflights at every path, as SAM's `Cors` does. */
function addCors(expansion: Expansion, from: SamResource, paths: Paths): void {
  const parameters = Object.entries(corsHeaders(from.properties.Cors)).map(([name, value]) => [
    `method.response.header.${name}`,
    value,
  ]);
  for (const [path, ResourceId] of paths.ids) {
    expansion.addBeside(from, `${from.id}${idPart(path)}Options`, 'AWS::ApiGateway::Method', {
      RestApiId: ref(from.id),
      ResourceId,
      HttpMethod: 'OPTIONS',
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'MOCK',
        IntegrationResponses: [{ StatusCode: '200', ResponseParameters: Object.fromEntries(parameters) }],
      },
    });
  }
}

/** Expands `AWS::Serverless::Api` with the events of functions that it serves. */
export function addRestApi(expansion: Expansion, from: SamResource, events: readonly ApiEvent[]): void {
  const { id, properties } = from;
  const stage = properties.StageName ?? DEFAULT_STAGE;
  expansion.add(
    id,
    'AWS::ApiGateway::RestApi',
    { Name: properties.Name ?? id, Body: properties.DefinitionBody },
    from,
  );
  const paths = new Paths(expansion, from);
  addMethods(expansion, from, events, paths);
  if (properties.Cors !== undefined) addCors(expansion, from, paths);
  expansion.addBeside(from, `${id}Deployment`, 'AWS::ApiGateway::Deployment', { RestApiId: ref(id) });
  expansion.addBeside(from, stageIdOf(id, stage), 'AWS::ApiGateway::Stage', {
    RestApiId: ref(id),
    StageName: stage,
    DeploymentId: ref(`${id}Deployment`),
    Variables: properties.Variables,
  });
}
