import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type HttpApi, type LocalIssuer, makeHttpApi, makeJwtCheck, makeLocalIssuer } from '#gateway';
import { preparePython } from '#lambda-runner';
import { systemClock, systemIds } from '#platform';
import { Complaint } from './complaint.ts';
import { Credentials } from './credentials.ts';
import { type EmulatedCloud, startCloud } from './emulated-cloud.ts';
import { type Endpoints, EndpointsFile } from './endpoints-file.ts';
import { ACCOUNT_ID, LOOPBACK, lanAddress, REGION } from './home.ts';
import { aMeeting } from './operator.ts';
import type { StartOptions } from './options.ts';
import { provisionStack } from './provision/provision.ts';
import { StackState } from './provision/stack-state.ts';
import { synthesise } from './synthesis.ts';
import { startTelephony, type Telephony } from './telephony.ts';
import { readStack } from './template/read-stack.ts';
import type { SynthesisedStack } from './template/template.ts';
import type { Terminal } from './terminal.ts';
import { Activity } from './web/activity.ts';
import { ApiRegistry } from './web/api-registry.ts';
import { API_PREFIX, WebServer } from './web/web-server.ts';
import { type Findings, makeWorkshop } from './workshop.ts';

/** A stack that answers calls. */
export interface Runtime {
  endpoints: Endpoints;
  /** Ends calls, lets functions hear of it, closes everything, removes `endpoints.json`. */
  stop(): Promise<void>;
}

/** Seconds for which the token in `endpoints.json` is good; it is written anew at half of it. */
const SCRIPT_TOKEN_SECONDS = 24 * 3600;
/** Milliseconds given to telephones, then to functions, to hear that it is over. */
const FAREWELL_MS = 3000;

/** What has to be undone, newest first. */
class Closers {
  readonly #closers: (() => Promise<void> | void)[] = [];

  add(closer: () => Promise<void> | void): void {
    this.#closers.push(closer);
  }

  async close(): Promise<void> {
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) await close();
  }
}

function openDataDirectory(options: StartOptions, closers: Closers): string {
  if (!options.ephemeral) {
    mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 });
    return options.dataDirectory;
  }
  const temporary = mkdtempSync(path.join(tmpdir(), 'live-call-'));
  closers.add(() => rmSync(temporary, { recursive: true, force: true }));
  return temporary;
}

function refuseSecondStart(file: EndpointsFile): void {
  const owner = file.owner();
  if (owner === undefined) return;
  throw new Complaint(
    `A stack runs here already (process ${owner}); stop it first, or give --endpoints FILE, --port 0, --sip-port 0 and --ephemeral.`,
  );
}

async function theStack(options: StartOptions, root: string, terminal: Terminal): Promise<SynthesisedStack> {
  const home = { region: REGION, accountId: ACCOUNT_ID };
  return readStack(options.cdkOut ?? (await synthesise(root, home, (text) => terminal.progress(text))));
}

/** Everything that is up before the stack is built in it. */
interface Ground {
  cloud: EmulatedCloud;
  web: WebServer;
  issuer: LocalIssuer;
  activity: Activity;
  credentials: Credentials;
  dataDirectory: string;
  /** Calls are taken by it once telephony is up. */
  calls: { telephony?: Telephony };
}

async function prepareGround(
  options: StartOptions,
  root: string,
  terminal: Terminal,
  closers: Closers,
): Promise<Ground> {
  const dataDirectory = openDataDirectory(options, closers);
  terminal.keepLog(dataDirectory);
  const { log } = terminal;
  const activity = new Activity();
  const calls: Ground['calls'] = {};
  const credentials = new Credentials(dataDirectory, ACCOUNT_ID, systemIds);
  const web = new WebServer({ activity, authorized: async () => false }, log.child('web'));
  const port = await web.listen(options.port);
  closers.add(() => web.close());
  const python = preparePython({
    venvDirectory: path.join(root, '.local', 'venv'),
    onProgress: (text) => terminal.progress(text),
  });
  const [cloud, issuer] = await Promise.all([
    startCloud({
      dataDirectory,
      port: options.awsPort,
      credentials,
      python,
      nodeModules: path.join(root, 'node_modules'),
      calls: {
        updateCall: (application, transactionId, args) =>
          calls.telephony?.host.updateCall(application, transactionId, args) ?? 'notFound',
      },
      observer: {
        onAttendeeRemoved: (meetingId, attendeeId) =>
          calls.telephony?.host.attendeeRemoved(meetingId, attendeeId),
      },
      log,
      onFunctionLine: (name, text) => terminal.functionLine(name, text),
    }),
    makeLocalIssuer({
      issuerUrl: `http://${LOOPBACK}:${port}/cognito/${REGION}_local`,
      dataDir: dataDirectory,
      clock: systemClock,
      log: log.child('issuer'),
    }),
  ]);
  closers.add(() => cloud.close());
  web.parts.issuer = issuer;
  return { cloud, web, issuer, activity, credentials, dataDirectory, calls };
}

