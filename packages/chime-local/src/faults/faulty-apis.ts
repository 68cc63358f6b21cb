import type { AwsEndpointOptions } from '#aws';
import type { Faults } from './faults.ts';

type Interfere = NonNullable<AwsEndpointOptions['interfere']>;

/** Status of a throttled request in the JSON protocols, and of S3's. AWS general reference, "API retries". */
const THROTTLED = { restJson: 429, awsJson: 400, s3: 503 } as const;

/** Requests of functions to AWS APIs, with the faults of APIs that are switched on. */
export function faultyApis(faults: Faults): Interfere {
  return ({ service, rawPath, protocol }) => {
    const s3 = protocol === 's3';
    if (faults.take('throttled-api', service)) {
      const status = protocol === 'restJson' || s3 ? THROTTLED[protocol] : THROTTLED.awsJson;
      const code = s3 ? 'SlowDown' : 'ThrottlingException';
      return { status, code, message: 'Rate exceeded (the fault throttled-api is switched on).' };
    }
    if (faults.take('quota-reached', service)) {
      // Chime SDK Voice has a name of its own for it; Chime SDK Meetings and DynamoDB have this one.
      const ofVoice = service === 'chime' && !rawPath.startsWith('/meetings');
      const code = ofVoice ? 'ResourceLimitExceededException' : 'LimitExceededException';
      return { status: 400, code, message: 'A quota is reached (the fault quota-reached is switched on).' };
    }
    return undefined;
  };
}
