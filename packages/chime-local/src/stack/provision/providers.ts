import type { ProviderLookup, ResourceProvider } from '#cloudformation';
import { isCustomType } from '#cloudformation';
import { systemClock } from '#platform';
import { apiProviders } from './api-resources.ts';
import { bucketNotificationsProvider } from './bucket-notifications.ts';
import { customResourceProvider } from './custom-resource.ts';
import { deploymentProviders } from './deployments.ts';
import { functionProviders } from './functions.ts';
import { identityProviders } from './identities.ts';
import { lexBotProviders } from './lex-bots.ts';
import { localProviders } from './local-resources.ts';
import { messagingProviders } from './messaging.ts';
import { nestedStackProvider } from './nested-stack.ts';
import { restApiProviders } from './rest-api-resources.ts';
import { scheduleProviders } from './schedules.ts';
import { secretAndBusProviders } from './secrets.ts';
import type { ProviderServices } from './services.ts';
import { signInProviders } from './sign-in.ts';
import { sipMediaApplicationProviders } from './sip-media-applications.ts';
import { stateMachineProvider } from './state-machines.ts';
import { storageProviders } from './storage.ts';
import { webProviders } from './web.ts';

/** Types that are only recorded in the stack and answer `Ref` and `Arn`: keys, alarms and the like. */
const RECORDED = [
  'AWS::Budgets::Budget',
  'AWS::CDK::Metadata',
  'AWS::CloudFormation::WaitConditionHandle',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lex::ResourcePolicy',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::ResourcePolicy',
  'AWS::SNS::TopicPolicy',
  'Custom::LogRetention',
];

function recordedProvider({ home }: ProviderServices): ResourceProvider {
  return {
    types: RECORDED,
    replacedBy: [],
    async create({ type, properties, newName }) {
      const id = newName();
      const service = type.split('::')[1]?.toLowerCase();
      const Arn = `arn:aws:${service}:${home.region}:${home.accountId}:${id}`;
      return { physicalId: id, attributes: { Arn, Id: id, LogGroupName: properties.LogGroupName } };
    },
    update: async (_request, existing) => existing,
  };
}

/** CloudWatch Logs' limit for the length of a group's name, in characters. */
const MAX_LOG_GROUP_NAME = 512;

function logGroupProvider({ home, logGroups }: ProviderServices): ResourceProvider {
  const retain = (name: string, { RetentionInDays: days }: Record<string, unknown>): void =>
    logGroups.retain(name, days === undefined ? undefined : Number(days));
  return {
    types: ['AWS::Logs::LogGroup'],
    replacedBy: ['LogGroupName'],
    nameProperty: 'LogGroupName',
    async create({ properties, newName }) {
      const name = String(properties.LogGroupName ?? newName(MAX_LOG_GROUP_NAME));
      const Arn = `arn:aws:logs:${home.region}:${home.accountId}:log-group:${name}:*`;
      logGroups.create(name);
      retain(name, properties);
      return { physicalId: name, attributes: { Arn } };
    },
    async update({ properties }, existing) {
      retain(existing.physicalId, properties);
      return existing;
    },
    async restore(existing, { properties }) {
      logGroups.ensure(existing.physicalId);
      retain(existing.physicalId, properties);
      return existing;
    },
    async delete({ physicalId }) {
      // It may have been deleted by another request.
      if (logGroups.has(physicalId)) logGroups.delete(physicalId);
    },
  };
}

/** The types that are created here, and those that are only recorded. */
export function providedTypes(services: ProviderServices): { made: string[]; recorded: readonly string[] } {
  const made = allProviders(services).flatMap(({ types }) => types);
  return { made: made.filter((type) => !RECORDED.includes(type)).sort(), recorded: RECORDED };
}

/**
 * A variable that the functions of the CDK's provider framework have, including those that poll for
 * completion.
 */
const OF_FRAMEWORK = 'USER_ON_EVENT_FUNCTION_ARN';

/** Finds the provider of each type in these services. */
export function providersOf(services: ProviderServices): ProviderLookup {
  const all = allProviders(services);
  const byType = new Map(all.flatMap((provider) => provider.types.map((type) => [type, provider] as const)));
  const custom = customResourceProvider({
    answers: services.answers,
    invoke(arn, payload) {
      services.customResources.add(services.functions.find(arn)?.functionName ?? arn);
      for (const { functionName, environment } of services.functions.list())
        if (OF_FRAMEWORK in environment) services.customResources.addHelper(functionName);
      return services.functions.invoke(arn, payload);
    },
    clock: systemClock,
    ids: services.ids,
  });
  return (type) => byType.get(type) ?? (isCustomType(type) ? custom : undefined);
}

function allProviders(services: ProviderServices): ResourceProvider[] {
  return [
    recordedProvider(services),
    logGroupProvider(services),
    ...storageProviders(services),
    ...functionProviders(services),
    ...identityProviders(services),
    ...sipMediaApplicationProviders(services),
    ...apiProviders(services),
    ...restApiProviders(services),
    ...signInProviders(services),
    ...webProviders(services),
    ...deploymentProviders(services),
    nestedStackProvider(services),
    bucketNotificationsProvider(services),
    stateMachineProvider(services),
    ...lexBotProviders(services),
    ...secretAndBusProviders(services),
    ...messagingProviders(services),
    ...scheduleProviders(services),
    ...localProviders(services),
  ];
}
