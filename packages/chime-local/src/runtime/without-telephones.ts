import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AccessKey, Credentials } from '#aws';
import { adoptFormerState, convergeStacks } from '#deploy';
import { type PythonInterpreter, preparePython } from '#lambda-runner';
import { type ApplicationSource, namesApplication } from '#options';
import { cacheDirectory, sdkDirectory, systemIds, UserError } from '#platform';
import { HostedParts } from '#provision';
import type { FileAsset, SynthesisedStack } from '#template';
import { readStacks } from '#template';
import type { Application } from './application.ts';
import { CallControls } from './call-controls.ts';
import { Closers } from './closers.ts';
import { DiskTrouble } from './disk-trouble.ts';
import { type EmulatedCloud, startCloud } from './emulated-cloud.ts';
import { functionPackages } from './function-packages.ts';
import { ACCOUNT_ID, LOOPBACK } from './home.ts';
import type { Reporter } from './reporter.ts';

/** Parts of a data folder that no function reads. */
const NOT_COPIED = ['calls', 'recordings', 'sip-tls'];

/** The application and its data. */
export interface WithoutTelephones {
  source: ApplicationSource;
  /** Provides the stack if `source` names none. */
  application?: Application | undefined;
  region: string;
  /** Initial data. It is copied, and the folder stays unchanged. */
  dataFrom?: string | undefined;
  allowNetwork: readonly string[];
  signal: AbortSignal;
}

/** An application's functions and AWS services, without telephones, media and pages. */
export interface QuietRuntime {
  cloud: EmulatedCloud;
  /** The operator's credentials, which allow everything. */
  operator: AccessKey;
  /** To be connected with the owner of the calls. */
  calls: CallControls;
  /** Ends functions and APIs; the data is discarded. */
  close(): Promise<void>;
}

/** Builds the stacks in an account of their own, which is discarded when it closes. @throws UserError */
export async function startWithoutTelephones(
  options: WithoutTelephones,
  reporter: Reporter,
): Promise<QuietRuntime> {
  const closers = new Closers();
  try {
    const dataDirectory = temporaryData(options.dataFrom);
    closers.add(() => rmSync(dataDirectory, { recursive: true, force: true }));
    const stacks = await stacksOf(options, reporter);
    const calls = new CallControls();
    const credentials = new Credentials(dataDirectory, ACCOUNT_ID, systemIds);
    const assets = new Map<string, FileAsset>();
    const cloud = await quietCloud(options, reporter, { dataDirectory, calls, assets, credentials });
    closers.add(() => cloud.close());
    adoptFormerState(dataDirectory, cloud.stacks, stacks);
    await convergeStacks(cloud.stacks, stacks, assets);
    await cloud.giveApplications();
    await cloud.giveNumbers();
    return { cloud, operator: credentials.operator, calls, close: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

function temporaryData(from: string | undefined): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'chime-local-'));
  if (from !== undefined && existsSync(from)) {
    const notNeeded = NOT_COPIED.map((name) => path.join(from, name));
    cpSync(from, folder, { recursive: true, filter: (source) => !notNeeded.includes(source) });
  }
  return folder;
}

async function stacksOf(options: WithoutTelephones, reporter: Reporter): Promise<SynthesisedStack[]> {
  const { source, application, region, signal } = options;
  const { applicationHere, stacksOf: readSource } = await import('#ways-in');
  if (namesApplication(source)) return readSource(source);
  if (application) {
    const progress = (text: string): void => reporter.progress(text);
    return readStacks(await application.assembly({ region, accountId: ACCOUNT_ID, progress, signal }));
  }
  const here = applicationHere(process.cwd());
  if (namesApplication(here)) return readSource(here);
  throw new UserError(
    'There is no application: name a handler, a configuration, a template or an assembly, or go where a chime-local.config.ts lies.',
  );
}

function quietCloud(
  options: WithoutTelephones,
  reporter: Reporter,
  parts: {
    dataDirectory: string;
    calls: CallControls;
    assets: Map<string, FileAsset>;
    credentials: Credentials;
  },
): Promise<EmulatedCloud> {
  const { dataDirectory, calls, assets, credentials } = parts;
  const { log } = reporter;
  // Nothing listens there: without telephones, pages and meeting clients are not served.
  const origin = `http://${LOOPBACK}:0`;
  return startCloud({
    dataDirectory,
    tablesInMemory: options.dataFrom === undefined,
    // A test that provides its own handler needs neither the bundle nor the process.
    functionsAhead: 'no',
    // Nobody waits for a number here.
    orderMs: 0,
    disk: new DiskTrouble(log.child('disk')),
    port: 0,
    quotas: 'off',
    region: options.region,
    allowNetwork: options.allowNetwork,
    credentials,
    python: () => findPython(reporter, options.signal),
    nodeModules: sdkDirectory(),
    ...functionPackages((text) => reporter.progress(text)),
    calls,
    observer: calls,
    mediaBaseUrl: `ws://${LOOPBACK}:0`,
    log,
    onFunctionLine: (name, text, _requestId, quiet) => reporter.functionLine(name, text, quiet),
    hosted: new HostedParts(origin),
    home: { consoleOrigin: origin, issuerUrl: `${origin}/cognito` },
    asset: (key) => assets.get(key),
  });
}

function findPython(reporter: Reporter, signal: AbortSignal): Promise<PythonInterpreter> {
  const wish = process.env.CHIME_LOCAL_PYTHON;
  return preparePython({
    venvDirectory: path.join(cacheDirectory(), 'venv'),
    ...(wish ? { chosen: wish } : {}),
    signal,
    onProgress: (text) => reporter.progress(text),
  });
}
