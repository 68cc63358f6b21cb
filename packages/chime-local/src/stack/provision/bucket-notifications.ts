/**
 * Bucket notifications: as a property of the bucket, and as the CDK's resource, whose function is not needed
 * here.
 */
import type { NotificationTarget } from '#aws';
import type { ResourceProvider, ResourceRequest } from '#cloudformation';
import { isObject, type Log } from '#platform';
import { recordOf } from '#template';
import { type ProviderServices, textOf } from './services.ts';

type Properties = Record<string, unknown>;

const listOf = (value: unknown): Properties[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The key filter: `Rules` in a template, `FilterRules` in the API. */
function filterOf(filter: unknown): Pick<NotificationTarget, 'prefix' | 'suffix'> {
  const key = recordOf(recordOf(filter).S3Key ?? recordOf(filter).Key);
  const rules = listOf(key.Rules ?? key.FilterRules);
  const value = (name: string): string =>
    textOf(rules.find(({ Name }) => textOf(Name).toLowerCase() === name)?.Value);
  return { prefix: value('prefix'), suffix: value('suffix') };
}

/** The functions and queues of a notification configuration, in either format. */
export function notificationTargets(configuration: unknown): NotificationTarget[] {
  const given = recordOf(configuration);
  const all = ['LambdaConfigurations', 'LambdaFunctionConfigurations', 'QueueConfigurations'].flatMap(
    (name) => listOf(given[name]),
  );
  return all.map((one) => ({
    arn: textOf(one.LambdaFunctionArn ?? one.Function ?? one.QueueArn ?? one.Queue),
    events: [one.Events ?? one.Event ?? []].flat().map(String),
    ...filterOf(one.Filter),
  }));
}

/** Warns of targets that are not told of changes here. */
export function warnOfOtherTargets(logicalId: string, configuration: unknown, log: Log): void {
  const given = recordOf(configuration);
  const event = given.EventBridgeConfiguration;
  const others = [
    ...listOf(given.TopicConfigurations).map(({ TopicArn, Topic }) => textOf(TopicArn ?? Topic)),
    ...(event === undefined || String(recordOf(event).EventBridgeEnabled) === 'false' ? [] : ['EventBridge']),
  ];
  if (others.length === 0) return;
  log.warn(
    `${logicalId} notifies ${others.join(' and ')}, which is not carried out: here a bucket notifies functions and queues.`,
  );
}

export function bucketNotificationsProvider({ notifications, log }: ProviderServices): ResourceProvider {
  const put = ({ logicalId, properties }: Pick<ResourceRequest, 'logicalId' | 'properties'>) => {
    const bucket = textOf(properties.BucketName);
    notifications.set(bucket, notificationTargets(properties.NotificationConfiguration));
    warnOfOtherTargets(logicalId, properties.NotificationConfiguration, log);
    return { physicalId: `${bucket}-notifications`, attributes: {} };
  };
  return {
    types: ['Custom::S3BucketNotifications'],
    replacedBy: ['BucketName'],
    create: async (request) => put(request),
    update: async (request) => put(request),
    restore: async (existing) => put(existing),
    delete: async ({ properties }) => notifications.set(textOf(properties.BucketName), []),
  };
}
