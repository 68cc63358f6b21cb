import path from 'node:path';
import { MEETING_NUMBER } from 'pstn-audio';
import { CallReport } from '#call-host';
import type { CallRecords } from '#call-record';
import { adoptFormerState, convergeStacks } from '#deploy';
import {
  type ApplicationSource,
  type NumberParty,
  namesApplication,
  type OfferedKeys,
  parseParty,
  type StartOptions,
} from '#options';
import { acquireLock, giveMemoryBack, systemClock, UserError } from '#platform';
import { CHIME_PRINCIPAL } from '#provision';
import { checkSipPort } from '#sip-edge';
import type { SynthesisedStack } from '#template';
import { readStacks } from '#template';
import { CALLS_PATH, PHONE_PATH } from '#web';
import type { Application, ReadyNotes } from './application.ts';
import { startCallServer } from './call-server.ts';
import type { CallServer } from './call-server-parts.ts';
import { Closers } from './closers.ts';
import type { Endpoints } from './endpoints.ts';
import { EndpointsFile } from './endpoints-file.ts';
import { type Environment, startEnvironment } from './environment.ts';
import { ACCOUNT_ID, LOOPBACK, lanAddress } from './home.ts';
import { Interrupted } from './interrupted.ts';
import { numberLateApplications } from './late-applications.ts';
import { keysOfTemplates } from './offered-keys.ts';
import type { Reporter } from './reporter.ts';
import { keptCertificate, keptPassword } from './sip-secrets.ts';

/** A stack that answers calls. */
export interface Runtime {
  endpoints: Endpoints;
  /** The rows that the application wants printed. */
  rows: ReadyNotes['rows'];
  /** The call records. */
  calls: Pick<CallRecords, 'summaries' | 'follow'>;
  /** Reads the application again and updates the stacks accordingly. */
  buildAgain(): Promise<void>;
  /** Ends calls, lets functions be told, closes everything and removes `endpoints.json`. */
  stop(): Promise<void>;
}

/** Validity of the token in `endpoints.json` in seconds; it is renewed after half of that. */
const SCRIPT_TOKEN_SECONDS = 24 * 3600;
/** Milliseconds that telephones, and then functions, get to be told of the end. */
const FAREWELL_MS = 3000;

/** Locks the endpoints file and the data folder, which only one stack at a time may write. */
async function lockPaths(options: StartOptions, file: EndpointsFile, closers: Closers): Promise<void> {
  const releaseFile = await acquireLock(options.endpointsFile);
  if (!releaseFile) {
    const pid = file.owner();
    throw new UserError(
      `A stack runs here already${pid ? ` (process ${pid})` : ''}; stop it first, or give this one --endpoints FILE, --port 0, --sip-port 0 and --ephemeral.`,
    );
  }
  closers.add(releaseFile);
  file.prepare();
  // A killed process left the file; nothing answers at its addresses.
  file.discard();
  if (options.ephemeral) return;
  const releaseData = await acquireLock(options.dataDirectory);
  if (!releaseData) {
    throw new UserError(
      `Another stack uses the data folder ${options.dataDirectory}; stop it first, or choose another with --data DIR or --ephemeral.`,
    );
  }
  closers.add(releaseData);
}

/**
 * The application that the start names; undefined if the caller passes its own or an empty account was
 * requested.
 * @throws UserError if there is none
 */
async function namedSource(
  { empty, source }: StartOptions,
  application: Application | undefined,
): Promise<ApplicationSource | undefined> {
  if (empty) return undefined;
  if (namesApplication(source)) return source;
  if (application) return undefined;
  const { applicationHere } = await import('#ways-in');
  const here = applicationHere(process.cwd());
  if (namesApplication(here)) return here;
  throw new UserError(
    'There is no application to run: name a handler, a folder, --assembly DIR, --template FILE or --config FILE.',
  );
}

