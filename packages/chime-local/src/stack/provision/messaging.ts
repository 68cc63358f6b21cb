/** Queues, topics, rules and event source mappings. The emulated services store what is created here. */
import type { ResourceProvider, ResourceRequest } from '#cloudformation';
import { systemClock } from '#platform';
import { TemplateError } from '#template';
import { queueSettings, startQueueConsumer } from './queue-consumer.ts';
import { type ProviderServices, textOf } from './services.ts';
import { startStreamConsumer, streamSettings } from './stream-consumer.ts';

/** The services' limits for the length of names, in characters. */
const MAX_QUEUE_NAME = 80;
const MAX_TOPIC_NAME = 256;
const MAX_RULE_NAME = 64;

type Properties = Record<string, unknown>;

/** Converts attributes to strings for the API; in a template they may be numbers, booleans or documents. */
const texts = (properties: Properties, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = properties[name];
      if (value === undefined) return [];
      return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const];
    }),
  );

const QUEUE_ATTRIBUTES = [
  'ContentBasedDeduplication',
  'DelaySeconds',
  'FifoQueue',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'VisibilityTimeout',
];

const queueNameOf = (url: string): string => url.split('/').at(-1) ?? url;

function queueProvider({ queues, home }: ProviderServices): ResourceProvider {
  const describe = (name: string) => {
    const url = `https://sqs.${home.region}.amazonaws.com/${home.accountId}/${name}`;
    return { physicalId: url, attributes: { Arn: queues.arnOf(name), QueueName: name, QueueUrl: url } };
  };
  return {
    types: ['AWS::SQS::Queue'],
    replacedBy: ['QueueName', 'FifoQueue'],
    nameProperty: 'QueueName',
    async create({ properties, newName }) {
      const fifo = String(properties.FifoQueue) === 'true';
      const name = textOf(properties.QueueName) || `${newName(MAX_QUEUE_NAME - 5)}${fifo ? '.fifo' : ''}`;
      queues.create(name, texts(properties, QUEUE_ATTRIBUTES));
      return describe(name);
    },
    async update({ properties }, { physicalId }) {
      queues.setAttributes(queueNameOf(physicalId), texts(properties, QUEUE_ATTRIBUTES));
      return describe(queueNameOf(physicalId));
    },
    async delete({ physicalId }) {
      if (queues.find(queueNameOf(physicalId))) queues.delete(queueNameOf(physicalId));
    },
  };
}

/** The policy of queues, by which topics, rules and buckets may send to them. */
function queuePolicyProvider({ queues }: ProviderServices): ResourceProvider {
  const namesOf = ({ Queues, Queue }: Properties): string[] =>
    [Queues ?? Queue ?? []].flat().map((url) => queueNameOf(textOf(url)));
  const put = ({ properties }: Pick<ResourceRequest, 'properties'>): void => {
    const Policy = JSON.stringify(properties.PolicyDocument);
    for (const name of namesOf(properties)) queues.setAttributes(name, { Policy });
  };
  const clear = (names: readonly string[]): void => {
    for (const name of names) if (queues.find(name)) queues.setAttributes(name, { Policy: '' });
  };
  return {
    types: ['AWS::SQS::QueuePolicy', 'AWS::SQS::QueueInlinePolicy'],
    replacedBy: ['Queue'],
    async create(request) {
      put(request);
      const id = request.newName();
      return { physicalId: id, attributes: { Id: id } };
    },
    async update(request, existing) {
      clear(namesOf(existing.properties));
      put(request);
      return existing;
    },
    delete: async ({ properties }) => clear(namesOf(properties)),
  };
}

