/**
 * The actions and resources that IAM is asked about for a Chime SDK request. Source: Service Authorization
 * Reference, Amazon Chime.
 */
import type { AccessQuestion } from '../iam/access.ts';
import type { RouteMatch } from '../model/operation-router.ts';

type Home = { accountId: string; region: string };

/**
 * For each path label, in lower case, that names a resource known to IAM: the ARNs of that resource.
 * Operations without such a label concern `*`.
 */
const RESOURCES: Readonly<Record<string, (id: string, home: Home) => string[]>> = {
  // A meeting also has an ARN without a Region.
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
