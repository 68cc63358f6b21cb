/** What stacks have put in place here that no AWS API keeps: the HTTP APIs, the page, who may sign in, the SMAs. */
import type { IssuerClient } from '#gateway';
import { ApiRegistry } from '../web/api-registry.ts';

/** The principal that invokes functions and reads prompts for SIP media applications. */
export const CHIME_PRINCIPAL = 'voiceconnector.chime.amazonaws.com';

export class HostedParts {
  readonly apis: ApiRegistry;
  readonly #issuerClients = new Map<string, IssuerClient>();
  /** Bucket by distribution. */
  readonly #pages = new Map<string, string>();
  readonly #sipMediaApplications = new Set<string>();
  readonly #onClients: (clients: IssuerClient[]) => void;

  /** @param onClients told whenever other clients may sign in. */
  constructor(origin: string, onClients: (clients: IssuerClient[]) => void) {
    this.apis = new ApiRegistry(origin);
    this.#onClients = onClients;
  }

  get issuerClients(): IssuerClient[] {
    return [...this.#issuerClients.values()];
  }

  putIssuerClient(client: IssuerClient): void {
    this.#issuerClients.set(client.clientId, client);
    this.#onClients(this.issuerClients);
  }

  removeIssuerClient(clientId: string): void {
    this.#issuerClients.delete(clientId);
    this.#onClients(this.issuerClients);
  }

  /** The bucket that the page is served from: that of the newest distribution. */
  get pageBucket(): string | undefined {
    return [...this.#pages.values()].at(-1);
  }

  putPage(distributionId: string, bucket: string): void {
    this.#pages.set(distributionId, bucket);
  }

  removePage(distributionId: string): void {
    this.#pages.delete(distributionId);
  }

  /** Ids of the SIP media applications that stacks have made. */
  get sipMediaApplicationIds(): string[] {
    return [...this.#sipMediaApplications];
  }

  putSipMediaApplication(id: string): void {
    this.#sipMediaApplications.add(id);
  }

  removeSipMediaApplication(id: string): void {
    this.#sipMediaApplications.delete(id);
  }
}
