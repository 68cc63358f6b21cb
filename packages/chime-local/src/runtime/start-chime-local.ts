import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type ApplicationSource,
  DEFAULT_REGION,
  type NumberParty,
  type NumberRoute,
  parseParty,
  parseRoute,
} from '#options';
import { UserError } from '#platform';
import type { ChimeLocalConfig } from '#ways-in';
import type { Application } from './application.ts';
import type { Endpoints } from './endpoints-file.ts';
import { lineReporter } from './reporter.ts';
import { startRuntime } from './runtime.ts';
import type { RuntimeLine } from './runtime-line.ts';

/** What `startChimeLocal` is given; everything has a default but the stack. */
export interface ChimeLocalOptions {
  /** Folder of the cloud assembly (`cdk.out`) to run. One of this and the five that follow is needed. */
  assembly?: string;
  /** A template of CloudFormation or SAM, YAML or JSON. */
  template?: string;
  /** Of the template, by name. */
  parameters?: Record<string, string>;
  /** A `chime-local.config.*`, as a file or as a value; paths of a value are relative to the working directory. */
  config?: string | ChimeLocalConfig;
  /** The file or folder of a handler. */
  handler?: string;
  /** Folders by the names of their buckets, for a handler that names them. */
  buckets?: Record<string, string>;
  /** Run no stack: an account to deploy to. */
  empty?: boolean;
  /** An application that makes its assembly and adds to the start. */
  application?: Application;
  /** The account's Region; us-east-1 by default. */
  region?: string;
  /** Port of pages and API; any free one by default. */
  port?: number;
  /** Port of SIP over UDP and TCP; any free one by default. */
  sipPort?: number;
  /** Port of the AWS APIs; any free one by default. */
  awsPort?: number;
  /** Folder of what survives a restart. By default nothing does. */
  dataDirectory?: string;
  /** Lets telephones of the local network call; everything else stays on the loopback. */
  lan?: boolean;
  /** Enforces the default quotas of an account, e.g. five call updates a second. */
  quotas?: boolean;
  /** Where bridged calls to a number go, or to all that begin so: `+1206=sip:host:port`. */
  routes?: readonly string[];
  /** What the built-in test party does at numbers without route and telephone, each as `--party` takes it. */
  parties?: readonly string[];
  /** Keeps pressed keys in the records of calls (`calls` in the data folder); by default they are masked. */
  recordKeys?: boolean;
  /** Files of bots, for StartBotConversation. */
  bots?: readonly string[];
  /** Hosts that functions may reach, or `*.example.com` for all below one; nothing else leaves this machine. */
  allowNetwork?: readonly string[];
  /** Also writes the endpoints to this file, with mode 0600, for as long as the stack answers calls. */
  endpointsFile?: string;
  /** Gives the start up; `startChimeLocal` then rejects and leaves nothing behind. */
  signal?: AbortSignal;
  /** Told of each line that the runtime or a function reports. */
  onLine?(line: RuntimeLine): void;
}

/** Which application the options name; paths are made absolute. */
export function applicationSource(options: ChimeLocalOptions): ApplicationSource {
  const place = (name: 'assembly' | 'template', value = options[name]) =>
    value === undefined ? {} : { [name]: path.resolve(value) };
  const { config, handler, parameters, buckets } = options;
  return {
    ...place('assembly'),
    ...place('template'),
    ...(config === undefined ? {} : { config }),
    ...(handler === undefined ? {} : { path: path.resolve(handler) }),
    ...(parameters ? { parameters } : {}),
    ...(buckets ? { buckets } : {}),
  };
}

/** A running stack. */
export interface ChimeLocal {
  /** Where everything is: pages, API, AWS APIs with credentials, SIP, the number to dial. */
  endpoints: Endpoints;
  /** Ends calls with BYE, lets functions hear of it, and closes every port and process. */
  stop(): Promise<void>;
}

/** @throws UserError */
function readRoute(text: string): NumberRoute {
  const route = parseRoute(text);
  if (!route)
    throw new UserError(`routes has ${JSON.stringify(text)}; each is written NUMBER=sip:HOST:PORT.`);
  return route;
}

/** @throws UserError */
function readParty(text: string): NumberParty {
  const party = parseParty(text);
  if (!party)
    throw new UserError(
      `parties has ${JSON.stringify(text)}; each is written NUMBER=SCRIPT, with a script such as busy or "ring 2; answer; say Hello".`,
    );
  return party;
}

/**
 * Runs the stack of a cloud assembly on this machine. Resolves when telephones can call.
 * @throws an error whose message says what is wrong and what to do: a taken port, a folder that cannot be written, an
 * assembly that cannot be read.
 */
export async function startChimeLocal(options: ChimeLocalOptions): Promise<ChimeLocal> {
  const folder = mkdtempSync(path.join(tmpdir(), 'chime-local-start-'));
  const forget = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const { endpoints, stop } = await startRuntime(
      {
        region: options.region ?? DEFAULT_REGION,
        port: options.port ?? 0,
        sipPort: options.sipPort ?? 0,
        awsPort: options.awsPort ?? 0,
        dataDirectory: path.resolve(options.dataDirectory ?? folder),
        ephemeral: options.dataDirectory === undefined,
        lan: options.lan ?? false,
        endpointsFile: path.resolve(options.endpointsFile ?? path.join(folder, 'endpoints.json')),
        source: applicationSource(options),
        events: false,
        recordKeys: options.recordKeys ?? false,
        routes: (options.routes ?? []).map(readRoute),
        parties: (options.parties ?? []).map(readParty),
        bots: (options.bots ?? []).map((file) => path.resolve(file)),
        allowNetwork: [...(options.allowNetwork ?? [])],
        empty: options.empty ?? false,
        quotas: options.quotas ?? false,
        verbose: false,
        help: false,
      },
      lineReporter(options.onLine ?? (() => {})),
      options.signal ?? new AbortController().signal,
      options.application,
    );
    return { endpoints, stop: () => stop().finally(forget) };
  } catch (error) {
    forget();
    throw error;
  }
}
