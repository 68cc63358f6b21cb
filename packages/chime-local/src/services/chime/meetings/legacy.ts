/** The namespace `chime`, in which the operations on meetings were before they had one of their own. */
import { loadServiceModel, type ServiceModel } from '../../model/service-model.ts';
import type { AwsRequest } from '../../ports.ts';

/** Stands for an ExternalMeetingId that was not given. Nobody can give it: ids do not begin with `aws:`. */
export const NO_EXTERNAL_ID = 'aws:none';

const LEGACY_HOST = 'service.chime.aws.amazon.com';
/** SDKs for JavaScript of version 3 name the API; older ones, and boto3, which checks inputs itself, do not. */
const OWN_NAMESPACE = 'api/chime-sdk-meetings';
/** Where a meeting is held whose Region was not given. API reference of Amazon Chime, CreateMeeting, MediaRegion. */
const DEFAULT_MEDIA_REGION = 'us-east-1';
/** Of what was made. API reference of Amazon Chime, CreateMeeting. */
const CREATED = 201;

/** ListMeetings is of the namespace `chime` alone. API reference of Amazon Chime, ListMeetings. */
const LIST_MEETINGS = {
  method: 'GET',
  uri: '/meetings',
  status: 200,
  errors: [],
  query: { MaxResults: 'max-results', NextToken: 'next-token' },
};
/** Meetings of a page where the client does not say. The same page. */
export const LIST_MEETINGS_PAGE = 50;

let model: ServiceModel | undefined;

/** The model of the meetings' namespace with what only the older one has. */
export function modelWithLegacy(): ServiceModel {
  const own = loadServiceModel('chime-sdk-meetings');
  model ??= { ...own, operations: { ...own.operations, ListMeetings: LIST_MEETINGS } };
  return model;
}

/** In the namespace `chime` a meeting needs no ExternalMeetingId and no MediaRegion. @returns the status of success there. */
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
