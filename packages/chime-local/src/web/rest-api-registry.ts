import type { JwtAuthorizer, RestApi, RestMethod } from '#gateway';
import { FURTHER_APIS } from './api-registry.ts';

/** One method of a template, with its resource's id instead of its path. */
export interface PlannedMethod extends Omit<RestMethod, 'path' | 'authorizer'> {
  resourceId: string;
  authorizerId?: string;
}

interface PlannedRestApi {
  /** Parent and path part by resource id. The root has neither. */
  resources: Map<string, { parentId: string; pathPart: string }>;
  methods: Map<string, PlannedMethod>;
  /** Methods from the API's OpenAPI document. */
  described: RestMethod[];
  authorizers: Map<string, JwtAuthorizer>;
  stages: Map<string, string>;
}

/**
 * Combines the parts of the stacks' REST APIs, which come and go one by one, into the APIs that the gateway
 * serves.
 */
export class RestApiRegistry {
  readonly #apis = new Map<string, PlannedRestApi>();
  #version = 0;

  /** A number that changes whenever something has changed. */
  get version(): number {
    return this.#version;
  }

  putApi(apiId: string, described: RestMethod[]): void {
    this.#of(apiId).described = described;
    this.#version++;
  }

  removeApi(apiId: string): void {
    this.#apis.delete(apiId);
    this.#version++;
  }

  /** Sets one part of an API by its id; `undefined` removes it. */
  put<K extends 'resources' | 'methods' | 'authorizers' | 'stages'>(
    apiId: string,
    kind: K,
    id: string,
    part: (PlannedRestApi[K] extends Map<string, infer V> ? V : never) | undefined,
  ): void {
    const parts = this.#of(apiId)[kind] as Map<string, unknown>;
    if (part === undefined) parts.delete(id);
    else parts.set(id, part);
    this.#version++;
  }

  /** The current APIs, without methods whose resource does not exist yet (or any longer). */
  build(home: { accountId: string; region: string }): RestApi[] {
    return [...this.#apis].map(([apiId, planned]) => ({
      apiId,
      ...home,
      stages: [...new Set(planned.stages.values())],
      methods: [
        ...planned.described,
        ...[...planned.methods.values()].flatMap((one) => methodOf(planned, one)),
      ],
    }));
  }

  /** Base URL of the first API's first stage, without a trailing slash. */
  url(origin: string): string | undefined {
    const [first] = this.build({ accountId: '', region: '' });
    return first?.stages[0] && `${origin}${FURTHER_APIS}/${first.apiId}/${first.stages[0]}`;
  }

  /** ARNs of the functions behind the methods. */
  functionArns(): string[] {
    const all = this.build({ accountId: '', region: '' }).flatMap(({ methods }) => methods);
    return [...new Set(all.flatMap(({ functionArn }) => functionArn ?? []))];
  }

  #of(apiId: string): PlannedRestApi {
    const known = this.#apis.get(apiId);
    if (known) return known;
    const api: PlannedRestApi = {
      resources: new Map(),
      methods: new Map(),
      described: [],
      authorizers: new Map(),
      stages: new Map(),
    };
    this.#apis.set(apiId, api);
    return api;
  }
}

/** The path of a resource; undefined if one of its ancestors is missing. */
function pathOf(api: PlannedRestApi, resourceId: string, rootId: string): string | undefined {
  const parts: string[] = [];
  for (let id = resourceId; id !== rootId; ) {
    const resource = api.resources.get(id);
    if (!resource) return undefined;
    parts.unshift(resource.pathPart);
    id = resource.parentId;
  }
  return `/${parts.join('/')}`;
}

/** The value of `RootResourceId`. */
export const ROOT_RESOURCE = 'root';

function methodOf(api: PlannedRestApi, { resourceId, authorizerId, ...method }: PlannedMethod): RestMethod[] {
  const path = pathOf(api, resourceId, ROOT_RESOURCE);
  const authorizer = authorizerId ? api.authorizers.get(authorizerId) : undefined;
  if (path === undefined || (authorizerId && !authorizer)) return [];
  return [{ ...method, path, ...(authorizer ? { authorizer } : {}) }];
}
