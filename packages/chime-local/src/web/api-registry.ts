import type { CorsConfiguration, HttpApi, HttpRoute, JwtAuthorizer, Throttle } from '#gateway';

interface PlannedRoute {
  routeKey: string;
  integrationId: string;
  authorizerId?: string;
  scopes?: string[];
}

interface TemplateCors {
  AllowOrigins?: string[];
  AllowMethods?: string[];
  AllowHeaders?: string[];
  ExposeHeaders?: string[];
  AllowCredentials?: boolean | string;
  MaxAge?: number | string;
}

/** The throttling settings of a stage: for its routes by default, and for routes with their own settings. */
export interface StageThrottles {
  throttle?: Throttle;
  routeThrottles?: Record<string, Throttle>;
}

interface PlannedApi {
  apiId: string;
  basePath: string;
  cors?: CorsConfiguration;
  authorizers: Map<string, JwtAuthorizer>;
  integrations: Map<string, string>;
  routes: Map<string, PlannedRoute>;
  throttles: StageThrottles;
}

/** Path prefix of the first API; the rest is the path that its routes see. */
export const API_PREFIX = '/api';
/** Path prefix of every further API, followed by its id. */
export const FURTHER_APIS = '/apis';

/**
 * Combines the parts of the stacks' HTTP APIs, which come and go one by one, into the APIs that the gateway
 * serves.
 */
export class ApiRegistry {
  readonly #origin: string;
  readonly #apis = new Map<string, PlannedApi>();
  #version = 0;

  /** @param origin of the server, e.g. `http://127.0.0.1:4280` */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /** A number that changes whenever something has changed. */
  get version(): number {
    return this.#version;
  }

  /** @returns the API's base URL, without a trailing slash */
  putApi(apiId: string, cors: unknown): string {
    const existing = this.#apis.get(apiId);
    const api = existing ?? this.#newApi(apiId);
    if (cors) api.cors = corsOf(cors as TemplateCors);
    else delete api.cors;
    this.#apis.set(apiId, api);
    this.#version++;
    return `${this.#origin}${api.basePath}`;
  }

  removeApi(apiId: string): void {
    this.#apis.delete(apiId);
    this.#version++;
  }

  putAuthorizer(apiId: string, authorizerId: string, jwt: { issuer: string; audience: string[] }): void {
    this.#change(apiId, (api) => api.authorizers.set(authorizerId, { authorizerId, ...jwt }));
  }

  removeAuthorizer(apiId: string, authorizerId: string): void {
    this.#change(apiId, (api) => api.authorizers.delete(authorizerId));
  }

  putIntegration(apiId: string, integrationId: string, functionArn: string): void {
    this.#change(apiId, (api) => api.integrations.set(integrationId, functionArn));
  }

  removeIntegration(apiId: string, integrationId: string): void {
    this.#change(apiId, (api) => api.integrations.delete(integrationId));
  }

  /** Sets the throttles of the only stage that is served. */
  putThrottles(apiId: string, throttles: StageThrottles): void {
    this.#change(apiId, (api) => {
      api.throttles = throttles;
    });
  }

  putRoute(apiId: string, routeId: string, route: PlannedRoute): void {
    this.#change(apiId, (api) => api.routes.set(routeId, route));
  }

  removeRoute(apiId: string, routeId: string): void {
    this.#change(apiId, (api) => api.routes.delete(routeId));
  }

  /** True when no stack has an HTTP API. */
  get isEmpty(): boolean {
    return this.#apis.size === 0;
  }

  /** Base URL of the first API, without a trailing slash. */
  get url(): string {
    const [first] = this.#apis.values();
    return `${this.#origin}${first?.basePath ?? API_PREFIX}`;
  }

  /** ARNs of the functions behind the routes. */
  functionArns(): string[] {
    return [...new Set([...this.#apis.values()].flatMap(({ integrations }) => [...integrations.values()]))];
  }

  /** The function behind a route of the first API, e.g. `POST /createMeeting`. */
  functionArnOf(routeKey: string): string | undefined {
    const [api] = this.#apis.values();
    const route = [...(api?.routes.values() ?? [])].find((candidate) => candidate.routeKey === routeKey);
    return route && api?.integrations.get(route.integrationId);
  }

  /** True when the first API has the route, e.g. `POST /createMeeting`. */
  has(routeKey: string): boolean {
    return this.functionArnOf(routeKey) !== undefined;
  }

  /** The current APIs, without routes whose parts do not all exist yet (or any longer). */
  build(home: { accountId: string; region: string }): { basePath: string; api: HttpApi }[] {
    return [...this.#apis.values()].map((planned) => ({
      basePath: planned.basePath,
      api: {
        apiId: planned.apiId,
        accountId: home.accountId,
        region: home.region,
        routes: [...planned.routes.values()].flatMap((route) => routeOf(planned, route)),
        ...(planned.cors ? { cors: planned.cors } : {}),
        ...planned.throttles,
      },
    }));
  }

  #newApi(apiId: string): PlannedApi {
    const first = [...this.#apis.values()].every(({ basePath }) => basePath !== API_PREFIX);
    const basePath = first ? API_PREFIX : `${FURTHER_APIS}/${apiId}`;
    return {
      apiId,
      basePath,
      authorizers: new Map(),
      integrations: new Map(),
      routes: new Map(),
      throttles: {},
    };
  }

  #change(apiId: string, change: (api: PlannedApi) => void): void {
    const api = this.#apis.get(apiId);
    if (api) change(api);
    this.#version++;
  }
}

function routeOf(
  api: PlannedApi,
  { routeKey, integrationId, authorizerId, scopes }: PlannedRoute,
): HttpRoute[] {
  const functionArn = api.integrations.get(integrationId);
  const authorizer = authorizerId ? api.authorizers.get(authorizerId) : undefined;
  if (!functionArn || (authorizerId && !authorizer)) return [];
  return [{ routeKey, functionArn, ...(authorizer ? { authorizer } : {}), ...(scopes ? { scopes } : {}) }];
}

function corsOf(cors: TemplateCors): CorsConfiguration {
  return {
    allowOrigins: cors.AllowOrigins ?? [],
    ...(cors.AllowMethods ? { allowMethods: cors.AllowMethods } : {}),
    ...(cors.AllowHeaders ? { allowHeaders: cors.AllowHeaders } : {}),
    ...(cors.ExposeHeaders ? { exposeHeaders: cors.ExposeHeaders } : {}),
    ...(cors.AllowCredentials === undefined
      ? {}
      : { allowCredentials: String(cors.AllowCredentials) === 'true' }),
    ...(cors.MaxAge === undefined ? {} : { maxAgeSeconds: Number(cors.MaxAge) }),
  };
}
