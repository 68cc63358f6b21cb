/** Filter policies of subscriptions. Developer guide, "Amazon SNS subscription filter policies". */
import { comparePattern } from '../events/pattern.ts';
import { readJson } from '../rest/json-text.ts';
import type { Publication } from './topics.ts';

/**
 * Whether a message matches a policy, and how much was compared (see `PacedWork`).
 * @param inBody true if the policy applies to the message's JSON and not to its attributes
 */
export function compareFilter(
  policy: string,
  inBody: boolean,
  publication: Publication,
): { fits: boolean; comparisons: number } {
  try {
    const pattern = readJson(policy) as Record<string, unknown>;
    return comparePattern(pattern, inBody ? readJson(publication.message) : attributeValues(publication));
  } catch {
    // A body that is not JSON matches no policy about the body.
    return { fits: false, comparisons: 0 };
  }
}

function attributeValues({ attributes = {} }: Publication): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue }]) => [
      name,
      attributeValue(DataType, StringValue),
    ]),
  );
}

function attributeValue(type: string, text = ''): unknown {
  if (type === 'Number') return Number(text);
  if (type === 'String.Array') return readJson(text);
  return text;
}
