/** The interface of API Gateway HTTP APIs and of the OpenID Connect issuer to the runtime. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** `AWS::ApiGatewayV2::Authorizer` of type JWT. */
export interface JwtAuthorizer {
  authorizerId: string;
  issuer: string;
  /** If absent, any client of the issuer is accepted. */
  audience?: string[];
}

/** `AWS::ApiGatewayV2::Route` with its integration. */
export interface HttpRoute {
  /** e.g. `POST /queryMeetings`, `ANY /{proxy+}`, `$default`. */
  routeKey: string;
  functionArn: string;
  authorizer?: JwtAuthorizer;
  /** `AuthorizationScopes` of the route. */
  scopes?: string[];
}

/** `CorsConfiguration` of `AWS::ApiGatewayV2::Api`. */
export interface CorsConfiguration {
  allowOrigins: string[];
  allowMethods?: string[];
  allowHeaders?: string[];
  exposeHeaders?: string[];
  allowCredentials?: boolean;
  maxAgeSeconds?: number;
}

/** Limits of a stage or a route: requests per second, and the size of a burst. */
export interface Throttle {
  rateLimit: number;
  burstLimit: number;
}

export interface HttpApi {
  apiId: string;
  accountId: string;
  region: string;
  routes: HttpRoute[];
  cors?: CorsConfiguration;
  /** `DefaultRouteSettings` of the stage. */
  throttle?: Throttle;
  /** `RouteSettings` of the stage, by route key. */
  routeThrottles?: Record<string, Throttle>;
}

/** `AWS::ApiGateway::Method` with its integration. */
export interface RestMethod {
  /** e.g. `GET`, `ANY`. */
  method: string;
  /** The resource's path, e.g. `/calls/{id}`. */
  path: string;
  functionArn?: string;
  /** The gateway's own answer, for instance to preflight requests. */
  mock?: { status: number; headers: Record<string, string> };
  authorizer?: JwtAuthorizer;
  scopes?: string[];
}

export interface RestApi {
  apiId: string;
  accountId: string;
  region: string;
  /** Names of the stages. A stage's name is the first segment of every path. */
  stages: string[];
  methods: RestMethod[];
}

/** Looks up the key set of an issuer by its URL; undefined if it cannot be reached. */
export type KeySetLookup = (issuer: string) => Promise<{ keys: Record<string, unknown>[] } | undefined>;

export interface HttpApiGateway {
  /** `path` is what follows the API's base URL, with its query string. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
}

/** The parts of a Cognito user pool client that sign-in needs. */
export interface IssuerClient {
  clientId: string;
  callbackUrls: string[];
  logoutUrls: string[];
  scopes: string[];
}

/**
 * A loopback stand-in for a user pool: discovery, key set, authorize (code + PKCE S256), token, logout. The
 * user is signed in without typing, because the issuer can be reached over the loopback only.
 */
export interface LocalIssuer {
  /** e.g. `http://127.0.0.1:4280/cognito/<poolId>`. */
  readonly issuer: string;
  keySet(): { keys: Record<string, unknown>[] };
  /** Returns an access token like one of the token endpoint, for scripts. */
  mint(clientId: string, lifetimeSeconds: number): Promise<string>;
  /** True if the request was for the issuer and has been answered. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}
