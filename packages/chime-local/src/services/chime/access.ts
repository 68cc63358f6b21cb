/** What IAM is asked about a request to the Chime SDK. Source: Service Authorization Reference, Amazon Chime. */
import type { AccessQuestion } from '../iam/access.ts';
import type { RouteMatch } from '../model/operation-router.ts';

type Home = { accountId: string; region: string };

/**
 * Path labels, in lower case, that name a resource which IAM knows, and its ARNs. Other operations are about `*`.
 */
const RESOURCES: Readonly<Record<string, (id: string, home: Home) => string[]>> = {
  // Meetings exist without a Region in their ARN, too.
  meetingid: (id, { accountId, region }) => [
    `arn:aws:chime::${accountId}:meeting/${id}`,
    `arn:aws:chime:${region}:${accountId}:meeting/${id}`,
  ],
  sipmediaapplicationid: (id, { accountId, region }) => [`arn:aws:chime:${region}:${accountId}:sma/${id}`],
  voiceconnectorid: (id, { accountId, region }) => [`arn:aws:chime:${region}:${accountId}:vc/${id}`],
};

export function chimeQuestions({ operation, labels }: RouteMatch, home: Home): AccessQuestion[] {
  const found = Object.entries(labels).flatMap(
    ([label, id]) => RESOURCES[label.toLowerCase()]?.(id, home) ?? [],
  );
  const resources = found.length > 0 ? found : ['*'];
  return [{ action: `chime:${operation}`, resources }];
}