function topicProviders({ topics }: ProviderServices): ResourceProvider[] {
  const subscribe = (topicArn: string, { Protocol, Endpoint, ...rest }: Properties): string =>
    topics.subscribe(
      topicArn,
      textOf(Protocol),
      textOf(Endpoint),
      texts(rest, ['FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery']),
    ).arn;
  const topic: ResourceProvider = {
    types: ['AWS::SNS::Topic'],
    replacedBy: ['TopicName', 'FifoTopic'],
    nameProperty: 'TopicName',
    async create({ properties, newName }) {
      const name = textOf(properties.TopicName) || newName(MAX_TOPIC_NAME);
      const { arn } = topics.create(name, texts(properties, ['DisplayName', 'FifoTopic']));
      for (const one of (properties.Subscription ?? []) as Properties[]) subscribe(arn, one);
      return { physicalId: arn, attributes: { TopicArn: arn, TopicName: name } };
    },
    update: async (_request, existing) => existing,
    async delete({ physicalId }) {
      if (topics.list().some(({ arn }) => arn === physicalId)) topics.delete(physicalId);
    },
  };
  const subscription: ResourceProvider = {
    types: ['AWS::SNS::Subscription'],
    replacedBy: 'all',
    async create({ properties }) {
      const arn = subscribe(textOf(properties.TopicArn), properties);
      return { physicalId: arn, attributes: { Arn: arn } };
    },
    delete: async ({ physicalId }) => topics.unsubscribe(physicalId),
  };
  return [topic, subscription];
}

function ruleProvider({ eventBuses }: ProviderServices): ResourceProvider {
  const busOf = (properties: Properties): string =>
    textOf(properties.EventBusName, 'default').split('/').at(-1) ?? 'default';
  const put = (name: string, properties: Properties) => {
    const { EventPattern, ScheduleExpression, Description, State, Targets } = properties;
    const rule = eventBuses.putRule({
      name,
      bus: busOf(properties),
      pattern: EventPattern === undefined ? undefined : JSON.stringify(EventPattern),
      schedule: ScheduleExpression === undefined ? undefined : textOf(ScheduleExpression),
      description: Description === undefined ? undefined : textOf(Description),
      enabled: State !== 'DISABLED',
    });
    eventBuses.removeTargets(
      name,
      rule.bus,
      rule.targets.map(({ id }) => id),
    );
    if (Targets) eventBuses.putTargets(name, rule.bus, Targets as Properties[]);
    return { physicalId: name, attributes: { Arn: rule.arn } };
  };
  return {
    types: ['AWS::Events::Rule'],
    replacedBy: ['Name', 'EventBusName'],
    nameProperty: 'Name',
    create: async ({ properties, newName }) =>
      put(textOf(properties.Name) || newName(MAX_RULE_NAME), properties),
    update: async ({ properties }, { physicalId }) => put(physicalId, properties),
    async delete({ physicalId, properties }) {
      const bus = busOf(properties);
      const rule = eventBuses.rules(bus).find(({ name }) => name === physicalId);
      if (!rule) return;
      eventBuses.removeTargets(
        physicalId,
        bus,
        rule.targets.map(({ id }) => id),
      );
      eventBuses.deleteRule(physicalId, bus);
    },
  };
}

function mappingProvider(services: ProviderServices): ResourceProvider {
  const { queues, tables, functions, ids, log } = services;
  const stops = new Map<string, () => void>();
  const start = (id: string, { logicalId, properties }: { logicalId: string; properties: Properties }) => {
    stops.get(id)?.();
    const sourceArn = textOf(properties.EventSourceArn);
    const [, , source] = sourceArn.split(':');
    const functionArn = textOf(properties.FunctionName);
    if (!functionArn)
      throw new TemplateError(`${logicalId} (AWS::Lambda::EventSourceMapping) names no function.`);
    if (source !== 'sqs' && source !== 'dynamodb') {
      log.warn(
        `${logicalId} (AWS::Lambda::EventSourceMapping): queues and tables are carried out, not ${sourceArn}.`,
      );
    } else if (String(properties.Enabled) !== 'false') {
      const stop =
        source === 'sqs'
          ? startQueueConsumer({ ...queueSettings(properties), queues, functions, log })
          : startStreamConsumer({
              ...streamSettings(properties),
              tables,
              functions,
              clock: systemClock,
              ids,
              log,
            });
      stops.set(id, stop);
    }
    return { physicalId: id, attributes: { Id: id } };
  };
  return {
    types: ['AWS::Lambda::EventSourceMapping'],
    replacedBy: ['EventSourceArn'],
    create: async (request) => start(request.newName(), request),
    update: async (request, { physicalId }) => start(physicalId, request),
    restore: async (existing) => start(existing.physicalId, existing),
    async delete({ physicalId }) {
      stops.get(physicalId)?.();
      stops.delete(physicalId);
    },
  };
}

export const messagingProviders = (services: ProviderServices): ResourceProvider[] => [
  queueProvider(services),
  queuePolicyProvider(services),
  ...topicProviders(services),
  ruleProvider(services),
  mappingProvider(services),
];
