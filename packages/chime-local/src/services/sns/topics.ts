/**
 * Topics, their subscriptions, and the delivery of messages. Source: Amazon SNS developer guide and API
 * reference.
 */
import type { Clock, Collection, Ids, Journal, Log } from '#platform';
import type { Deliveries } from '../delivery/index.ts';
import { ApiError } from '../rest/api-error.ts';
import { readJson } from '../rest/json-text.ts';
import { PacedWork } from '../rest/paced-work.ts';
import { compareFilter } from './filter.ts';

export interface TopicRecord {
  arn: string;
  name: string;
  attributes: Record<string, string>;
  tags: Record<string, string>;
}

export interface SubscriptionRecord {
  arn: string;
  topicArn: string;
  protocol: string;
  endpoint: string;
  attributes: Record<string, string>;
}

export interface Publication {
  message: string;
  subject?: string | undefined;
  /** Set for `MessageStructure: json`: the message contains a separate text for each protocol. */
  perProtocol?: boolean;
  attributes?: Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>;
  groupId?: string | undefined;
  deduplicationId?: string | undefined;
}

export interface TopicsOptions {
  journal: Journal;
  clock: Clock;
  ids: Ids;
  log: Log;
  accountId: string;
  region: string;
  deliveries: Deliveries;
}

/** Maximum size of a message in bytes. SNS API reference, Publish: 256 KB. */
const MAX_MESSAGE_BYTES = 262_144;
/** How many characters of a message can be read or written in the time of one comparison. */
const CHARACTERS_A_COMPARISON = 4;
const NAME = /^[\w-]{1,256}$|^[\w-]{1,251}\.fifo$/;
/** The protocols whose messages are delivered here. */
const DELIVERED = new Set(['lambda', 'sqs']);
const PROTOCOLS = new Set([
  ...DELIVERED,
  'email',
  'email-json',
  'sms',
  'http',
  'https',
  'application',
  'firehose',
]);

export const invalid = (message: string): ApiError =>
  new ApiError(400, 'InvalidParameter', `Invalid parameter: ${message}`);
const notFound = (what: string): ApiError => new ApiError(404, 'NotFound', `${what} does not exist`);

export class Topics {
  readonly #options: TopicsOptions;
  readonly #topics: Collection<TopicRecord>;
  readonly #subscriptions: Collection<SubscriptionRecord>;
  readonly #comparing = new PacedWork();

  constructor(options: TopicsOptions) {
    this.#options = options;
    this.#topics = options.journal.collection('sns.topics');
    this.#subscriptions = options.journal.collection('sns.subscriptions');
  }

  /** Returns the topic of that name and creates it if needed. @throws ApiError */
  create(
    name: string,
    attributes: Record<string, string> = {},
    tags: Record<string, string> = {},
  ): TopicRecord {
    if (!NAME.test(name)) throw invalid('Topic Name');
    const { region, accountId } = this.#options;
    const arn = `arn:aws:sns:${region}:${accountId}:${name}`;
    const existing = this.#topics.get(arn);
    const topic = existing ?? { arn, name, attributes, tags };
    if (!existing) this.#topics.set(arn, topic);
    return topic;
  }

  /** @throws ApiError NotFound if the topic does not exist */
  get(arn: string): TopicRecord {
    const topic = this.#topics.get(arn);
    if (!topic) throw notFound('Topic');
    return topic;
  }

  list(): TopicRecord[] {
    return this.#topics.values();
  }

  put(topic: TopicRecord): void {
    this.#topics.set(topic.arn, topic);
  }

