/** Whether a subscription wants a message. Developer guide, "Amazon SNS subscription filter policies". */
import { fitsPattern } from '../events/pattern.ts';
import { readJson } from '../rest/json-text.ts';
import type { Publication } from './topics.ts';

/** @param inBody the policy is about the message's JSON, not about its attributes. */
export function fitsFilter(policy: string, inBody: boolean, publication: Publication): boolean {
  try {
    const pattern = readJson(policy) as Record<string, unknown>;
    return fitsPattern(pattern, inBody ? readJson(publication.message) : attributeValues(publication));
  } catch {
    // A body that is no JSON fits no policy about it.
    return false;
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
