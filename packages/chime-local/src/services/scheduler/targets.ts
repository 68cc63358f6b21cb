/**
 * Converts a schedule's target to a service call. User guide, "Managing targets": templated and universal
 * targets.
 */
import { readJson } from '../rest/json-text.ts';
import type { CallService } from '../states/index.ts';
import type { ScheduleTarget } from './schedules.ts';

/** One due time of a schedule, with the number of the delivery attempt. */
export interface Occasion {
  /** The ARN of the schedule. */
  arn: string;
  /** Milliseconds since the epoch. */
  due: number;
  executionId: string;
  /** The number of the attempt, starting at 1. */
  attempt: number;
  accountId: string;
  region: string;
}

type Call = Parameters<CallService>[0];

/** A universal target, e.g. `arn:aws:scheduler:::aws-sdk:chimesdkvoice:createSipMediaApplicationCall`. */
const UNIVERSAL = /^arn:aws:scheduler:::aws-sdk:([^:]+):([^:]+)$/;

const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** Replaces the context attributes in an input. User guide, "Adding context attributes". */
const withContext = (text: string, { arn, due, executionId, attempt }: Occasion): string =>
  text
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.scheduled-time>', isoSeconds(due))
    .replaceAll('<aws.scheduler.execution-id>', executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt));

/** The event for a target whose schedule specifies no input. */
const eventOf = ({ arn, due, executionId, accountId, region }: Occasion): string =>
  JSON.stringify({
    version: '0',
    id: executionId,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: accountId,
    time: isoSeconds(due),
    region,
    resources: [arn],
    detail: '{}',
  });

export function queueUrlOf(arn: string, region: string): string {
  const [account, name] = arn.split(':').slice(4);
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}

/** @throws Error with a message that names what the target lacks */
export function callOf(target: ScheduleTarget, occasion: Occasion): Call {
  const { Arn, RoleArn: roleArn, Input, SqsParameters, EventBridgeParameters } = target;
  const text = Input === undefined ? eventOf(occasion) : withContext(Input, occasion);
  const [, universal, operation = ''] = UNIVERSAL.exec(Arn) ?? [];
  if (universal) {
    const named = `${operation.slice(0, 1).toUpperCase()}${operation.slice(1)}`;
    return {
      roleArn,
      service: universal.toLowerCase(),
      operation: named,
      parameters: jsonOf(Input === undefined ? '{}' : text),
    };
  }
  const service = Arn.split(':')[2] ?? '';
  switch (service) {
    case 'lambda':
      return calling('lambda', 'Invoke', { FunctionName: Arn, InvocationType: 'Event', Payload: text });
    case 'sqs':
      return calling('sqs', 'SendMessage', {
        QueueUrl: queueUrlOf(Arn, occasion.region),
        MessageBody: text,
        ...(SqsParameters?.MessageGroupId ? { MessageGroupId: SqsParameters.MessageGroupId } : {}),
      });
    case 'sns':
      return calling('sns', 'Publish', { TopicArn: Arn, Message: text });
    case 'states':
      return calling('states', 'StartExecution', { stateMachineArn: Arn, input: text });
    case 'events': {
      const { DetailType = '', Source = '' } = EventBridgeParameters ?? {};
      return calling('events', 'PutEvents', {
        Entries: [{ EventBusName: Arn, DetailType, Source, Detail: text }],
      });
    }
    default:
      throw Object.assign(
        new Error(
          `targets of ${service} are not served here; lambda, sqs, sns, states, events and aws-sdk are.`,
        ),
        { name: 'NotServed' },
      );
  }
  function calling(to: string, what: string, parameters: Record<string, unknown>): Call {
    return { roleArn, service: to, operation: what, parameters };
  }
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return readJson(text) as Record<string, unknown>;
  } catch {
    throw Object.assign(new Error('its Input is no JSON object.'), { name: 'InvalidInput' });
  }
}
