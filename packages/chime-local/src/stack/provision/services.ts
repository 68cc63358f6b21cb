/**
 * The services in which providers create resources: those of the emulated cloud, and additions of this
 * machine.
 */
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

/** The local counterparts of the cloud's names in a template. */
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
  /** Returns a file or folder of the assembly with which the runtime was started. */
  asset(key: string): FileAsset | undefined;
  /** Code that follows its sources. */
  code: CodeSources;
  /** The folder into which function code that comes in archives is unpacked. */
  codeFolder: string;
  s3: S3;
  tables: DynamoDb;
  functions: LambdaRunner;
  functionPolicies: FunctionPolicies;
  credentials: Credentials;
  iam: Iam;
  parameters: ParameterStore;
  /** Bots described in files. `add` throws an error whose message says what is wrong with the file. */
  botFiles: { add(file: string): void; remove(file: string): void };
  /** The inboxes to which custom resources answer. */
  answers: AnswerInboxes;
  /** The functions that provide custom resources. */
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
  /** CloudFormation, for nested stacks; available once it is created. */
  cloudFormation(): CloudFormation;
}

/** The value as a string; `otherwise` if it is undefined or null. */
export const textOf = (value: unknown, otherwise = ''): string =>
  value === undefined || value === null ? otherwise : String(value);
