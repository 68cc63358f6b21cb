import path from 'node:path';
import { type HttpApi, makeHttpApi, makeJwtCheck } from '#gateway';
import { acquireLock, systemClock, systemIds, UserError } from '#platform';
import { CallReport } from '../calls/host/call-report.ts';
import { startTelephony, type Telephony } from '../calls/host/telephony.ts';
import type { StartOptions } from '../cli/options.ts';
import { provisionStack } from '../stack/provision/provision.ts';
import { StackState } from '../stack/provision/stack-state.ts';
import { readStack } from '../stack/template/read-stack.ts';
import type { SynthesisedStack } from '../stack/template/template.ts';
import { type Findings, makeWorkshop } from '../stack/workshop.ts';
import { ApiRegistry } from '../web/api-registry.ts';
import { PHONE_PATH } from '../web/phone-page.ts';
import { API_PREFIX } from '../web/web-server.ts';
import type { Application, ReadyNotes } from './application.ts';
import { Closers } from './closers.ts';
import { type Endpoints, EndpointsFile } from './endpoints-file.ts';
import { type Ground, prepareGround } from './ground.ts';
import { ACCOUNT_ID, LOOPBACK, lanAddress, REGION } from './home.ts';
import type { Reporter } from './reporter.ts';
import { keptCertificate, keptPassword } from './sip-secrets.ts';

/** A stack that answers calls. */
export interface Runtime {
  endpoints: Endpoints;
  /** What the application wants printed. */
  rows: ReadyNotes['rows'];
  /** Ends calls, lets functions hear of it, closes everything, removes `endpoints.json`. */
  stop(): Promise<void>;
}

/** The person has stopped a start that was not finished. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}

/** Seconds for which the token in `endpoints.json` is good; it is written anew at half of it. */
const SCRIPT_TOKEN_SECONDS = 24 * 3600;
/** Milliseconds given to telephones, then to functions, to hear that it is over. */
const FAREWELL_MS = 3000;

/** Locks the endpoints file and the data folder: one stack at a time writes them. */
async function lockPaths(options: StartOptions, file: EndpointsFile, closers: Closers): Promise<void> {
  const releaseFile = await acquireLock(options.endpointsFile);
  if (!releaseFile) {
    const pid = file.owner();
    throw new UserError(
      `A stack runs here already${pid ? ` (process ${pid})` : ''}; stop it first, or give this one --endpoints FILE, --port 0, --sip-port 0 and --ephemeral.`,
    );
  }
  closers.add(releaseFile);
  // Left by a process that was killed: nothing answers there.
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

async function theStack(
  options: StartOptions,
  application: Application | undefined,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<SynthesisedStack> {
  if (options.assembly) return readStack(options.assembly);
  if (!application)
    throw new UserError('There is no stack to run: name its cloud assembly by --assembly DIR.');
  const progress = (text: string): void => reporter.progress(text);
  return readStack(await application.assembly({ region: REGION, accountId: ACCOUNT_ID, progress, signal }));
}

/** Opens the page and the API, as the template describes them. */
function openWeb(ground: Ground, findings: Findings, api: HttpApi | undefined, log: Reporter['log']): void {
  const { web, cloud, issuer } = ground;
  issuer.setClients(findings.issuerClients);
  const bucket = findings.pageBucket;
  if (bucket) {
    web.parts.page = async (key) => cloud.s3.read(bucket, key);
  }
  if (!api) return;
  const keySet = async (issuerUrl: string) => (issuerUrl === issuer.issuer ? issuer.keySet() : undefined);
  web.parts.api = makeHttpApi(api, {
    invoke: (arn, payload) => cloud.functions.invoke(arn, payload),
    keySet,
    clock: systemClock,
    ids: systemIds,
    log: log.child('api'),
  });
  const [authorizer] = api.routes.flatMap((route) => route.authorizer ?? []);
  if (!authorizer) return;
  const check = makeJwtCheck(keySet, systemClock, log);
  web.parts.authorized = async (header) => (await check(header, authorizer, undefined)).allowed;
}

async function bearerToken(ground: Ground, findings: Findings): Promise<string> {
  const [client] = findings.issuerClients;
  return client ? `Bearer ${await ground.issuer.mint(client.clientId, SCRIPT_TOKEN_SECONDS)}` : '';
}

/** Rejects when the person wants to stop. */
function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Interrupted('The start was interrupted.')));
  });
}

/**
 * Builds the stack in the ground and takes calls. Rejects with a `UserError` where the person can mend it, with
 * `Interrupted` after `signal`; nothing is left behind then.
 */
