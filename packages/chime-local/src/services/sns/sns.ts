/** Amazon SNS: the query protocol of the topics. */
import type { AwsService } from '../ports.ts';
import { pageOf } from '../rest/paging.ts';
import {
  createQueryService,
  FlatList,
  listMember,
  type QueryInput,
  type QueryOperation,
  textMember,
  textsMember,
} from '../rest/query-service.ts';
import {
  invalid,
  type Publication,
  type SubscriptionRecord,
  type TopicRecord,
  type Topics,
} from './topics.ts';

/** Maximum number of items per page. SNS API reference, ListTopics and ListSubscriptions. */
const PAGE = 100;

export interface SnsOptions {
  topics: Topics;
  accountId: string;
}

export function createSns({ topics, accountId }: SnsOptions): AwsService {
  return createQueryService({
    name: 'SNS',
    signingNames: ['sns'],
    namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    operations: {
      ...topicOperations(topics, accountId),
      ...subscriptionOperations(topics),
      ...publishing(topics),
    },
    questions: (action, input) => [{ action: `sns:${action}`, resources: [resourceOf(input)] }],
  });
}

const resourceOf = (input: QueryInput): string =>
  textMember(input, 'TopicArn') ??
  textMember(input, 'TargetArn') ??
  textMember(input, 'ResourceArn') ??
  textMember(input, 'SubscriptionArn')?.split(':').slice(0, 6).join(':') ??
  '*';

const required = (input: QueryInput, member: string): string => {
  const value = textMember(input, member);
  if (value === undefined) throw invalid(member);
  return value;
};

/** Reads a map, which is sent as `entry.N.key` and `entry.N.value`. */
function mapMember(input: QueryInput, member: string): Record<string, string> {
  const entries = (input[member] as { entry?: QueryInput[] } | undefined)?.entry ?? [];
  return Object.fromEntries(entries.map(({ key, value }) => [String(key), String(value)]));
}

const tagsOf = (input: QueryInput): Record<string, string> =>
  Object.fromEntries(
    ((listMember(input, 'Tags') ?? []) as QueryInput[]).map(({ Key, Value }) => [String(Key), String(Value)]),
  );

