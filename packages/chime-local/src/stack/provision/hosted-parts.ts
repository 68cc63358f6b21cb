/** What stacks create outside of the AWS APIs: HTTP APIs, the page, sign-in clients and test parties. */
import type { IssuerClient } from '#gateway';
import { ApiRegistry, RestApiRegistry } from '#web';
import { fitsPattern, type ResponseHeaders } from './response-headers.ts';

/** The principal that invokes functions and reads prompts for SIP media applications. */
export const CHIME_PRINCIPAL = 'voiceconnector.chime.amazonaws.com';

/** What a distribution serves: the bucket behind it, and the headers policies of its cache behaviours. */
export interface HostedPage {
  bucket: string;
  /** In the order in which they are matched; the default behaviour, without a pattern, is last. */
  behaviours: readonly { pathPattern?: string; headersPolicyId?: string }[];
}

export class HostedParts {
  readonly apis: ApiRegistry;
  readonly restApis = new RestApiRegistry();
  /** Scripts of the test party, by number or number prefix. */
  readonly testParties = new Map<string, string>();
  readonly #issuerClients = new Map<string, IssuerClient>();
  /** Pages by distribution id. */
  readonly #pages = new Map<string, HostedPage>();
  /** Headers by the id of the headers policy. */
  readonly #headers = new Map<string, ResponseHeaders>();

  constructor(origin: string) {
    this.apis = new ApiRegistry(origin);
  }

  /** The clients that may sign in at this moment. */
  get issuerClients(): IssuerClient[] {
    return [...this.#issuerClients.values()];
  }

  putIssuerClient(client: IssuerClient): void {
    this.#issuerClients.set(client.clientId, client);
  }

  removeIssuerClient(clientId: string): void {
    this.#issuerClients.delete(clientId);
  }

  /** The bucket from which the page is served: that of the newest distribution. */
  get pageBucket(): string | undefined {
    return this.#page?.bucket;
  }

  get #page(): HostedPage | undefined {
    return [...this.#pages.values()].at(-1);
  }

  /**
   * The headers that the page's distribution adds to the answer for a path (given without its leading slash).
   */
  pageHeaders(path: string): ResponseHeaders {
    const behaviour = this.#page?.behaviours.find(
      ({ pathPattern }) => pathPattern === undefined || fitsPattern(pathPattern, path),
    );
    return this.#headers.get(behaviour?.headersPolicyId ?? '') ?? {};
  }

  putHeadersPolicy(id: string, headers: ResponseHeaders): void {
    this.#headers.set(id, headers);
  }

  removeHeadersPolicy(id: string): void {
    this.#headers.delete(id);
  }

  putPage(distributionId: string, page: HostedPage): void {
    this.#pages.set(distributionId, page);
  }

  removePage(distributionId: string): void {
    this.#pages.delete(distributionId);
  }
}
