import path from 'node:path';
import {
  type AwsEndpoint,
  type AwsEndpointOptions,
  type CallControl,
  DynamoDb,
  type MeetingDirectory,
  type MeetingObserver,
  makeChimeMeetings,
  makeChimeService,
  makeChimeVoice,
  makeLambda,
  makeSts,
  S3,
  startAwsEndpoint,
  type VoiceDirectory,
} from '#aws';
import { type LambdaRunner, makeLambdaRunner, type PythonInterpreter } from '#lambda-runner';
import { type Journal, type Log, openJournal, systemClock, systemIds, UserError } from '#platform';
import type { Credentials } from './credentials.ts';
import type { DiskTrouble } from './disk-trouble.ts';
import { ACCOUNT_ID, LOOPBACK, REGION } from './home.ts';

/** The emulated AWS: its APIs on one loopback port, and what the runtime asks them directly. */
export interface EmulatedCloud {
  endpoint: string;
  s3: S3;
  tables: DynamoDb;
  voice: VoiceDirectory;
  meetings: MeetingDirectory;
  functions: LambdaRunner;
  /** Makes the operations on the path of an update ready. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

export interface CloudOptions {
  dataDirectory: string;
  /** Hears when files cannot be written. */
  disk: DiskTrouble;
  port: number;
  credentials: Credentials;
  python: Promise<PythonInterpreter>;
  nodeModules: string;
  calls: CallControl;
  observer: MeetingObserver;
  /** Where meeting clients find the signalling: `ws://host:port`. */
  mediaBaseUrl: string;
  log: Log;
  onFunctionLine(functionName: string, text: string): void;
}

async function startFunctions(options: CloudOptions, endpoint: () => string): Promise<LambdaRunner> {
  return makeLambdaRunner({
    region: REGION,
    accountId: ACCOUNT_ID,
    // The APIs include Lambda's own, so their port is known only after the runner exists.
    get awsEndpoint() {
      return endpoint();
    },
    python: options.python,
    nodeModules: options.nodeModules,
    onLog: (line) => options.onFunctionLine(line.functionName, line.text),
  });
}

function chime(options: CloudOptions, journal: Journal) {
  const parts = { journal, accountId: ACCOUNT_ID, clock: systemClock, ids: systemIds };
  const voice = makeChimeVoice({ ...parts, calls: options.calls });
  const meetings = makeChimeMeetings({
    ...parts,
    observer: options.observer,
    mediaBaseUrl: options.mediaBaseUrl,
    log: options.log.child('meetings'),
  });
  return { voice, meetings, service: makeChimeService(voice.api, meetings.api) };
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

/** Opens the stores and starts the APIs. Port 0: any free one. */
export async function startCloud(options: CloudOptions): Promise<EmulatedCloud> {
  const { dataDirectory, log } = options;
  const common = { clock: systemClock, ids: systemIds, log };
  const account = { accountId: ACCOUNT_ID, region: REGION };
  let endpoint: AwsEndpoint | undefined;
  const journal = openJournal(path.join(dataDirectory, 'chime.journal'), options.disk);
  const [s3, tables, functions] = await Promise.all([
    S3.open({ ...common, ...account, folder: path.join(dataDirectory, 's3'), log: log.child('s3') }),
    DynamoDb.open({
      ...common,
      ...account,
      folder: path.join(dataDirectory, 'dynamodb'),
      log: log.child('dynamodb'),
      disk: options.disk,
    }),
    startFunctions(options, () => endpoint?.endpoint ?? ''),
  ]);
  const { voice, meetings, service } = chime(options, journal);
  endpoint = await listenOrExplain(options.port, {
    ...common,
    address: LOOPBACK,
    credentials: options.credentials.lookup,
    services: [
      service,
      s3,
      tables,
      makeLambda({ runner: functions, clock: systemClock, log: log.child('lambda') }),
      makeSts(),
    ],
    log: log.child('aws'),
  });
  return {
    endpoint: endpoint.endpoint,
    s3,
    tables,
    voice: voice.directory,
    meetings: meetings.directory,
    functions,
    warm: () => service.warm(),
    async close() {
      meetings.close();
      await functions.close();
      await endpoint?.close();
      journal.close();
    },
  };
}
