import type { RunningStack } from './running-stack.ts';

/** What every AWS client of a test is made with: the addresses and the credentials of `endpoints.json`. */
export function awsConfig({ endpoints }: Pick<RunningStack, 'endpoints'>) {
  return {
    endpoint: endpoints.awsEndpoint,
    region: endpoints.awsRegion,
    credentials: { accessKeyId: endpoints.awsAccessKeyId, secretAccessKey: endpoints.awsSecretAccessKey },
  };
}
