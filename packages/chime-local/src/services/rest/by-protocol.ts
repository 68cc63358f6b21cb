/** A service that SDKs of different ages ask in different protocols. */
import type { AwsRequest, AwsService } from '../ports.ts';

/** `awsJson` answers what is asked in JSON, `query` the rest. */
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
