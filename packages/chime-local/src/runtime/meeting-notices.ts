/** Sends the events of meetings to EventBridge, and to the queue, topic and function that CreateMeeting names. */
import type { Deliveries, EventBuses, MeetingEvent } from '#aws';

/**
 * The service principal that policies of queues and functions must allow. DG: "Granting the Amazon Chime SDK
 * access".
 */
const PRINCIPAL = 'meetings.chime.amazonaws.com';

export interface NoticeParts {
  eventBuses: Pick<EventBuses, 'put'>;
  deliveries: Deliveries;
  publish(topicArn: string, publication: { message: string }): void;
  /** The account and Region that appear in an event's message. */
  account: { accountId: string; region: string };
  onLost(text: string): void;
}

export function meetingNotices(parts: NoticeParts): (event: MeetingEvent) => void {
  const { eventBuses, deliveries, publish, account, onLost } = parts;
  return ({ meetingArn, notifications, ...event }) => {
    eventBuses.put(event);
    if (!notifications) return;
    const whole = {
      version: '0',
      ...event,
      account: account.accountId,
      region: account.region,
      time: new Date(Number(event.detail.timestamp)).toISOString().replace(/\.\d{3}/, ''),
      resources: [],
    };
    const source = { principal: PRINCIPAL, arn: meetingArn };
    const { SqsQueueArn, SnsTopicArn, LambdaFunctionArn } = notifications;
    if (SqsQueueArn) deliveries.toQueue(SqsQueueArn, { body: JSON.stringify(whole) }, source);
    if (LambdaFunctionArn) deliveries.toFunction(LambdaFunctionArn, whole, source);
    if (!SnsTopicArn) return;
    try {
      publish(SnsTopicArn, { message: JSON.stringify(whole) });
    } catch (error) {
      onLost(`${meetingArn} could not tell ${SnsTopicArn}: ${(error as Error).message}`);
    }
  };
}
