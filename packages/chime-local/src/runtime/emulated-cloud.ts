/** The emulated AWS: its data, its APIs, and the stacks that are built in it. */
import path from 'node:path';
import {
  type AllMeetings,
  type AuthorizerOptions,
  AwsPort,
  createAuthorizer,
  createChimeService,
  createChimeVoice,
  type DynamoDb,
  type FunctionPolicies,
  type LogGroups,
  MetricStore,
  type S3,
  startAwsEndpoint,
  startChimeMeetings,
  UsageMetrics,
  type VoiceDirectory,
} from '#aws';
import { BotDirectory, TextSessions } from '#bots';
import type { CloudFormation } from '#cloudformation';
import { CodeSources } from '#code';
import { createCloudFormation } from '#deploy';
import { faultyApis } from '#faults';
import { type LambdaRunner, startLambdaRunner } from '#lambda-runner';
import { functionNameIn, type Log, systemClock, systemIds, UserError } from '#platform';
import {
  AnswerInboxes,
  CHIME_PRINCIPAL,
  CustomResourceFunctions,
  type ProviderServices,
  VoiceResources,
} from '#provision';
import { type KeptAuthority, keptAuthority } from './aws-authority.ts';
import { BotFiles } from './bot-files.ts';
import { Closers } from './closers.ts';
import { apisOf } from './cloud-apis.ts';
import type { CloudOptions } from './cloud-options.ts';
import { type CloudStores, type Messaging, openMessaging, openStores } from './cloud-stores.ts';
import { ACCOUNT_ID, LOOPBACK } from './home.ts';
import { giveApplications } from './undeclared-applications.ts';

