/** A service that SDKs of different ages call in different protocols. */
import type { AwsRequest, AwsService } from '../ports.ts';

/** Dispatches JSON requests to `awsJson` and all others to `query`. */
export function byProtocol(parts: { awsJson: AwsService; query: AwsService }): AwsService {
  const of = (request: AwsRequest): AwsService =>
    request.headers['x-amz-target'] === undefined ? parts.query : parts.awsJson;
  return {
    signingNames: parts.awsJson.signingNames,
    operations: parts.awsJson.operations ?? [],
    questions: (request) => of(request).questions?.(request) ?? [],
    handle: (request) => of(request).handle(request),
    close: async () => parts.awsJson.close?.(),
  };
}
