import path from 'node:path';
import type { Credentials } from '#aws';
import {
  type AwsEndpoint,
  type AwsEndpointOptions,
  type CallControl,
  createAsyncInvoker,
  createAuthorizer,
  createChimeService,
  createChimeVoice,
  createCloudWatch,
  createCognito,
  createDeliveries,
  createEcr,
  createEvents,
  createIam,
  createLambda,
  createLogs,
  createSecretsManager,
  createSns,
  createSqs,
  createSsm,
  createSts,
  DynamoDb,
  EventBuses,
  FunctionPolicies,
  Iam,
  LogGroups,
  type MeetingDirectory,
  type MeetingObserver,
  ParameterStore,
  type Publication,
  Queues,
  type QuotaMode,
  Repositories,
  S3,
  Secrets,
  startAwsEndpoint,
  startChimeMeetings,
  Topics,
  UserPools,
  type VoiceDirectory,
} from '#aws';
import type { CloudFormation } from '#cloudformation';
import { createCloudFormationApi } from '#cloudformation';
import { CodeSources } from '#code';
import { createCloudFormation } from '#deploy';
import {
  type LambdaRunner,
  type PythonInterpreter,
  type RuntimePackages,
  startLambdaRunner,
} from '#lambda-runner';
import { type Journal, type Log, openJournal, systemClock, systemIds, UserError } from '#platform';
import {
  AnswerInboxes,
  CHIME_PRINCIPAL,
  type HostedParts,
  type ProviderServices,
  VoiceResources,
} from '#provision';
import { type KeptAuthority, keptAuthority } from './aws-authority.ts';
import type { DiskTrouble } from './disk-trouble.ts';
import { ACCOUNT_ID, LOOPBACK } from './home.ts';

/** The emulated AWS: its APIs on one loopback port, and what the runtime asks them directly. */
export interface EmulatedCloud {
  endpoint: string;
  region: string;
  s3: S3;
  tables: DynamoDb;
  voice: VoiceDirectory;
  meetings: MeetingDirectory;
  functions: LambdaRunner;
  functionPolicies: FunctionPolicies;
  stacks: CloudFormation;
  /** Gives applications that nobody can dial a number. */
  giveNumbers(): Promise<void>;
  /** Makes the operations on the path of an update ready. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

export interface CloudOptions {
  dataDirectory: string;
  /** Hears when files cannot be written. */
  disk: DiskTrouble;
  port: number;
  quotas: QuotaMode;
  region: string;
  /** Hosts that functions may reach. */
  allowNetwork: readonly string[];
  credentials: Credentials;
  python: Promise<PythonInterpreter>;
  nodeModules: string;
  /** Brings packages that Lambda's images have and `nodeModules` has not. */
  packages: RuntimePackages;
  calls: CallControl;
  observer: MeetingObserver;
  /** Where meeting clients find the signalling: `ws://host:port`. */
  mediaBaseUrl: string;
  log: Log;
  onFunctionLine(functionName: string, text: string): void;
  /** What stacks put in place here. */
  hosted: HostedParts;
  home: Omit<ProviderServices['home'], 'region' | 'accountId'>;
  /** Finds files of the assembly that the runtime was started with. */
  asset: ProviderServices['asset'];
  /** Told after every operation on a stack. */
  onStackSettled(stackId: string): void | Promise<void>;
}

async function startFunctions(
  options: CloudOptions,
  { certificateFile, bundleFile }: KeptAuthority,
  endpoint: () => AwsEndpoint | undefined,
  logGroups: LogGroups,
): Promise<LambdaRunner> {
  return startLambdaRunner({
    region: options.region,
    accountId: ACCOUNT_ID,
    // The APIs include Lambda's own, so their port is known only after the runner exists.
    get awsEndpoint() {
      return endpoint()?.endpoint ?? '';
    },
    get network() {
      const tlsPort = endpoint()?.tlsPort ?? 0;
      return { tlsPort, certificateFile, bundleFile, allowed: options.allowNetwork };
    },
    python: options.python,
    nodeModules: options.nodeModules,
    packages: options.packages,
    onNotice: (text) => options.log.child('functions').info(text),
    onLog(line) {
      // A group that a stack has given it, Lambda does not make.
      if (line.logGroup.startsWith('/aws/lambda/')) logGroups.ensure(line.logGroup);
      options.onFunctionLine(line.functionName, line.text);
    },
  });
}

