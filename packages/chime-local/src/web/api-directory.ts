import type { HttpApi, HttpApiGateway } from '#gateway';
import type { ApiRegistry } from './api-registry.ts';

interface Entry {
  basePath: string;
  api: HttpApi;
  gateway: HttpApiGateway;
}

/** The gateways of the stacks' HTTP APIs, made anew when their parts have changed. */
export class ApiDirectory {
  readonly #registry: ApiRegistry;
  readonly #home: { accountId: string; region: string };
  readonly #make: (api: HttpApi) => HttpApiGateway;
  #entries: Entry[] = [];
  #version = -1;

  constructor(
    registry: ApiRegistry,
    home: { accountId: string; region: string },
    make: (api: HttpApi) => HttpApiGateway,
  ) {
    this.#registry = registry;
    this.#home = home;
    this.#make = make;
  }

  /** The APIs as they are now. */
  apis(): HttpApi[] {
    return this.#current().map(({ api }) => api);
  }

  /** Whose a URL is, and the path that its routes see, with the query. */
  find(url: string): { gateway: HttpApiGateway; path: string } | undefined {
    for (const { basePath, gateway } of this.#current()) {
      if (url === basePath) return { gateway, path: '/' };
      if (url.startsWith(`${basePath}/`)) return { gateway, path: url.slice(basePath.length) };
      if (url.startsWith(`${basePath}?`)) return { gateway, path: `/${url.slice(basePath.length)}` };
    }
    return undefined;
  }

  #current(): Entry[] {
    if (this.#version === this.#registry.version) return this.#entries;
    this.#version = this.#registry.version;
    this.#entries = this.#registry
      .build(this.#home)
      .map(({ basePath, api }) => ({ basePath, api, gateway: this.#make(api) }));
    return this.#entries;
  }
}
