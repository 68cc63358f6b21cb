/** What resource providers make resources in: the services of the emulated cloud, and what this home adds. */
import type {
  BucketNotifications,
  Credentials,
  DynamoDb,
  EventBuses,
  FunctionPolicies,
  Iam,
  LexBots,
  LogGroups,
  ParameterStore,
  Queues,
  Repositories,
  S3,
  Schedules,
  Secrets,
  StateMachines,
  Topics,
  UserPools,
} from '#aws';
import type { CloudFormation } from '#cloudformation';
import type { CodeSources } from '#code';
import type { LambdaRunner } from '#lambda-runner';
import type { Ids, Log } from '#platform';
import type { FileAsset } from '#template';
import type { AnswerInboxes } from './answer-inboxes.ts';
import type { CustomResourceFunctions } from './custom-resource-functions.ts';
import type { HostedParts } from './hosted-parts.ts';
import type { VoiceResources } from './voice-resources.ts';

/** How this machine answers to the names that a template uses of the cloud. */
export interface Home {
  region: string;
  accountId: string;
  /** e.g. `http://127.0.0.1:4280`. */
  consoleOrigin: string;
  issuerUrl: string;
}

export interface ProviderServices {
  home: Home;
  log: Log;
  ids: Ids;
  /** A file or folder of the assembly that the runtime was started with. */
  asset(key: string): FileAsset | undefined;
  /** Code that follows its sources. */
  code: CodeSources;
  /** Where the code of functions that comes in archives is unpacked. */
  codeFolder: string;
  s3: S3;
  tables: DynamoDb;
  functions: LambdaRunner;
  functionPolicies: FunctionPolicies;
  credentials: Credentials;
  iam: Iam;
  parameters: ParameterStore;
  /** Bots that files describe. `add` throws an error whose message says what is wrong with the file. */
  botFiles: { add(file: string): void; remove(file: string): void };
  /** Where custom resources answer. */
  answers: AnswerInboxes;
  /** Who makes them. */
  customResources: CustomResourceFunctions;
  queues: Queues;
  topics: Topics;
  eventBuses: EventBuses;
  schedules: Schedules;
  secrets: Secrets;
  notifications: BucketNotifications;
  stateMachines: StateMachines;
  repositories: Repositories;
  logGroups: LogGroups;
  lexBots: LexBots;
  userPools: UserPools;
  hosted: HostedParts;
  voice: VoiceResources;
  /** For nested stacks; set when CloudFormation is there. */
  cloudFormation(): CloudFormation;
}

/** Same properties at two times, for providers that compare. */
export const textOf = (value: unknown, otherwise = ''): string =>
  value === undefined || value === null ? otherwise : String(value);
