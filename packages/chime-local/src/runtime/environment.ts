import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Credentials, policyAllows } from '#aws';
import { LiveCalls } from '#call-host';
import { CallRecords } from '#call-record';
import { Faults } from '#faults';
import {
  createHttpApi,
  createJwtCheck,
  createLocalIssuer,
  createRestApi,
  type HttpApiOptions,
  type LocalIssuer,
} from '#gateway';
import { faultInLine, type PythonInterpreter, preparePython } from '#lambda-runner';
import type { StartOptions } from '#options';
import { cacheDirectory, openJournal, sdkDirectory, systemClock, systemIds, UserError } from '#platform';
import { HostedParts } from '#provision';
import type { ServiceRecords } from '#service-records';
import type { FileAsset } from '#template';
import {
  Activity,
  ApiDirectory,
  CallsPage,
  type CallTests,
  callsPageFolder,
  PhonePage,
  phonePageFolder,
  type WebParts,
  WebServer,
} from '#web';
import { readBotFile } from './bot-files.ts';
import { CallControls } from './call-controls.ts';
import type { Closers } from './closers.ts';
import type { CloudOptions } from './cloud-options.ts';
import { DiskTrouble } from './disk-trouble.ts';
import { type EmulatedCloud, startCloud } from './emulated-cloud.ts';
import { functionPackages } from './function-packages.ts';
import { ACCOUNT_ID, LOOPBACK } from './home.ts';
import { keptServiceRecords } from './kept-service-records.ts';
import { recordTableAnswers } from './recorded-table-answers.ts';
import type { Reporter } from './reporter.ts';
import { type TestsOfCallsParts, testsOfCalls } from './tests-of-calls.ts';

/** Everything that runs before the stack is built in it. */
export interface Environment {
  cloud: EmulatedCloud;
  web: WebServer;
  /** The phone page. */
  phone: PhonePage;
  issuer: LocalIssuer;
  activity: Activity;
  credentials: Credentials;
  dataDirectory: string;
  liveCalls: LiveCalls;
  records: CallRecords;
  serviceRecords: ServiceRecords;
  /** Faults that are switched on by hand. */
  faults: Faults;
  /** Connected once the call server exists. */
  calls: CallControls;
  /** What stacks host on this machine. */
  hosted: HostedParts;
  /** Files of the assembly by object key and by hash. */
  assets: Map<string, FileAsset>;
}

/** Bytes of free space needed for a start. Ours: a first start writes about 2 MB. */
const ROOM_TO_START_BYTES = 8 * 2 ** 20;

function openDataDirectory(options: StartOptions, closers: Closers): string {
  if (options.ephemeral) {
    const temporary = mkdtempSync(path.join(tmpdir(), 'chime-local-'));
    closers.add(() => rmSync(temporary, { recursive: true, force: true }));
    return temporary;
  }
  try {
    mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(
      `The data folder ${options.dataDirectory} cannot be made (${code}); choose another with --data DIR.`,
    );
  }
  tryDataDirectory(options.dataDirectory);
  return options.dataDirectory;
}

/** @throws UserError if there is too little room: a start that runs out of room would leave half a stack. */
function tryDataDirectory(directory: string): void {
  const probe = path.join(directory, 'room-to-start');
  try {
    writeFileSync(probe, Buffer.alloc(ROOM_TO_START_BYTES));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(
      `The data folder ${directory} cannot be written (${code}, ${ROOM_TO_START_BYTES / 2 ** 20} MB); ` +
        'free some space there, or choose another with --data DIR.',
    );
  } finally {
    rmSync(probe, { force: true, recursive: true });
  }
}

/** Finds Python for the functions that need it; logs a warning if there is none. */
async function findPython(reporter: Reporter, signal: AbortSignal): Promise<PythonInterpreter> {
  const wish = process.env.CHIME_LOCAL_PYTHON;
  const found = await preparePython({
    venvDirectory: path.join(cacheDirectory(), 'venv'),
    ...(wish ? { chosen: wish } : {}),
    signal,
    onProgress: (text) => reporter.progress(text),
  });
  if ('missing' in found && !signal.aborted) reporter.log.warn(`${found.missing}. Everything else works.`);
  return found;
}

