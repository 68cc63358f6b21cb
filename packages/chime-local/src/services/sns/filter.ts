/** Which messages a subscription wants. Developer guide, "Amazon SNS subscription filter policies". */
import { comparePattern } from '../events/pattern.ts';
import { readJson } from '../rest/json-text.ts';
import type { Publication } from './topics.ts';

/**
 * Whether it does, and how much was compared (see `PacedWork`).
 * @param inBody the policy is about the message's JSON, not about its attributes.
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
    // A body that is no JSON fits no policy about it.
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
