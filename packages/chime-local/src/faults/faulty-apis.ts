import type { AwsEndpointOptions } from '#aws';
import type { Faults } from './faults.ts';

type Interfere = NonNullable<AwsEndpointOptions['interfere']>;

/** HTTP status of a throttled request, by protocol. AWS general reference, "API retries". */
const THROTTLED = { restJson: 429, awsJson: 400, s3: 503 } as const;

/** Applies the faults of APIs that are switched on to functions' requests to AWS. */
export function faultyApis(faults: Faults): Interfere {
  return ({ service, rawPath, protocol }) => {
    const s3 = protocol === 's3';
    if (faults.take('throttled-api', service)) {
      const status = protocol === 'restJson' || s3 ? THROTTLED[protocol] : THROTTLED.awsJson;
      const code = s3 ? 'SlowDown' : 'ThrottlingException';
      return { status, code, message: 'Rate exceeded (the fault throttled-api is switched on).' };
    }
    if (faults.take('quota-reached', service)) {
      // Chime SDK Voice has its own error code; Chime SDK Meetings and DynamoDB share this one.
      const ofVoice = service === 'chime' && !rawPath.startsWith('/meetings');
      const code = ofVoice ? 'ResourceLimitExceededException' : 'LimitExceededException';
      return { status: 400, code, message: 'A quota is reached (the fault quota-reached is switched on).' };
    }
    return undefined;
  };
}
