/** The namespace `chime`, in which the operations on meetings were before they had one of their own. */
import type { AwsRequest } from '../../ports.ts';

/** Stands for an ExternalMeetingId that was not given. Nobody can give it: ids do not begin with `aws:`. */
export const NO_EXTERNAL_ID = 'aws:none';

const LEGACY_HOST = 'service.chime.aws.amazon.com';
/** SDKs for JavaScript of version 3 name the API; older ones, and boto3, which checks inputs itself, do not. */
const OWN_NAMESPACE = 'api/chime-sdk-meetings';
/** Of what was made. API reference of Amazon Chime, CreateMeeting. */
const CREATED = 201;

/** In the namespace `chime` a meeting needs no ExternalMeetingId. @returns the status of success there. */
export function amendLegacy(
  operation: string,
  input: Record<string, unknown>,
  { headers }: Pick<AwsRequest, 'headers'>,
): number | undefined {
  if (!operation.startsWith('CreateMeeting')) return undefined;
  const byHost = headers.host === LEGACY_HOST;
  const client = `${headers['user-agent'] ?? ''} ${headers['x-amz-user-agent'] ?? ''}`;
  const missing = input.ExternalMeetingId === undefined && (byHost || !client.includes(OWN_NAMESPACE));
  if (missing) input.ExternalMeetingId = NO_EXTERNAL_ID;
  return byHost || missing ? CREATED : undefined;
}
