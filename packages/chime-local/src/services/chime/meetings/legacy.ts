/** The namespace `chime`, which contained the meeting operations before they got a namespace of their own. */
import { loadServiceModel, type ServiceModel } from '../../model/service-model.ts';
import type { AwsRequest } from '../../ports.ts';

/**
 * Stands for an ExternalMeetingId that was not given. No client can send it: external ids must not begin with
 * `aws:`.
 */
export const NO_EXTERNAL_ID = 'aws:none';

const LEGACY_HOST = 'service.chime.aws.amazon.com';
/**
 * The JavaScript SDK version 3 names the API in its user agent. Older SDKs, and boto3, which validates inputs
 * itself, do not.
 */
const OWN_NAMESPACE = 'api/chime-sdk-meetings';
/**
 * The media Region of a meeting if none is given. API reference of Amazon Chime, CreateMeeting, MediaRegion.
 */
const DEFAULT_MEDIA_REGION = 'us-east-1';
/** Status of a successful CreateMeeting. API reference of Amazon Chime, CreateMeeting. */
const CREATED = 201;

/** ListMeetings exists only in the namespace `chime`. API reference of Amazon Chime, ListMeetings. */
const LIST_MEETINGS = {
  method: 'GET',
  uri: '/meetings',
  status: 200,
  errors: [],
  query: { MaxResults: 'max-results', NextToken: 'next-token' },
};
/** Meetings per page if the client does not specify it. API reference of Amazon Chime, ListMeetings. */
export const LIST_MEETINGS_PAGE = 50;

let model: ServiceModel | undefined;

/** The model of the meetings namespace, extended by the operation that only the legacy namespace has. */
export function modelWithLegacy(): ServiceModel {
  const own = loadServiceModel('chime-sdk-meetings');
  model ??= { ...own, operations: { ...own.operations, ListMeetings: LIST_MEETINGS } };
  return model;
}

/**
 * Fills in ExternalMeetingId and MediaRegion, which the namespace `chime` does not require.
 * @returns the HTTP status of success in that namespace
 */
export function amendLegacy(
  operation: string,
  input: Record<string, unknown>,
  { headers }: Pick<AwsRequest, 'headers'>,
): number | undefined {
  if (!operation.startsWith('CreateMeeting')) return undefined;
  const byHost = headers.host === LEGACY_HOST;
  const client = `${headers['user-agent'] ?? ''} ${headers['x-amz-user-agent'] ?? ''}`;
  const isLegacy = byHost || !client.includes(OWN_NAMESPACE);
  const withoutId = isLegacy && input.ExternalMeetingId === undefined;
  if (withoutId) input.ExternalMeetingId = NO_EXTERNAL_ID;
  const withoutRegion = isLegacy && input.MediaRegion === undefined;
  if (withoutRegion) input.MediaRegion = DEFAULT_MEDIA_REGION;
  return byHost || withoutId || withoutRegion ? CREATED : undefined;
}