function topicOperations(topics: Topics, accountId: string): Record<string, QueryOperation> {
  return {
    CreateTopic(input) {
      const topic = topics.create(required(input, 'Name'), mapMember(input, 'Attributes'), tagsOf(input));
      return { TopicArn: topic.arn };
    },
    DeleteTopic(input) {
      topics.delete(required(input, 'TopicArn'));
      return undefined;
    },
    ListTopics(input) {
      const page = pageOf(topics.list(), ({ arn }) => arn, PAGE, textMember(input, 'NextToken'));
      return { Topics: page.items.map(({ arn }) => ({ TopicArn: arn })), NextToken: page.nextToken };
    },
    GetTopicAttributes(input) {
      const topic = topics.get(required(input, 'TopicArn'));
      const confirmed = topics.subscriptions(topic.arn).length;
      const all = {
        ...topic.attributes,
        TopicArn: topic.arn,
        Owner: accountId,
        SubscriptionsConfirmed: String(confirmed),
        SubscriptionsPending: '0',
        SubscriptionsDeleted: '0',
      };
      return { Attributes: entriesOf(all) };
    },
    SetTopicAttributes(input) {
      const topic = topics.get(required(input, 'TopicArn'));
      const name = required(input, 'AttributeName');
      const value = textMember(input, 'AttributeValue') ?? '';
      topics.put({ ...topic, attributes: { ...topic.attributes, [name]: value } });
      return undefined;
    },
    TagResource(input) {
      const topic = topics.get(required(input, 'ResourceArn'));
      topics.put({ ...topic, tags: { ...topic.tags, ...tagsOf(input) } });
      return {};
    },
    UntagResource(input) {
      const topic: TopicRecord = topics.get(required(input, 'ResourceArn'));
      const gone = textsMember(input, 'TagKeys') ?? [];
      const left = Object.entries(topic.tags).filter(([key]) => !gone.includes(key));
      topics.put({ ...topic, tags: Object.fromEntries(left) });
      return {};
    },
    ListTagsForResource(input) {
      const { tags } = topics.get(required(input, 'ResourceArn'));
      return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}

/** A map in an answer. */
const entriesOf = (map: Readonly<Record<string, string>>): object => ({
  entry: new FlatList(Object.entries(map).map(([key, value]) => ({ key, value }))),
});

function subscriptionOperations(topics: Topics): Record<string, QueryOperation> {
  const show = ({ arn, topicArn, protocol, endpoint }: SubscriptionRecord): object => ({
    TopicArn: topicArn,
    Protocol: protocol,
    SubscriptionArn: arn,
    Owner: topicArn.split(':')[4],
    Endpoint: endpoint,
  });
  const page = (subscriptions: SubscriptionRecord[], input: QueryInput): object => {
    const { items, nextToken } = pageOf(
      subscriptions,
      ({ arn }) => arn,
      PAGE,
      textMember(input, 'NextToken'),
    );
    return { Subscriptions: items.map(show), NextToken: nextToken };
  };
  return {
    Subscribe(input) {
      const { arn } = topics.subscribe(
        required(input, 'TopicArn'),
        required(input, 'Protocol'),
        required(input, 'Endpoint'),
        mapMember(input, 'Attributes'),
      );
      return { SubscriptionArn: arn };
    },
    Unsubscribe(input) {
      topics.unsubscribe(required(input, 'SubscriptionArn'));
      return undefined;
    },
    ListSubscriptions: (input) => page(topics.subscriptions(), input),
    ListSubscriptionsByTopic: (input) =>
      page(topics.subscriptions(topics.get(required(input, 'TopicArn')).arn), input),
    GetSubscriptionAttributes(input) {
      const { arn, topicArn, protocol, endpoint, attributes } = topics.subscription(
        required(input, 'SubscriptionArn'),
      );
      const all = {
        ...attributes,
        SubscriptionArn: arn,
        TopicArn: topicArn,
        Protocol: protocol,
        Endpoint: endpoint,
        PendingConfirmation: 'false',
      };
      return { Attributes: entriesOf(all) };
    },
    SetSubscriptionAttributes(input) {
      const subscription = topics.subscription(required(input, 'SubscriptionArn'));
      const name = required(input, 'AttributeName');
      const value = textMember(input, 'AttributeValue') ?? '';
      topics.putSubscription({ ...subscription, attributes: { ...subscription.attributes, [name]: value } });
      return undefined;
    },
  };
}

function publishing(topics: Topics): Record<string, QueryOperation> {
  return {
    Publish(input) {
      const publication = publicationOf(input);
      const phoneNumber = textMember(input, 'PhoneNumber');
      if (phoneNumber !== undefined) return { MessageId: topics.text(phoneNumber, publication) };
      const topicArn = textMember(input, 'TopicArn') ?? required(input, 'TargetArn');
      return { MessageId: topics.publish(topicArn, publication) };
    },
    PublishBatch(input) {
      const topicArn = required(input, 'TopicArn');
      const entries = (listMember(input, 'PublishBatchRequestEntries') ?? []) as QueryInput[];
      const Successful = entries.map((entry) => ({
        Id: required(entry, 'Id'),
        MessageId: topics.publish(topicArn, publicationOf(entry)),
      }));
      return { Successful, Failed: [] };
    },
  };
}

function publicationOf(input: QueryInput): Publication {
  const entries = ((input.MessageAttributes as { entry?: QueryInput[] } | undefined)?.entry ?? []) as {
    Name: string;
    Value: { DataType: string; StringValue?: string; BinaryValue?: string };
  }[];
  return {
    message: required(input, 'Message'),
    subject: textMember(input, 'Subject'),
    perProtocol: textMember(input, 'MessageStructure') === 'json',
    ...(entries.length > 0
      ? { attributes: Object.fromEntries(entries.map(({ Name, Value }) => [Name, Value])) }
      : {}),
    groupId: textMember(input, 'MessageGroupId'),
    deduplicationId: textMember(input, 'MessageDeduplicationId'),
  };
}
