/** The AWS APIs that are served, each with the parts that it works on. */
import {
  type AuthorizerOptions,
  type AwsPort,
  type AwsService,
  createAuthorizer,
  createCloudWatch,
  createCognito,
  createEcr,
  createEvents,
  createIam,
  createLambda,
  createLex,
  createLogs,
  createPolly,
  createScheduler,
  createSecretsManager,
  createSns,
  createSqs,
  createSsm,
  createStates,
  createSts,
  createTranscribe,
  type LexConversations,
  type MetricStore,
} from '#aws';
import { type CloudFormation, createCloudFormationApi } from '#cloudformation';
import type { LambdaRunner } from '#lambda-runner';
import { systemClock } from '#platform';
import type { CloudOptions } from './cloud-options.ts';
import type { CloudStores, Messaging } from './cloud-stores.ts';
import { ACCOUNT_ID } from './home.ts';
import { pollyVoice } from './polly-voice.ts';
import { presignedUrl } from './presigned-url.ts';

export interface ApiParts {
  options: CloudOptions;
  chime: AwsService;
  stores: CloudStores;
  messaging: Messaging;
  functions: LambdaRunner;
  stacks: CloudFormation;
  /** Conversations with bots in text. */
  conversations: LexConversations;
  metrics: MetricStore;
  port: AwsPort;
  /** The parameters of IAM decisions. */
  deciding: Pick<AuthorizerOptions, 'iam' | 'accountId' | 'now'>;
}

/** All AWS APIs; docs/fidelity.md is also generated from this list. */
export function apisOf({
  options,
  chime,
  stores,
  messaging,
  functions,
  stacks,
  conversations,
  metrics,
  port,
  deciding,
}: ApiParts): AwsService[] {
  const { log, region, credentials } = options;
  const { s3, tables, functionPolicies, iam, parameters, repositories, logGroups, userPools } = stores;
  const { queues, topics, eventBuses, schedules, secrets, stateMachines } = messaging;
  const voice = pollyVoice(log.child('polly'));
  const account = { accountId: ACCOUNT_ID, region };
  const simulate = createAuthorizer({ ...deciding, onRefused() {}, onUnknownPolicy() {} });
  return [
    chime,
    s3,
    tables,
    createLambda({
      runner: functions,
      access: { policies: functionPolicies, ...account },
      clock: systemClock,
      log: log.child('lambda'),
    }),
    createSts({ iam, issue: credentials }),
    createIam({ iam, ...account, journal: stores.stacksJournal, simulate }),
    createSsm({ parameters, ...account }),
    createSqs({ queues, accountId: ACCOUNT_ID, endpoint: port.endpoint }),
    createSns({ topics, accountId: ACCOUNT_ID }),
    createEvents({ buses: eventBuses }),
    createScheduler({ schedules }),
    createSecretsManager({ secrets }),
    createTranscribe({
      jobs: messaging.transcriptions,
      ...account,
      presign: (bucket, key) => presignedUrl(credentials.operator, region, bucket, key),
    }),
    createStates({ machines: stateMachines, clock: systemClock }),
    createPolly(voice),
    createLex({ conversations, ...account, synthesize: voice.synthesize }),
    createCloudWatch({ log: log.child('cloudwatch'), metrics }),
    createEcr({ repositories, ...account }),
    createLogs({ logGroups, ...account }),
    createCognito({ userPools, ...account, log: log.child('cognito') }),
    createCloudFormationApi(stacks, async (bucket, key) =>
      (await s3.read(bucket, key))?.body.toString('utf8'),
    ),
  ];
}