  /** Deletes a topic with its subscriptions. It is not an error if the topic does not exist. */
  delete(arn: string): void {
    this.#options.journal.atomically(() => {
      this.#topics.delete(arn);
      for (const subscription of this.subscriptions(arn)) this.#subscriptions.delete(subscription.arn);
    });
  }

  /** Returns the subscription of that endpoint and creates it if needed. @throws ApiError */
  subscribe(
    topicArn: string,
    protocol: string,
    endpoint: string,
    attributes: Record<string, string> = {},
  ): SubscriptionRecord {
    this.get(topicArn);
    if (!PROTOCOLS.has(protocol)) throw invalid(`Does not support this protocol string: ${protocol}`);
    if (!endpoint) throw invalid('Endpoint');
    const existing = this.subscriptions(topicArn).find(
      (one) => one.protocol === protocol && one.endpoint === endpoint,
    );
    if (existing) return existing;
    const subscription = {
      arn: `${topicArn}:${this.#options.ids.guid()}`,
      topicArn,
      protocol,
      endpoint,
      attributes,
    };
    this.#subscriptions.set(subscription.arn, subscription);
    if (!DELIVERED.has(protocol)) {
      this.#options.log.warn(
        `${topicArn} has a subscription by ${protocol} (${endpoint}): its messages are not delivered here, they are only told of.`,
      );
    }
    return subscription;
  }

  /** @throws ApiError NotFound if the subscription does not exist */
  subscription(arn: string): SubscriptionRecord {
    const subscription = this.#subscriptions.get(arn);
    if (!subscription) throw notFound('Subscription');
    return subscription;
  }

  putSubscription(subscription: SubscriptionRecord): void {
    this.#subscriptions.set(subscription.arn, subscription);
  }

  unsubscribe(arn: string): void {
    this.#subscriptions.delete(arn);
  }

  subscriptions(topicArn?: string): SubscriptionRecord[] {
    const all = this.#subscriptions.values();
    return topicArn === undefined ? all : all.filter((one) => one.topicArn === topicArn);
  }

  /**
   * Delivers a message to every subscription whose filter matches, immediately unless there is much to
   * compare. Returns the MessageId.
   * @throws ApiError
   */
  publish(topicArn: string, publication: Publication): string {
    this.get(topicArn);
    checkPublication(publication);
    if (this.#comparing.isFull) throw new ApiError(429, 'Throttled', 'Messages wait for earlier ones.');
    const id = this.#options.ids.guid();
    this.#comparing.do(
      this.subscriptions(topicArn).map((subscription) => () => {
        const { FilterPolicy, FilterPolicyScope } = subscription.attributes;
        const { fits, comparisons } = FilterPolicy
          ? compareFilter(FilterPolicy, FilterPolicyScope === 'MessageBody', publication)
          : { fits: true, comparisons: 0 };
        if (fits) this.#deliver(subscription, publication, id);
        return comparisons + publication.message.length / CHARACTERS_A_COMPARISON;
      }),
    );
    return id;
  }

  /** Handles a text message: it is not delivered, only reported on the terminal. @returns the MessageId */
  text(phoneNumber: string, publication: Publication): string {
    checkPublication(publication);
    this.#options.log.info(
      `An SMS to ${phoneNumber} was published (${publication.message.length} characters); it is not sent from here.`,
    );
    return this.#options.ids.guid();
  }

  #deliver(subscription: SubscriptionRecord, publication: Publication, id: string): void {
    const { arn, topicArn, protocol, endpoint } = subscription;
    const message = messageFor(publication, protocol);
    const source = { principal: 'sns.amazonaws.com', arn: topicArn };
    const notification = this.#notification(subscription, publication, message, id);
    if (protocol === 'lambda') {
      const record = {
        EventVersion: '1.0',
        EventSubscriptionArn: arn,
        EventSource: 'aws:sns',
        Sns: notification,
      };
      this.#options.deliveries.toFunction(endpoint, { Records: [record] }, source);
    } else if (protocol === 'sqs') {
      const raw = subscription.attributes.RawMessageDelivery === 'true';
      const { SigningCertUrl, UnsubscribeUrl, ...document } = notification;
      const body = raw
        ? message
        : JSON.stringify({ ...document, SigningCertURL: SigningCertUrl, UnsubscribeURL: UnsubscribeUrl });
      const attributes = raw && publication.attributes ? { attributes: publication.attributes } : {};
      const { groupId, deduplicationId } = publication;
      this.#options.deliveries.toQueue(endpoint, { body, ...attributes, groupId, deduplicationId }, source);
    } else {
      this.#options.log.info(
        `${topicArn}: a message for ${protocol} ${endpoint} (${message.length} characters) is not delivered here.`,
      );
    }
  }

  /** The notification document. Developer guide, "Parsing Amazon SNS message formats". It is not signed. */
  #notification(
    { arn, topicArn }: SubscriptionRecord,
    { subject, attributes = {} }: Publication,
    message: string,
    id: string,
  ) {
    return {
      Type: 'Notification',
      MessageId: id,
      TopicArn: topicArn,
      Subject: subject ?? null,
      Message: message,
      Timestamp: new Date(this.#options.clock.now()).toISOString(),
      SignatureVersion: '1',
      Signature: 'NOT-SIGNED',
      SigningCertUrl: `https://sns.${this.#options.region}.amazonaws.com/none.pem`,
      UnsubscribeUrl: `https://sns.${this.#options.region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${arn}`,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
          name,
          { Type: DataType, Value: StringValue ?? BinaryValue },
        ]),
      ),
    };
  }
}

function checkPublication({ message, perProtocol }: Publication): void {
  if (message === '') throw invalid('Empty message');
  if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) throw invalid('Message too long');
  if (!perProtocol) return;
  const messages = readMessages(message);
  if (typeof messages?.default !== 'string') {
    throw invalid('Message Structure - No default entry in JSON message body');
  }
}

function readMessages(message: string): Record<string, unknown> | undefined {
  try {
    return readJson(message) as Record<string, unknown>;
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
}

function messageFor({ message, perProtocol }: Publication, protocol: string): string {
  if (!perProtocol) return message;
  const messages = readMessages(message) ?? {};
  return String(messages[protocol] ?? messages.default);
}
