/** What IAM is asked about a request to the Chime SDK. Source: Service Authorization Reference, Amazon Chime. */
import type { AccessQuestion } from '../iam/access.ts';
import type { RouteMatch } from '../model/operation-router.ts';

type Home = { accountId: string; region: string };

/** Path labels that name a resource which IAM knows, and how its ARN goes on. Other operations are about `*`. */
const RESOURCES: Readonly<Record<string, (id: string, home: Home) => string[]>> = {
  // Meetings exist without a Region in their ARN, too.
  MeetingId: (id, { accountId, region }) => [
    `arn:aws:chime::${accountId}:meeting/${id}`,
    `arn:aws:chime:${region}:${accountId}:meeting/${id}`,
  ],
  SipMediaApplicationId: (id, { accountId, region }) => [`arn:aws:chime:${region}:${accountId}:sma/${id}`],
  VoiceConnectorId: (id, { accountId, region }) => [`arn:aws:chime:${region}:${accountId}:vc/${id}`],
};

export function chimeQuestions({ operation, labels }: RouteMatch, home: Home): AccessQuestion[] {
  const [label] = Object.keys(labels).filter((name) => RESOURCES[name]);
  const resources = label ? (RESOURCES[label]?.(labels[label] ?? '', home) ?? ['*']) : ['*'];
  return [{ action: `chime:${operation}`, resources }];
}
