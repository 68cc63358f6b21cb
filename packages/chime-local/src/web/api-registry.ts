import type { CorsConfiguration, HttpApi, HttpRoute, JwtAuthorizer } from '#gateway';
import { TemplateError } from '../stack/template/template.ts';

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
  AllowCredentials?: boolean;
  MaxAge?: number;
}

/** Gathers the parts of the template's HTTP API, which come one by one, into the one that the gateway serves. */
export class ApiRegistry {
  #apiId: string | undefined;
  #cors: CorsConfiguration | undefined;
  readonly #authorizers = new Map<string, JwtAuthorizer>();
  readonly #integrations = new Map<string, string>();
  readonly #routes: PlannedRoute[] = [];

  addApi(apiId: string, cors: unknown): void {
    if (this.#apiId) {
      throw new TemplateError(
        `${apiId} is a second HTTP API beside ${this.#apiId}; this runtime serves one.`,
      );
    }
    this.#apiId = apiId;
    if (cors) this.#cors = corsOf(cors as TemplateCors);
  }

  addAuthorizer(authorizerId: string, jwt: { issuer: string; audience: string[] }): void {
    this.#authorizers.set(authorizerId, { authorizerId, ...jwt });
  }

  addIntegration(integrationId: string, functionArn: string): void {
    this.#integrations.set(integrationId, functionArn);
  }

  addRoute(route: PlannedRoute): void {
    this.#routes.push(route);
  }

  /** Who may call the API, if a route asks. */
  authorizers(): JwtAuthorizer[] {
    return [...this.#authorizers.values()];
  }

  /** Functions behind routes. */
  functionArns(): string[] {
    return [...new Set(this.#integrations.values())];
  }

  /** The function behind a route, e.g. `POST /createMeeting`. */
  functionArnOf(routeKey: string): string | undefined {
    const route = this.#routes.find((candidate) => candidate.routeKey === routeKey);
    return route && this.#integrations.get(route.integrationId);
  }

  /** True when the API has the route, e.g. `POST /createMeeting`. */
  has(routeKey: string): boolean {
    return this.#routes.some((route) => route.routeKey === routeKey);
  }

  /** The API, whole; undefined when the template has none. @throws TemplateError when a part is missing. */
  build(home: { accountId: string; region: string }): HttpApi | undefined {
    if (!this.#apiId) return undefined;
    return {
      apiId: this.#apiId,
      accountId: home.accountId,
      region: home.region,
      routes: this.#routes.map((route) => this.#routeOf(route)),
      ...(this.#cors ? { cors: this.#cors } : {}),
    };
  }

  #routeOf({ routeKey, integrationId, authorizerId, scopes }: PlannedRoute): HttpRoute {
    const functionArn = this.#integrations.get(integrationId);
    if (!functionArn)
      throw new TemplateError(
        `Route ${routeKey} names the integration ${integrationId}, which is not there.`,
      );
    const authorizer = authorizerId ? this.#authorizers.get(authorizerId) : undefined;
    if (authorizerId && !authorizer) {
      throw new TemplateError(`Route ${routeKey} names the authorizer ${authorizerId}, which is not there.`);
    }
    return { routeKey, functionArn, ...(authorizer ? { authorizer } : {}), ...(scopes ? { scopes } : {}) };
  }
}

function corsOf(cors: TemplateCors): CorsConfiguration {
  return {
    allowOrigins: cors.AllowOrigins ?? [],
    ...(cors.AllowMethods ? { allowMethods: cors.AllowMethods } : {}),
    ...(cors.AllowHeaders ? { allowHeaders: cors.AllowHeaders } : {}),
    ...(cors.ExposeHeaders ? { exposeHeaders: cors.ExposeHeaders } : {}),
    ...(cors.AllowCredentials === undefined ? {} : { allowCredentials: cors.AllowCredentials }),
    ...(cors.MaxAge === undefined ? {} : { maxAgeSeconds: cors.MaxAge }),
  };
}
