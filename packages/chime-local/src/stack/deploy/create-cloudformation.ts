/** CloudFormation with the resource providers of this machine. */

import { CloudFormation, Shortfalls, StackStore } from '#cloudformation';
import type { Journal } from '#platform';
import { systemClock, systemIds } from '#platform';
import type { ProviderServices } from '#provision';
import { providersOf } from '#provision';

export interface StacksOptions {
  journal: Journal;
  services: Omit<ProviderServices, 'cloudFormation' | 'ids'>;
}

/**
 * URLs at which API Gateway serves an API. Developer guide, "Invoke a REST API":
 * `https://ID.execute-api.REGION.amazonaws.com`.
 */
const API_HOST = /https:\/\/([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/g;

/**
 * Replaces cloud URLs by local ones. The cloud serves the page over https; here it is on the loopback, where
 * http is a secure context.
 */
export function atHome<T>(value: T, consoleOrigin: string): T {
  const httpsOrigin = consoleOrigin.replace(/^http:/, 'https:');
  const replace = (inner: unknown): unknown => {
    if (typeof inner === 'string') {
      return inner.replaceAll(httpsOrigin, consoleOrigin).replace(API_HOST, `${consoleOrigin}/apis/$1`);
    }
    if (Array.isArray(inner)) return inner.map(replace);
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, replace(item)]));
  };
  return replace(value) as T;
}

export function createCloudFormation({ journal, services }: StacksOptions): CloudFormation {
  const { home, log, parameters, secrets } = services;
  const cloudFormation: CloudFormation = new CloudFormation({
    store: new StackStore(journal),
    // Providers of nested stacks use CloudFormation itself.
    providers: providersOf({ ...services, ids: systemIds, cloudFormation: () => cloudFormation }),
    clock: systemClock,
    ids: systemIds,
    log: log.child('cloudformation'),
    shortfalls: new Shortfalls(),
    region: home.region,
    accountId: home.accountId,
    parameterStore: (name) => parameters.find(name)?.value,
    secret: (name) => (secrets.find(name) ? secrets.value(name).version.text : undefined),
    adapt: (value) => atHome(value, home.consoleOrigin),
  });
  return cloudFormation;
}
