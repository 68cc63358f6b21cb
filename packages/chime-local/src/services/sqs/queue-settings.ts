/**
 * The attributes of a queue with their defaults and bounds. SQS API reference, CreateQueue and
 * SetQueueAttributes.
 */

import { readJson } from '../rest/json-text.ts';
import { invalidValue } from './errors.ts';

interface NumberAttribute {
  initial: number;
  min: number;
  max: number;
}

const NUMBERS: Readonly<Record<string, NumberAttribute>> = {
  DelaySeconds: { initial: 0, min: 0, max: 900 },
  MaximumMessageSize: { initial: 262_144, min: 1024, max: 1_048_576 },
  MessageRetentionPeriod: { initial: 345_600, min: 60, max: 1_209_600 },
  ReceiveMessageWaitTimeSeconds: { initial: 0, min: 0, max: 20 },
  VisibilityTimeout: { initial: 30, min: 0, max: 43_200 },
  KmsDataKeyReusePeriodSeconds: { initial: 300, min: 60, max: 86_400 },
};
const TEXTS = new Set([
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'SqsManagedSseEnabled',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
]);

/**
 * Validates attributes and returns them as they are stored.
 * @throws ApiError for a name or value that SQS does not accept.
 */
export function checkedAttributes(given: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(given)) {
    const number = NUMBERS[name];
    if (!number && !TEXTS.has(name)) throw invalidValue(`Unknown Attribute ${name}.`);
    const read = Number(value);
    if (number && !(Number.isInteger(read) && read >= number.min && read <= number.max)) {
      throw invalidValue(
        `Invalid value for the parameter ${name}: ${number.min} to ${number.max}, not ${JSON.stringify(value)}`,
      );
    }
    if (name === 'RedrivePolicy' && value !== '') readRedrivePolicy(value);
  }
  return { ...given };
}

export const numberAttribute = (attributes: Readonly<Record<string, string>>, name: string): number =>
  Number(attributes[name] ?? NUMBERS[name]?.initial ?? 0);

/** All numeric attributes with the values that apply to this queue. */
export const numberAttributes = (attributes: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.keys(NUMBERS)
      .filter((name) => name !== 'KmsDataKeyReusePeriodSeconds')
      .map((name) => [name, String(numberAttribute(attributes, name))]),
  );

/** Parses the policy that moves messages received too often to a dead-letter queue. @throws ApiError */
export function readRedrivePolicy(text: string): { deadLetterTargetArn: string; maxReceiveCount: number } {
  try {
    const { deadLetterTargetArn, maxReceiveCount } = readJson(text) as Record<string, unknown>;
    const count = Number(maxReceiveCount);
    if (typeof deadLetterTargetArn === 'string' && count >= 1)
      return { deadLetterTargetArn, maxReceiveCount: count };
  } catch {
    // The error is thrown below.
  }
  throw invalidValue(`Value ${text.slice(0, 200)} for parameter RedrivePolicy is invalid.`);
}
