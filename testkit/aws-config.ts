import type { RunningStack } from './running-stack.ts';

/** The configuration of every AWS client of a test: endpoint and credentials from `endpoints.json`. */
export function awsConfig({ endpoints }: Pick<RunningStack, 'endpoints'>) {
  return {
    endpoint: endpoints.awsEndpoint,
    region: endpoints.awsRegion,
    credentials: { accessKeyId: endpoints.awsAccessKeyId, secretAccessKey: endpoints.awsSecretAccessKey },
  };
}