/** Opens the page and the API, as the template describes them. */
function openWeb(ground: Ground, findings: Findings, api: HttpApi | undefined, log: Terminal['log']): void {
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

/** Starts the processes that a first call and a first update would otherwise wait for. */
function warmFunctions(ground: Ground, findings: Findings, api: ApiRegistry): Promise<unknown> {
  const names = [...findings.chimeMayInvoke, ...api.functionArns()];
  return Promise.all([ground.cloud.warm(), ...names.map((name) => ground.cloud.functions.warm(name))]);
}

/** Builds the stack in the ground and takes calls. Rejects with a `Complaint` where the person can mend it. */
export async function startRuntime(
  options: StartOptions,
  root: string,
  terminal: Terminal,
): Promise<Runtime> {
  const closers = new Closers();
  const file = new EndpointsFile(options.endpointsFile);
  try {
    refuseSecondStart(file);
    const [stack, ground] = await Promise.all([
      theStack(options, root, terminal),
      prepareGround(options, root, terminal, closers),
    ]);
    const endpoints = await buildAndConnect(options, terminal, stack, ground, closers, file);
    return { endpoints, stop: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function buildAndConnect(
  options: StartOptions,
  terminal: Terminal,
  stack: SynthesisedStack,
  ground: Ground,
  closers: Closers,
  file: EndpointsFile,
): Promise<Endpoints> {
  const { cloud, web, issuer, credentials, dataDirectory } = ground;
  const { log } = terminal;
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
  await provisionStack(stack, workshop, new StackState(path.join(dataDirectory, 'stack.json')));
  openWeb(ground, findings, api.build(home), log);
  const address = options.lan ? lanAddress() : LOOPBACK;
  const [telephony, authorization] = await Promise.all([
    startTelephony({
      address,
      sipPort: options.sipPort,
      cloud,
      findings,
      activity: ground.activity,
      region: REGION,
      log,
    }),
    bearerToken(ground, findings),
    warmFunctions(ground, findings, api),
  ]);
  ground.calls.telephony = telephony;
  closers.add(() => farewell(telephony));
  const hasMeetings = api.has('POST /queryMeetings') && api.has('POST /createMeeting');
  const endpoints: Endpoints = {
    console: findings.pageBucket ? consoleOrigin : '',
    api: home.apiUrl,
    apiAuthorization: authorization,
    awsEndpoint: cloud.endpoint,
    awsRegion: REGION,
    awsAccessKeyId: credentials.operator.accessKeyId,
    awsSecretAccessKey: credentials.operator.secretAccessKey,
    sip: { host: telephony.sip.host, port: telephony.sip.port },
    phoneNumber: cloud.voice.routedNumbers()[0] ?? '',
    sipMediaApplicationId: findings.sipMediaApplicationIds[0] ?? '',
    pin: hasMeetings ? (await aMeeting(home.apiUrl, authorization)).pin : '',
    pid: process.pid,
  };
  file.write(endpoints);
  closers.add(() => file.remove());
  const renew = setInterval(async () => {
    endpoints.apiAuthorization = await bearerToken(ground, findings);
    file.write(endpoints);
  }, SCRIPT_TOKEN_SECONDS * 500);
  closers.add(() => clearInterval(renew));
  return endpoints;
}

/** Hangs up politely and gives the functions a moment to hear of it. */
async function farewell({ sip, media, host, speech }: Telephony): Promise<void> {
  await sip.close(FAREWELL_MS);
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FAREWELL_MS);
  });
  await Promise.race([host.drained(), enough]);
  clearTimeout(timer);
  await Promise.all([media.close(), speech.close()]);
}
