import type { HttpApi, HttpApiGateway, RestApi } from '#gateway';
import { type ApiRegistry, FURTHER_APIS } from './api-registry.ts';
import type { RestApiRegistry } from './rest-api-registry.ts';

interface Entry {
  /** Path prefixes of the API: the published one, and the one with its id. */
  basePaths: string[];
  gateway: HttpApiGateway;
}

/** The registries, and the functions that create gateways from their content. */
export interface ApiParts {
  http: ApiRegistry;
  rest: RestApiRegistry;
  home: { accountId: string; region: string };
  createHttp(api: HttpApi): HttpApiGateway;
  createRest(api: RestApi): HttpApiGateway;
}

/** The gateways of the stacks' HTTP and REST APIs, recreated after their parts have changed. */
export class ApiDirectory {
  readonly #parts: ApiParts;
  #entries: Entry[] = [];
  #apis: HttpApi[] = [];
  #version = '';

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  /** The current HTTP APIs. */
  apis(): HttpApi[] {
    this.#current();
    return this.#apis;
  }

  /** The gateway for a URL, and the path with query that its routes see. */
  find(url: string): { gateway: HttpApiGateway; path: string } | undefined {
    for (const { basePaths, gateway } of this.#current()) {
      for (const basePath of basePaths) {
        if (url === basePath) return { gateway, path: '/' };
        if (url.startsWith(`${basePath}/`)) return { gateway, path: url.slice(basePath.length) };
        if (url.startsWith(`${basePath}?`)) return { gateway, path: `/${url.slice(basePath.length)}` };
      }
    }
    return undefined;
  }

  #current(): Entry[] {
    const { http, rest, home, createHttp, createRest } = this.#parts;
    const version = `${http.version} ${rest.version}`;
    if (this.#version === version) return this.#entries;
    this.#version = version;
    const built = http.build(home);
    this.#apis = built.map(({ api }) => api);
    this.#entries = [
      ...built.map(({ basePath, api }) => ({
        basePaths: [...new Set([basePath, `${FURTHER_APIS}/${api.apiId}`])],
        gateway: createHttp(api),
      })),
      ...rest.build(home).map((api) => ({
        basePaths: [`${FURTHER_APIS}/${api.apiId}`],
        gateway: createRest(api),
      })),
    ];
    return this.#entries;
  }
}