/** The emulated AWS: its APIs on one loopback port, and the parts that the runtime uses directly. */
export interface EmulatedCloud {
  endpoint: string;
  region: string;
  s3: S3;
  tables: DynamoDb;
  voice: VoiceDirectory;
  meetings: AllMeetings;
  functions: LambdaRunner;
  functionPolicies: FunctionPolicies;
  logGroups: LogGroups;
  metrics: MetricStore;
  stacks: CloudFormation;
  /** Bots from files and from stacks. */
  bots: BotDirectory;
  /** Conversations with the bots in text. */
  botSessions: TextSessions;
  /** If no application is declared, creates one for each function that reads call events. */
  giveApplications(): Promise<void>;
  /** Gives phone numbers to applications that nobody can dial, one at a time. */
  giveNumbers(): Promise<void>;
  /** Calls `hear` for each application that is created. @returns a function that removes the listener */
  onApplicationMade(hear: () => void): () => void;
  /** Prepares the operations that an update needs. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

function startFunctions(
  options: CloudOptions,
  { certificateFile, bundleFile }: KeptAuthority,
  { endpoint, tlsPort = 0 }: AwsPort,
  { logGroups }: CloudStores,
  customResources: CustomResourceFunctions,
): Promise<LambdaRunner> {
  return startLambdaRunner({
    region: options.region,
    accountId: ACCOUNT_ID,
    awsEndpoint: endpoint,
    network: { tlsPort, certificateFile, bundleFile, allowed: options.allowNetwork },
    python: options.python,
    nodeModules: options.nodeModules,
    packages: options.packages,
    pythonPackages: options.pythonPackages,
    temporaryFolder: path.join(options.dataDirectory, 'function-tmp'),
    startsAhead: (options.functionsAhead ?? 'started') === 'started',
    onNotice: (text) => options.log.child('functions').info(text),
    onLog(line) {
      // Lambda creates log groups under /aws/lambda/; other groups must have been created by a stack.
      if (line.logGroup.startsWith('/aws/lambda/')) logGroups.ensure(line.logGroup);
      if (logGroups.has(line.logGroup)) logGroups.events.add(line.logGroup, line.logStream, line.text);
      const quiet = customResources.has(line.functionName);
      options.onFunctionLine(line.functionName, line.text, line.requestId, quiet);
    },
  });
}

function createChime(
  options: CloudOptions,
  { journal, functionPolicies }: CloudStores,
  functions: LambdaRunner,
  { tellOfMeeting, kept }: Pick<Messaging, 'tellOfMeeting'> & { kept: MetricStore },
) {
  const { quotas, orderMs } = options;
  const listeners = new Set<() => void>();
  const permit = (functionArn: string, sourceArn: string): void => {
    const name = functionNameIn(functionArn);
    const id = `chime-${sourceArn.split('/').at(-1)}`;
    functionPolicies.grant(name, {
      id,
      principal: CHIME_PRINCIPAL,
      action: 'lambda:InvokeFunction',
      sourceArn,
    });
    void functions.warm(name, true);
    for (const hear of listeners) hear();
  };
  const parts = { journal, accountId: ACCOUNT_ID, clock: systemClock, ids: systemIds, quotas };
  const voice = createChimeVoice({
    ...parts,
    calls: options.calls,
    permit,
    ...(orderMs === undefined ? {} : { orderMs }),
  });
  const meetings = startChimeMeetings({
    ...parts,
    observer: options.observer,
    mediaBaseUrl: options.mediaBaseUrl,
    log: options.log.child('meetings'),
    onEvent: tellOfMeeting,
  });
  const file = path.join(options.dataDirectory, 'service-records', 'metrics.jsonl');
  const metrics = new UsageMetrics({ file, clock: systemClock, put: (name, value) => kept.add(name, value) });
  const count = metrics.count.bind(metrics);
  return {
    voice,
    meetings,
    metrics,
    onApplicationMade(hear: () => void): () => void {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    service: createChimeService(voice.api, meetings.api, ACCOUNT_ID, count),
  };
}

/** Opens the port of the APIs. @throws UserError if the port is in use. */
async function openPort(
  { port, allowNetwork }: Pick<CloudOptions, 'port' | 'allowNetwork'>,
  { authority }: KeptAuthority,
): Promise<AwsPort> {
  try {
    return await AwsPort.open({ address: LOOPBACK, port, certificates: authority, allowed: allowNetwork });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : 'may not be opened by this user';
    throw new UserError(`AWS port ${port} ${why}; choose another with --aws-port N (0: any free one).`);
  }
}

/** Maximum number of different refusals that are logged: a function that keeps trying would fill the terminal. */
const MAX_PRINTED = 100;

/** Logs each kind of refusal once: what is missing, and what would allow it. */
function tellers(log: Log): Pick<AuthorizerOptions, 'onRefused' | 'onUnknownPolicy'> {
  const iam = log.child('iam');
  const printed = new Set<string>();
  return {
    onRefused(message, statement) {
      if (printed.has(message) || printed.size >= MAX_PRINTED) return iam.debug(message);
      printed.add(message);
      iam.warn(`${message}. A statement that would allow it: ${statement}`);
    },
    onUnknownPolicy: (arn) =>
      log.warn(`${arn} is not known here: roles that have it may do everything, which is more than on AWS.`),
  };
}

/** All kept data contains ARNs of the Region. @throws UserError if the data belongs to another Region. */
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

/** Opens the stores and starts the APIs. Port 0 means any free port. If it fails, nothing is left open. */
export async function startCloud(options: CloudOptions): Promise<EmulatedCloud> {
  const closers = new Closers();
  try {
    return await openCloud(options, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

type MadeHere = Pick<CloudStores, 'stacksJournal'> &
  Omit<
    ProviderServices,
    'home' | 'log' | 'ids' | 'asset' | 'codeFolder' | 'credentials' | 'hosted' | 'cloudFormation'
  >;

function createStacks(options: CloudOptions, { stacksJournal, ...made }: MadeHere): CloudFormation {
  const { region, home, log, asset, dataDirectory, credentials, hosted } = options;
  return createCloudFormation({
    journal: stacksJournal,
    services: {
      ...made,
      home: { accountId: ACCOUNT_ID, region, ...home },
      log,
      asset,
      codeFolder: path.join(dataDirectory, 'functions'),
      credentials,
      hosted,
    },
  });
}

/** The bots from files and stacks, and conversations with them in text. */
function lexParts({ log, bots: given = [] }: CloudOptions, stores: CloudStores, functions: LambdaRunner) {
  const botFiles = new BotFiles(given);
  const bots = new BotDirectory(() => botFiles.all(), stores.lexBots);
  const conversations = new TextSessions({
    bots,
    invoke: async (name, payload) => (await functions.invoke(name, payload)).payload,
    clock: systemClock,
    log: log.child('bots'),
  });
  return { bots, botFiles, conversations };
}

const codeSources = ({ log, dataDirectory, functionsAhead, packages }: CloudOptions): CodeSources =>
  new CodeSources(log, {
    dataFolder: path.resolve(dataDirectory),
    buildsAhead: functionsAhead !== 'no',
    bring: (directory, names) => packages.forBundle(directory, names),
  });

/** Creates what applications need but nobody has declared. */
function gifts(
  { region, log }: CloudOptions,
  voice: VoiceResources,
  functions: LambdaRunner,
  directory: VoiceDirectory,
): Pick<EmulatedCloud, 'giveApplications' | 'giveNumbers'> {
  return {
    giveApplications: () => giveApplications({ functions, directory, voice, region, log }),
    giveNumbers: () => voice.giveNumbers(),
  };
}

async function openCloud(options: CloudOptions, closers: Closers): Promise<EmulatedCloud> {
  const { log, region, credentials } = options;
  const authority = keptAuthority(options.dataDirectory);
  const stores = await openStores(options);
  closers.add(() => stores.close());
  const port = await openPort(options, authority);
  closers.add(() => port.close());
  const customResources = new CustomResourceFunctions(log.child('cloudformation'));
  const functions = await startFunctions(options, authority, port, stores, customResources);
  closers.add(() => functions.close());
  const messaging = openMessaging(options, port.endpoint, functions, stores);
  closers.add(() => messaging.close());
  const answers = new AnswerInboxes(region);
  const code = codeSources(options);
  const voiceResources = new VoiceResources(port.endpoint, credentials.operator, region);
  const { bots, botFiles, conversations } = lexParts(options, stores, functions);
  const parts = { functions, answers, code, customResources, botFiles, voice: voiceResources };
  const made = { ...stores, ...messaging, ...parts };
  const stacks = createStacks(options, made);
  checkRegion(stacks, options);
  const apis = { options, stores, messaging, functions, stacks, conversations };
  const kept = new MetricStore(systemClock);
  const { tellOfMeeting } = messaging;
  const chime = createChime(options, stores, functions, { tellOfMeeting, kept });
  const { voice, meetings, metrics, service, onApplicationMade } = chime;
  const deciding = { iam: stores.iam, accountId: ACCOUNT_ID, now: () => systemClock.now() };
  const endpoint = startAwsEndpoint(port, {
    clock: systemClock,
    ids: systemIds,
    log: log.child('aws'),
    credentials: credentials.lookup,
    unsigned: (...request) => answers.take(...request),
    authorize: createAuthorizer({ ...deciding, ...tellers(log) }),
    ...(options.faults ? { interfere: faultyApis(options.faults) } : {}),
    services: apisOf({ ...apis, chime: service, metrics: kept, port, deciding }),
  });
  closers.add(() => endpoint.close());
  closers.add(async () => {
    for (const part of [meetings, metrics, code]) part.close();
    const closing = stacks.close();
    await functions.close();
    await closing;
  });
  const { s3, tables, functionPolicies, logGroups } = stores;
  return {
    endpoint: endpoint.endpoint,
    region,
    ...{ s3, tables, functions, functionPolicies, logGroups, stacks, bots },
    voice: voice.directory,
    meetings: meetings.directory,
    botSessions: conversations,
    metrics: kept,
    ...gifts(options, voiceResources, functions, voice.directory),
    onApplicationMade,
    warm: () => service.warm(),
    close: () => closers.close(),
  };
}
