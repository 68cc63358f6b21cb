/** The data of the emulated cloud: on disk in the data folder, or in memory while it runs. */
import path from 'node:path';
import {
  BucketNotifications,
  createAsyncInvoker,
  createDeliveries,
  DynamoDb,
  EventBuses,
  FunctionPolicies,
  Iam,
  LexBots,
  LogGroups,
  ParameterStore,
  type Publication,
  Queues,
  Repositories,
  S3,
  Schedules,
  Secrets,
  StateMachines,
  Topics,
  TranscriptionJobs,
  UserPools,
} from '#aws';
import type { LambdaRunner } from '#lambda-runner';
import { openJournal, systemClock, systemIds } from '#platform';
import type { CloudOptions } from './cloud-options.ts';
import { ACCOUNT_ID } from './home.ts';
import { meetingNotices } from './meeting-notices.ts';
import { serviceCalls } from './service-calls.ts';

export type CloudStores = Awaited<ReturnType<typeof openStores>>;

/** Queues, topics, secrets, event buses and schedules. */
export type Messaging = ReturnType<typeof openMessaging>;

export async function openStores(
  options: Pick<
    CloudOptions,
    'dataDirectory' | 'disk' | 'region' | 'log' | 'onTablesChanged' | 'tablesInMemory'
  >,
) {
  const { dataDirectory, disk, region, log, onTablesChanged, tablesInMemory = false } = options;
  const common = { clock: systemClock, ids: systemIds, accountId: ACCOUNT_ID, region };
  const journal = openJournal(path.join(dataDirectory, 'chime.journal'), disk);
  const stacksJournal = openJournal(path.join(dataDirectory, 'cloudformation.journal'));
  const [s3, tables] = await Promise.all([
    S3.open({ ...common, folder: path.join(dataDirectory, 's3'), log: log.child('s3') }),
    DynamoDb.open({
      ...common,
      folder: tablesInMemory ? undefined : path.join(dataDirectory, 'dynamodb'),
      log: log.child('dynamodb'),
      disk,
      ...(onTablesChanged ? { onChange: onTablesChanged } : {}),
    }),
  ]);
  return {
    journal,
    stacksJournal,
    s3,
    tables,
    logGroups: new LogGroups(journal, systemClock),
    iam: new Iam(),
    lexBots: new LexBots(),
    functionPolicies: new FunctionPolicies(journal),
    parameters: new ParameterStore(stacksJournal, systemClock),
    repositories: new Repositories(),
    userPools: new UserPools(stacksJournal, systemClock, systemIds),
    async close() {
      await tables.close();
      stacksJournal.close();
      journal.close();
    },
  };
}

/** Opens the queues, topics, secrets and event buses, and the deliveries between them. */
export function openMessaging(
  options: Pick<CloudOptions, 'dataDirectory' | 'disk' | 'region' | 'log' | 'credentials'>,
  endpoint: string,
  functions: LambdaRunner,
  { functionPolicies, s3 }: Pick<CloudStores, 'functionPolicies' | 's3'>,
) {
  const { dataDirectory, disk, region, log, credentials } = options;
  const journal = openJournal(path.join(dataDirectory, 'messaging.journal'), disk);
  const parts = { journal, clock: systemClock, ids: systemIds, accountId: ACCOUNT_ID, region };
  const queues = new Queues(parts);
  const invoker = createAsyncInvoker({ runner: functions, clock: systemClock, log: log.child('lambda') });
  const deliveries = createDeliveries({
    functions,
    functionPolicies,
    invoker,
    queues,
    accountId: ACCOUNT_ID,
    log: log.child('events'),
  });
  const topics = new Topics({ ...parts, deliveries, log: log.child('sns') });
  const timing = { clock: systemClock, ids: systemIds };
  const call = serviceCalls(endpoint, region, credentials);
  const stateMachines = new StateMachines({ runner: functions, call, ...timing, log: log.child('states') });
  const notifications = new BucketNotifications({ deliveries, region, ...timing });
  s3.watch((bucket, change) => notifications.take(bucket, change));
  const publish = (topicArn: string, publication: Publication): void => {
    topics.publish(topicArn, publication);
  };
  const eventBuses = new EventBuses({ ...parts, deliveries, publish, log: log.child('events') });
  const callAsScheduler = serviceCalls(endpoint, region, credentials, 'AmazonEventBridgeScheduler');
  const transcriptions = new TranscriptionJobs({
    ...parts,
    s3,
    tell: (event) => void eventBuses.put(event),
    log: log.child('transcribe'),
  });
  return {
    queues,
    topics,
    eventBuses,
    schedules: new Schedules({ ...parts, call: callAsScheduler, log: log.child('scheduler') }),
    transcriptions,
    tellOfMeeting: meetingNotices({
      eventBuses,
      deliveries,
      publish,
      account: { accountId: ACCOUNT_ID, region },
      onLost: (text) => log.child('meetings').warn(text),
    }),
    secrets: new Secrets(parts),
    stateMachines,
    notifications,
    close() {
      invoker.close();
      stateMachines.close();
      transcriptions.close();
      journal.close();
    },
  };
}