/** The stacks of the application; none if an empty account was requested. */
async function theStacks(
  source: ApplicationSource | undefined,
  options: StartOptions,
  application: Application | undefined,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<SynthesisedStack[]> {
  if (source) {
    const { stacksOf } = await import('#ways-in');
    return stacksOf(source);
  }
  if (options.empty || !application) return [];
  const progress = (text: string): void => reporter.progress(text);
  const { region } = options;
  return readStacks(await application.assembly({ region, accountId: ACCOUNT_ID, progress, signal }));
}

async function bearerToken(environment: Environment): Promise<string> {
  const [client] = environment.hosted.issuerClients;
  return client ? `Bearer ${await environment.issuer.mint(client.clientId, SCRIPT_TOKEN_SECONDS)}` : '';
}

/** Rejects when the user stops the start. */
function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Interrupted('The start was interrupted.')));
  });
}

/**
 * Builds the stack in the environment and takes calls. Rejects with a `UserError` if the user can fix the
 * problem, and with `Interrupted` after `signal`; in both cases nothing is left behind.
 */
export async function startRuntime(
  options: StartOptions,
  reporter: Reporter,
  signal: AbortSignal,
  application?: Application,
): Promise<Runtime> {
  const closers = new Closers();
  const file = new EndpointsFile(options.endpointsFile);
  const start = async (): Promise<Omit<Runtime, 'stop'>> => {
    const source = await namedSource(options, application);
    await lockPaths(options, file, closers);
    // Checked before anything is built, as a first build takes half a minute.
    await checkSipPort(options.lan ? lanAddress() : LOOPBACK, options.sipPort);
    const [stacks, environment] = await Promise.all([
      theStacks(source, options, application, reporter, signal),
      startEnvironment(options, reporter, closers, signal, { source, application }),
    ]);
    reporter.milestone('The environment is prepared');
    const started = await buildAndConnect(options, reporter, stacks, environment, closers, file, application);
    const buildAgain = async (): Promise<void> => {
      const again = await theStacks(source, options, application, reporter, signal);
      await convergeStacks(environment.cloud.stacks, again, environment.assets);
    };
    return { ...started, calls: environment.records, buildAgain };
  };
  try {
    const runtime = await Promise.race([start(), interruption(signal)]);
    return { ...runtime, stop: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** Milliseconds after which all work of the start is done. Ours. */
const SETTLED_MS = 10_000;

type Started = Pick<Runtime, 'endpoints' | 'rows'>;

async function buildAndConnect(
  options: StartOptions,
  reporter: Reporter,
  stacks: readonly SynthesisedStack[],
  environment: Environment,
  closers: Closers,
  file: EndpointsFile,
  application: Application | undefined,
): Promise<Started> {
  const { cloud, hosted } = environment;
  const firstStart = cloud.stacks.context.store.all().length === 0;
  adoptFormerState(environment.dataDirectory, cloud.stacks, stacks);
  await convergeStacks(cloud.stacks, stacks, environment.assets);
  if (!options.empty) await cloud.giveApplications().then(() => cloud.giveNumbers());
  reporter.milestone('The stacks are built');
  const [{ callServer, sip }] = await Promise.all([
    connectTelephones(options, reporter, environment),
    cloud.warm(),
    // Warmed so that neither a first call nor the application's requests below have to wait.
    warm(cloud, cloud.functionPolicies.invokableBy(CHIME_PRINCIPAL), true),
    warm(
      cloud,
      (application?.warmRoutes?.(firstStart) ?? []).flatMap(
        (route) => hosted.apis.functionArnOf(route) ?? [],
      ),
    ),
  ]);
  reporter.milestone('Telephones may call');
  closers.add(() => farewell(callServer));
  await callServer.recordings.storeLeft();
  await endLostCalls(callServer, environment);
  const look = looker(environment, sip, application, reporter.log);
  const started = await look();
  file.write(started.endpoints);
  closers.add(() => file.remove());
  // Runs however the process ends, except by SIGKILL.
  process.once('exit', () => file.remove());
  cloud.stacks.onSettled(async (stackId) => {
    if (!cloud.stacks.context.store.get(stackId).parentId) await cloud.giveNumbers();
    const { endpoints, rows } = await look();
    Object.assign(started.endpoints, endpoints);
    started.rows = rows;
    file.write(started.endpoints);
    tellOfStack(stackId, environment, reporter, started);
  });
  if (!options.empty) {
    const refresh = async (): Promise<Endpoints['phoneNumbers']> => {
      Object.assign(started.endpoints, (await look()).endpoints);
      file.write(started.endpoints);
      return started.endpoints.phoneNumbers;
    };
    closers.add(numberLateApplications(cloud, refresh, reporter.log));
  }
  // With these, a first update does not have to wait either.
  void warm(cloud, [...hosted.apis.functionArns(), ...hosted.restApis.functionArns()]).catch(() => {});
  const resting = setTimeout(() => giveMemoryBackWhenIdle(callServer), SETTLED_MS).unref();
  closers.add(() => clearTimeout(resting));
  closers.add(renewToken(environment, started.endpoints, file, reporter.log));
  return started;
}

/** Starts the functions' processes. With `kept`, one process of each stays, because calls depend on it. */
async function warm(cloud: Environment['cloud'], functions: readonly string[], kept = false): Promise<void> {
  await Promise.all(functions.map((nameOrArn) => cloud.functions.warm(nameOrArn, kept)));
}

/** Returns the heap memory that the start no longer needs, unless there are calls, which need the thread more. */
function giveMemoryBackWhenIdle({ host }: Pick<CallServer, 'host'>): void {
  if (host.size === 0) giveMemoryBack();
}

/** Rewrites the endpoints file before its token expires. @returns a function that ends this */
function renewToken(
  environment: Environment,
  endpoints: Endpoints,
  file: EndpointsFile,
  log: Reporter['log'],
): () => void {
  const timer = setInterval(async () => {
    try {
      endpoints.apiAuthorization = await bearerToken(environment);
      file.write(endpoints);
    } catch (error) {
      const why = (error as Error).message;
      log.warn(`${file.path} could not be written anew (${why}): its token expires.`);
    }
  }, SCRIPT_TOKEN_SECONDS * 500);
  return () => clearInterval(timer);
}

/** Reports the result of a stack operation, and what it has changed for the user. */
function tellOfStack(
  stackId: string,
  environment: Environment,
  reporter: Reporter,
  { endpoints, rows }: Started,
): void {
  const { stackName, status, statusReason, parentId } = environment.cloud.stacks.context.store.get(stackId);
  if (parentId) return;
  const text = `${stackName}: ${status}${statusReason ? ` (${statusReason.trim()})` : ''}`;
  if (status.endsWith('_FAILED') || status.includes('ROLLBACK')) reporter.log.warn(text);
  else reporter.log.info(text);
  const done = status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE';
  // A stack without a phone number and a page, such as CDK's own, changes nothing for the user.
  if (done && (endpoints.phoneNumber || endpoints.console)) {
    reporter.deployed?.(stackName, endpoints, rows);
  }
}

/** The test party's scripts in configurations. The command line takes precedence for the same numbers. */
const partiesOfStacks = ({ testParties }: Environment['hosted']): NumberParty[] =>
  [...testParties].flatMap(([number, script]) => parseParty(`${number}=${script}`) ?? []);

/** Starts the call server and connects it to the APIs and pages. */
async function connectTelephones(
  options: StartOptions,
  reporter: Reporter,
  environment: Environment,
): Promise<{ callServer: CallServer; sip: Endpoints['sip'] }> {
  const { log } = reporter;
  const { dataDirectory } = environment;
  const address = options.lan ? lanAddress() : LOOPBACK;
  const password = options.lan ? keptPassword(dataDirectory) : undefined;
  const certificate =
    options.sipTlsPort === undefined
      ? undefined
      : keptCertificate(dataDirectory, [...new Set([address, LOOPBACK, '::1', 'localhost'])]);
  const callServer = await startCallServer({
    address,
    sipPort: options.sipPort,
    sip: {
      registrar: {
        isReserved: (number) =>
          number === MEETING_NUMBER || environment.cloud.voice.routeForNumber(number) !== undefined,
        ...(password === undefined ? {} : { password }),
      },
      ...(certificate ? { tls: { port: options.sipTlsPort ?? 0, ...certificate } } : {}),
    },
    cloud: environment.cloud,
    faults: environment.faults,
    activity: environment.activity,
    report: new CallReport(log.child('calls'), systemClock, options.events ?? true),
    liveCalls: environment.liveCalls,
    records: environment.records,
    serviceRecords: environment.serviceRecords,
    region: options.region,
    recordingsFolder: path.join(dataDirectory, 'recordings'),
    sockets: options.nodeSockets ? 'node' : 'batched',
    routes: options.routes,
    parties: () => [...options.parties, ...partiesOfStacks(environment.hosted)],
    log,
  });
  environment.calls.connect(callServer);
  const { host, port, tlsPort } = callServer.sip;
  const sip = {
    host,
    port,
    ...(tlsPort === undefined || !certificate ? {} : { tlsPort, certificate: certificate.file }),
    ...(password === undefined ? {} : { password }),
  };
  return { callServer, sip };
}

/** The numbers that lead to an application, the first routed one first. */
function numbersToDial({ voice }: Environment['cloud']): Endpoints['phoneNumbers'] {
  return voice.routedNumbers().map((phoneNumber) => ({
    phoneNumber,
    sipMediaApplicationId: voice.routeForNumber(phoneNumber)?.targets[0]?.sipMediaApplicationId ?? '',
    name: voice.applicationOf(phoneNumber) ?? '',
  }));
}

/** Returns a function that finds the current endpoints. It logs each mistake in the stacks' offered keys once. */
function looker(
  environment: Environment,
  sip: Endpoints['sip'],
  application: Application | undefined,
  log: Reporter['log'],
): () => Promise<Started> {
  const told = new Set<string>();
  const complain = (text: string): void => {
    if (!told.has(text)) log.warn(text);
    told.add(text);
  };
  return () => startedNow(environment, sip, application, complain);
}

/** The keys that the stacks name for buttons of the phone page. */
function keysOfStacks({ stacks }: Environment['cloud'], complain: (text: string) => void): OfferedKeys[] {
  const { store } = stacks.context;
  const templates = store.all().flatMap(({ stackId }) => store.input(stackId)?.template ?? []);
  return keysOfTemplates(templates, complain);
}

/** The current endpoints, and the application's notes about them. */
async function startedNow(
  environment: Environment,
  sip: Endpoints['sip'],
  application: Application | undefined,
  complain: (text: string) => void,
): Promise<Started> {
  const { cloud, web, credentials, hosted } = environment;
  const origin = `http://${LOOPBACK}:${web.port}`;
  const apiUrl = hosted.apis.isEmpty ? (hosted.restApis.url(origin) ?? hosted.apis.url) : hosted.apis.url;
  const authorization = await bearerToken(environment);
  const notes = await application?.onReady?.({
    apiUrl,
    authorization,
    hasRoute: (route) => hosted.apis.has(route),
  });
  environment.phone.offer([...(notes?.keys ?? []), ...keysOfStacks(cloud, complain)]);
  const numbers = numbersToDial(cloud);
  const endpoints: Endpoints = {
    console: hosted.pageBucket ? origin : '',
    phone: `${origin}${PHONE_PATH}`,
    calls: `${origin}${CALLS_PATH}`,
    api: apiUrl,
    apiAuthorization: authorization,
    awsEndpoint: cloud.endpoint,
    awsRegion: cloud.region,
    awsAccessKeyId: credentials.operator.accessKeyId,
    awsSecretAccessKey: credentials.operator.secretAccessKey,
    sip,
    phoneNumber: numbers[0]?.phoneNumber ?? '',
    sipMediaApplicationId: numbers[0]?.sipMediaApplicationId ?? cloud.voice.applicationIds()[0] ?? '',
    phoneNumbers: numbers,
    ...notes?.endpoints,
    pid: process.pid,
  };
  return { endpoints, rows: notes?.rows ?? [] };
}

/** Ends the calls that the previous process left, before anybody can see them if the functions are quick enough. */
async function endLostCalls({ host }: CallServer, { liveCalls }: Environment): Promise<void> {
  for (const lost of liveCalls.lost()) host.endLost(lost);
  await atMost(FAREWELL_MS, host.drained());
}

/** Hangs up properly and gives the functions a moment to be told. */
async function farewell({
  sip,
  media,
  signalling,
  host,
  speech,
  recordings,
  lines,
}: CallServer): Promise<void> {
  host.close();
  await signalling?.close();
  lines.internal.close();
  await sip.close(FAREWELL_MS);
  await atMost(FAREWELL_MS, Promise.all([host.drained(), recordings.settled()]));
  await Promise.all([media.close(), speech.close()]);
}

/** Waits until the work is done, at most that many milliseconds. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, enough]);
  clearTimeout(timer);
}