/** Opens the data and starts the emulated cloud, the issuer and the web server. */
export async function startEnvironment(
  options: StartOptions,
  reporter: Reporter,
  closers: Closers,
  signal: AbortSignal,
  named: Pick<TestsOfCallsParts, 'source' | 'application'>,
): Promise<Environment> {
  const dataDirectory = openDataDirectory(options, closers);
  reporter.keepLog(dataDirectory);
  const { log } = reporter;
  const calls = new CallControls();
  const faults = new Faults((text) => log.child('faults').warn(text));
  const credentials = new Credentials(dataDirectory, ACCOUNT_ID, systemIds);
  const disk = new DiskTrouble(log.child('disk'));
  const liveCalls = new LiveCalls(openJournal(path.join(dataDirectory, 'calls.journal'), disk), systemClock);
  closers.add(() => liveCalls.close());
  const records = callRecords(options, dataDirectory, log, closers);
  const recordsFound = records.open();
  const web = new WebServer(log.child('web'));
  const port = await web.listen(options.port);
  closers.add(() => web.close());
  const origin = `http://${LOOPBACK}:${port}`;
  const issuerUrl = `${origin}/cognito/${options.region}_local`;
  const hosted = new HostedParts(origin);
  const assets: Environment['assets'] = new Map();
  const activity = new Activity();
  const starting = startCloud({
    ...cloudSettings(options, reporter, signal),
    dataDirectory,
    disk,
    credentials,
    calls,
    mediaBaseUrl: `ws://${LOOPBACK}:${port}`,
    observer: calls,
    faults,
    onFunctionLine: (...line) => tellLine(reporter, records, ...line),
    onTablesChanged: () => activity.tablesChanged(),
    hosted,
    home: { consoleOrigin: origin, issuerUrl },
    asset: (key) => assets.get(key),
  });
  closers.add(async () => (await starting.catch(() => undefined))?.close());
  const issuing = localIssuer(issuerUrl, hosted, dataDirectory, log, closers);
  const [cloud, issuer] = await Promise.all([starting, issuing, recordsFound]);
  cloud.tables.witness = recordTableAnswers(records);
  const tests = testsOfCalls({ records, directory: process.cwd(), dataDirectory, ...named });
  const pages = ourPages(signal, log, { cloud, records, tests, port });
  web.serve({
    ...servedOfStacks({ cloud, issuer, hosted, region: options.region }, log),
    issuer,
    ...pages,
    sockets: () => calls.sockets(),
    activity,
    faults,
  });
  const serviceRecords = keptServiceRecords(cloud, dataDirectory, log);
  closers.add(() => serviceRecords.close());
  const kept = { credentials, dataDirectory, liveCalls, records, serviceRecords };
  return { cloud, web, phone: pages.phone, issuer, activity, calls, hosted, assets, faults, ...kept };
}

/** The cloud's options that follow from the start options and the reporter. */
function cloudSettings(options: StartOptions, reporter: Reporter, signal: AbortSignal) {
  const { log } = reporter;
  return {
    port: options.awsPort,
    quotas: options.quotas ? 'aws' : 'off',
    region: options.region,
    bots: options.bots.flatMap(readBotFile),
    functionsAhead: options.functionsOnDemand ? 'built' : 'started',
    allowNetwork: options.allowNetwork,
    python: () => findPython(reporter, signal),
    nodeModules: sdkDirectory(),
    ...functionPackages((text) => reporter.progress(text)),
    log,
  } satisfies Partial<CloudOptions>;
}

/** The phone page and the calls page; logs a warning if one of them cannot be built. */
function ourPages(
  signal: AbortSignal,
  log: Reporter['log'],
  parts: { cloud: EmulatedCloud; records: CallRecords; tests: CallTests; port: number },
): { phone: PhonePage; calls: CallsPage } {
  const { cloud, records, tests, port } = parts;
  const folders = { phone: phonePageFolder(signal), calls: callsPageFolder(signal) };
  for (const [name, folder] of Object.entries(folders)) {
    folder.catch((error: Error) => {
      if (!signal.aborted) log.error(`The page /${name}/ could not be built: ${error.message}`);
    });
  }
  return {
    phone: new PhonePage(folders.phone, cloud.voice, () => port),
    calls: new CallsPage(folders.calls, records, tests),
  };
}

