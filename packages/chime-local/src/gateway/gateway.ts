/** API Gateway HTTP API and the OpenID Connect issuer, as the runtime sees them. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** `AWS::ApiGatewayV2::Authorizer` of type JWT. */
export interface JwtAuthorizer {
  authorizerId: string;
  issuer: string;
  /** Absent: any client of the issuer. */
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

/** Limits of a stage or a route: requests a second, and how many may come at once. */
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
  /** The gateway's own answer, for instance to preflights. */
  mock?: { status: number; headers: Record<string, string> };
  authorizer?: JwtAuthorizer;
  scopes?: string[];
}

export interface RestApi {
  apiId: string;
  accountId: string;
  region: string;
  /** Names of the stages: the first part of every path. */
  stages: string[];
  methods: RestMethod[];
}

/** The key set of an issuer, by issuer URL; undefined: not reachable. */
export type KeySetLookup = (issuer: string) => Promise<{ keys: Record<string, unknown>[] } | undefined>;

export interface HttpApiGateway {
  /** `path` is what follows the API's base URL, with its query string. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
}

/** A Cognito user pool client, as far as sign-in goes. */
export interface IssuerClient {
  clientId: string;
  callbackUrls: string[];
  logoutUrls: string[];
  scopes: string[];
}

/**
 * A loopback stand-in for a user pool: discovery, key set, authorize (code + PKCE S256), token, logout. The
 * person at the machine is signed in without typing, because only the loopback can reach it.
 */
export interface LocalIssuer {
  /** e.g. `http://127.0.0.1:4280/cognito/<poolId>`. */
  readonly issuer: string;
  keySet(): { keys: Record<string, unknown>[] };
  /** An access token as the token endpoint would give, for scripts. */
  mint(clientId: string, lifetimeSeconds: number): Promise<string>;
  /** True when the request was for the issuer and has been answered. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}