function chime(options: CloudOptions, journal: Journal, functions: LambdaRunner, policies: FunctionPolicies) {
  const { quotas } = options;
  const permit = (functionArn: string, sourceArn: string): void => {
    const name = functionArn.split(':function:')[1]?.split(':')[0] ?? functionArn;
    const id = `chime-${sourceArn.split('/').at(-1)}`;
    policies.grant(name, { id, principal: CHIME_PRINCIPAL, action: 'lambda:InvokeFunction', sourceArn });
    void functions.warm(name);
  };
  const parts = { journal, accountId: ACCOUNT_ID, clock: systemClock, ids: systemIds, quotas };
  const voice = createChimeVoice({ ...parts, calls: options.calls, permit });
  const meetings = startChimeMeetings({
    ...parts,
    observer: options.observer,
    mediaBaseUrl: options.mediaBaseUrl,
    log: options.log.child('meetings'),
  });
  return { voice, meetings, service: createChimeService(voice.api, meetings.api, ACCOUNT_ID) };
}

/** @throws UserError when the port is taken. */
async function listenOrExplain(
  port: number,
  options: Omit<AwsEndpointOptions, 'port'>,
): Promise<AwsEndpoint> {
  try {
    return await startAwsEndpoint({ ...options, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : 'may not be opened by this user';
    throw new UserError(`AWS port ${port} ${why}; choose another with --aws-port N (0: any free one).`);
  }
}

/** Kinds of refusals that are printed; a function that goes on trying would fill the terminal. */
const MAX_PRINTED = 100;

/** Says each kind of refusal once: what is missing, and what would allow it. */
function refusalTeller(log: Log): (message: string, statement: string) => void {
  const printed = new Set<string>();
  return (message, statement) => {
    if (printed.has(message) || printed.size >= MAX_PRINTED) return log.debug(message);
    printed.add(message);
    log.warn(`${message}. A statement that would allow it: ${statement}`);
  };
}

/** Queues, topics, secrets and event buses, and what brings events from one to another. */
function messaging(
  { dataDirectory, disk, region, log }: CloudOptions,
  functions: LambdaRunner,
  functionPolicies: FunctionPolicies,
  endpoint: () => string,
) {
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
  const publish = (topicArn: string, publication: Publication): void => {
    topics.publish(topicArn, publication);
  };
  const eventBuses = new EventBuses({ ...parts, deliveries, publish, log: log.child('events') });
  const secrets = new Secrets(parts);
  return {
    queues,
    topics,
    eventBuses,
    secrets,
    services: [
      createSqs({ queues, accountId: ACCOUNT_ID, endpoint }),
      createSns({ topics, accountId: ACCOUNT_ID }),
      createEvents({ buses: eventBuses }),
      createSecretsManager({ secrets }),
    ],
    close() {
      invoker.close();
      journal.close();
    },
  };
}

/** ARNs of the Region are in everything that is kept. @throws UserError when the data is another Region's. */
function checkRegion(stacks: CloudFormation, { region, dataDirectory }: CloudOptions): void {
  const other = stacks.context.store
    .all()
    .map(({ stackId }) => stackId.split(':')[3])
    .find((found) => found !== region);
  if (other === undefined) return;
  throw new UserError(
    `The data folder ${dataDirectory} is of an account in ${other}, not in ${region}: give --region ${other}, or another folder with --data DIR.`,
  );
}

/** Opens the stores and starts the APIs. Port 0: any free one. */
export async function startCloud(options: CloudOptions): Promise<EmulatedCloud> {
  const { dataDirectory, log } = options;
  const common = { clock: systemClock, ids: systemIds, log };
  const account = { accountId: ACCOUNT_ID, region: options.region };
  let endpoint: AwsEndpoint | undefined;
  const authority = keptAuthority(dataDirectory);
  const answers = new AnswerInboxes(options.region);
  const journal = openJournal(path.join(dataDirectory, 'chime.journal'), options.disk);
  const stacksJournal = openJournal(path.join(dataDirectory, 'cloudformation.journal'));
  const logGroups = new LogGroups(journal, systemClock);
  const [s3, tables, functions] = await Promise.all([
    S3.open({ ...common, ...account, folder: path.join(dataDirectory, 's3'), log: log.child('s3') }),
    DynamoDb.open({
      ...common,
      ...account,
      folder: path.join(dataDirectory, 'dynamodb'),
      log: log.child('dynamodb'),
      disk: options.disk,
    }),
    startFunctions(options, authority, () => endpoint, logGroups),
  ]);
  const functionPolicies = new FunctionPolicies(journal);
  const { voice, meetings, service } = chime(options, journal, functions, functionPolicies);
  const iam = new Iam();
  const deciding = { iam, accountId: ACCOUNT_ID, now: () => systemClock.now() };
  const simulate = createAuthorizer({ ...deciding, onRefused() {}, onUnknownPolicy() {} });
  const parameters = new ParameterStore(stacksJournal, systemClock);
  const repositories = new Repositories();
  const userPools = new UserPools(stacksJournal, systemClock, systemIds);
  const messages = messaging(options, functions, functionPolicies, () => endpoint?.endpoint ?? '');
  const { queues, topics, eventBuses, secrets } = messages;
  const code = new CodeSources(log);
  const { operator } = options.credentials;
  const voiceResources = new VoiceResources(() => endpoint?.endpoint ?? '', operator, options.region);
  const stacks = createCloudFormation({
    journal: stacksJournal,
    onSettled: options.onStackSettled,
    services: {
      home: { ...account, ...options.home },
      log,
      asset: options.asset,
      code,
      codeFolder: path.join(dataDirectory, 'functions'),
      s3,
      tables,
      functions,
      functionPolicies,
      credentials: options.credentials,
      iam,
      parameters,
      queues,
      topics,
      eventBuses,
      secrets,
      repositories,
      logGroups,
      userPools,
      hosted: options.hosted,
      answers,
      voice: voiceResources,
    },
  });
  checkRegion(stacks, options);
  endpoint = await listenOrExplain(options.port, {
    ...common,
    address: LOOPBACK,
    credentials: options.credentials.lookup,
    certificates: authority.authority,
    unsigned: (...request) => answers.take(...request),
    authorize: createAuthorizer({
      ...deciding,
      onRefused: refusalTeller(log.child('iam')),
      onUnknownPolicy: (arn) =>
        log.warn(
          `${arn} is not known here: roles that have it may do everything, which is more than on AWS.`,
        ),
    }),
    services: [
      service,
      s3,
      tables,
      createLambda({
        runner: functions,
        access: { policies: functionPolicies, ...account },
        clock: systemClock,
        log: log.child('lambda'),
      }),
      createSts({ iam, issue: options.credentials }),
      createIam({ iam, ...account, journal: stacksJournal, simulate }),
      createSsm({ parameters, ...account }),
      ...messages.services,
      createCloudWatch({ log: log.child('cloudwatch') }),
      createEcr({ repositories, ...account }),
      createLogs({ logGroups, ...account }),
      createCognito({ userPools, ...account, log: log.child('cognito') }),
      createCloudFormationApi(stacks, async (bucket, key) =>
        (await s3.read(bucket, key))?.body.toString('utf8'),
      ),
    ],
    log: log.child('aws'),
  });
  return {
    endpoint: endpoint.endpoint,
    region: options.region,
    s3,
    tables,
    voice: voice.directory,
    meetings: meetings.directory,
    functions,
    functionPolicies,
    stacks,
    giveNumbers: () => voiceResources.giveNumbers(),
    warm: () => service.warm(),
    async close() {
      meetings.close();
      code.close();
      const closing = stacks.close();
      await functions.close();
      await closing;
      await endpoint?.close();
      messages.close();
      stacksJournal.close();
      journal.close();
    },
  };
}