/** Starts the issuer that signs tokens for the clients of the stacks. */
function localIssuer(
  issuerUrl: string,
  hosted: HostedParts,
  dataDir: string,
  log: Reporter['log'],
  closers: Closers,
): ReturnType<typeof createLocalIssuer> {
  const clients = () => hosted.issuerClients;
  const parts = { issuerUrl, clients, dataDir, clock: systemClock, log: log.child('issuer') };
  const issuing = createLocalIssuer(parts);
  // The issuer writes its keys, which must not create the folder again after its removal.
  closers.add(async () => void (await issuing.catch(() => undefined)));
  return issuing;
}

function callRecords(
  options: StartOptions,
  dataDirectory: string,
  log: Reporter['log'],
  closers: Closers,
): CallRecords {
  const records = new CallRecords({
    folder: path.join(dataDirectory, 'calls'),
    keys: options.recordKeys ? 'kept' : 'masked',
    writer: 'chime-local',
    clock: systemClock,
    log: log.child('record'),
  });
  closers.add(() => records.close());
  return records;
}

/** Matches lines that the runner itself writes: START, END, REPORT. */
const RUNNERS_LINE = /^(START|END|REPORT|INIT_START) /;

/** Passes a line that a function printed to the reporter and to the record of the call that it belongs to. */
function tellLine(
  reporter: Reporter,
  records: CallRecords,
  functionName: string,
  text: string,
  requestId: string | undefined,
  quiet?: boolean,
): void {
  const fault = faultInLine(text);
  if (fault && !quiet) reporter.functionFault(functionName, fault, text);
  else reporter.functionLine(functionName, text, quiet);
  if (requestId && !RUNNERS_LINE.test(text)) records.printed(functionName, requestId, text);
}

/** Whether the function's own policy lets API Gateway invoke it. */
function gatewayMayInvoke(cloud: EmulatedCloud, functionArn: string, sourceArn: string): boolean {
  const spec = cloud.functions.find(functionArn);
  if (!spec) return true;
  return policyAllows(cloud.functionPolicies.document(spec.functionName, spec.arn), {
    principalService: 'apigateway.amazonaws.com',
    action: 'lambda:InvokeFunction',
    resourceArn: spec.arn,
    sourceAccount: ACCOUNT_ID,
    sourceArn,
  });
}

/** The page and the APIs as the stacks currently describe them. */
function servedOfStacks(
  { cloud, issuer, hosted, region }: Pick<Environment, 'cloud' | 'issuer' | 'hosted'> & { region: string },
  log: Reporter['log'],
): Pick<WebParts, 'apis' | 'page' | 'authorized'> {
  const keySet = async (issuerUrl: string) => (issuerUrl === issuer.issuer ? issuer.keySet() : undefined);
  const gateway: HttpApiOptions = {
    invoke: (arn, payload) => cloud.functions.invoke(arn, payload),
    mayInvoke: (functionArn, sourceArn) => gatewayMayInvoke(cloud, functionArn, sourceArn),
    keySet,
    clock: systemClock,
    ids: systemIds,
    log: log.child('api'),
  };
  const apis = new ApiDirectory({
    http: hosted.apis,
    rest: hosted.restApis,
    home: { accountId: ACCOUNT_ID, region },
    createHttp: (api) => createHttpApi(api, gateway),
    createRest: (api) => createRestApi(api, gateway),
  });
  const check = createJwtCheck(keySet, systemClock, log);
  return {
    apis,
    page: {
      async read(key) {
        const bucket = hosted.pageBucket;
        return bucket ? cloud.s3.read(bucket, key) : undefined;
      },
      headersOf: (key) => hosted.pageHeaders(key),
    },
    async authorized(header) {
      const [authorizer] = apis
        .apis()
        .flatMap((api) => api.routes.flatMap((route) => route.authorizer ?? []));
      return authorizer ? (await check(header, authorizer, undefined)).allowed : false;
    },
  };
}