export async function startRuntime(
  options: StartOptions,
  reporter: Reporter,
  signal: AbortSignal,
  application?: Application,
): Promise<Runtime> {
  const closers = new Closers();
  const file = new EndpointsFile(options.endpointsFile);
  const start = async (): Promise<Started> => {
    await lockPaths(options, file, closers);
    const [stack, ground] = await Promise.all([
      theStack(options, application, reporter, signal),
      prepareGround(options, reporter, closers, signal),
    ]);
    reporter.milestone('The ground is prepared');
    return buildAndConnect(options, reporter, stack, ground, closers, file, application);
  };
  try {
    const { endpoints, rows } = await Promise.race([start(), interruption(signal)]);
    return { endpoints, rows, stop: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

type Started = Pick<Runtime, 'endpoints' | 'rows'>;

async function buildAndConnect(
  options: StartOptions,
  reporter: Reporter,
  stack: SynthesisedStack,
  ground: Ground,
  closers: Closers,
  file: EndpointsFile,
  application: Application | undefined,
): Promise<Started> {
  const { cloud, web, issuer, credentials, dataDirectory } = ground;
  const { log } = reporter;
  const address = options.lan ? lanAddress() : LOOPBACK;
  const password = options.lan ? keptPassword(dataDirectory) : undefined;
  const certificate =
    options.sipTlsPort === undefined
      ? undefined
      : keptCertificate(dataDirectory, [...new Set([address, LOOPBACK, '::1', 'localhost'])]);
  const consoleOrigin = `http://${LOOPBACK}:${web.port}`;
  const home = {
    region: REGION,
    accountId: ACCOUNT_ID,
    stackName: stack.stackName,
    consoleOrigin,
    apiUrl: `${consoleOrigin}${API_PREFIX}`,
    issuerUrl: issuer.issuer,
  };
  const api = new ApiRegistry();
  const { workshop, findings } = makeWorkshop({ home, stack, cloud, credentials, api, log });
  const state = new StackState(path.join(dataDirectory, 'stack.json'));
  const firstStart = state.isNew;
  await provisionStack(stack, workshop, state);
  reporter.milestone('The stack is built');
  openWeb(ground, findings, api.build(home), log);
  const warm = (names: Iterable<string>) => [...names].map((name) => cloud.functions.warm(name));
  const [telephony, authorization] = await Promise.all([
    startTelephony({
      address,
      sipPort: options.sipPort,
      sip: {
        registrar: {
          isReserved: (number) => cloud.voice.routeForNumber(number) !== undefined,
          ...(password === undefined ? {} : { password }),
        },
        ...(certificate ? { tls: { port: options.sipTlsPort ?? 0, ...certificate } } : {}),
      },
      cloud,
      findings,
      activity: ground.activity,
      report: new CallReport(log.child('calls'), systemClock),
      liveCalls: ground.liveCalls,
      region: REGION,
      routes: options.routes,
      log,
    }),
    bearerToken(ground, findings),
    cloud.warm(),
    // A first call waits for nothing, nor does what the application asks below.
    ...warm([
      ...findings.chimeMayInvoke,
      ...(application?.warmRoutes?.(firstStart) ?? []).flatMap((route) => api.functionArnOf(route) ?? []),
    ]),
  ]);
  reporter.milestone('Telephones may call');
  ground.calls.telephony = telephony;
  web.parts.sockets = {
    sip: (...upgrade) => telephony.sip.acceptWebSocket(...upgrade),
    signalling: (...upgrade) => telephony.signalling.acceptWebSocket(...upgrade),
  };
  closers.add(() => farewell(telephony));
  await endLostCalls(telephony, ground);
  const notes = await application?.onReady?.({
    apiUrl: home.apiUrl,
    authorization,
    hasRoute: (route) => api.has(route),
  });
  const endpoints: Endpoints = {
    console: findings.pageBucket ? consoleOrigin : '',
    phone: `${consoleOrigin}${PHONE_PATH}`,
    api: home.apiUrl,
    apiAuthorization: authorization,
    awsEndpoint: cloud.endpoint,
    awsRegion: REGION,
    awsAccessKeyId: credentials.operator.accessKeyId,
    awsSecretAccessKey: credentials.operator.secretAccessKey,
    sip: {
      host: telephony.sip.host,
      port: telephony.sip.port,
      ...(telephony.sip.tlsPort === undefined || !certificate
        ? {}
        : { tlsPort: telephony.sip.tlsPort, certificate: certificate.file }),
      ...(password === undefined ? {} : { password }),
    },
    phoneNumber: cloud.voice.routedNumbers()[0] ?? '',
    sipMediaApplicationId: findings.sipMediaApplicationIds[0] ?? '',
    ...notes?.endpoints,
    pid: process.pid,
  };
  file.write(endpoints);
  closers.add(() => file.remove());
  // However the process ends, short of a kill.
  process.once('exit', () => file.remove());
  // Nor does a first update, as soon as these are there.
  void Promise.all(warm(api.functionArns())).catch(() => {});
  const renew = setInterval(async () => {
    try {
      endpoints.apiAuthorization = await bearerToken(ground, findings);
      file.write(endpoints);
    } catch (error) {
      log.warn(`${file.path} could not be written anew (${(error as Error).message}): its token expires.`);
    }
  }, SCRIPT_TOKEN_SECONDS * 500);
  closers.add(() => clearInterval(renew));
  return { endpoints, rows: notes?.rows ?? [] };
}

/** What a process before this one left is cleared away before anybody looks, if the functions are quick enough. */
async function endLostCalls({ host }: Telephony, { liveCalls }: Ground): Promise<void> {
  for (const lost of liveCalls.lost()) host.endLost(lost);
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FAREWELL_MS);
  });
  await Promise.race([host.drained(), enough]);
  clearTimeout(timer);
}

/** Hangs up politely and gives the functions a moment to hear of it. */
async function farewell({ sip, media, signalling, host, speech }: Telephony): Promise<void> {
  await signalling?.close();
  await sip.close(FAREWELL_MS);
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FAREWELL_MS);
  });
  await Promise.race([host.drained(), enough]);
  clearTimeout(timer);
  await Promise.all([media.close(), speech.close()]);
}
