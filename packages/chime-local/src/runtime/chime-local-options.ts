import type { ChimeLocalConfig } from '../ways-in/config/config.ts';
import type { Application } from './application.ts';
import type { RuntimeLine } from './runtime-line.ts';

/**
 * Options of `startChimeLocal`. One of `assembly`, `template`, `config`, `handler`, `application` and `empty` says what to run;
 * without any, a `chime-local.config.*` of the working directory does. Everything else has a default.
 */
export interface ChimeLocalOptions {
  /** Folder of the cloud assembly (`cdk.out`) of a CDK app. */
  assembly?: string;
  /** A template of CloudFormation or SAM, YAML or JSON. */
  template?: string;
  /** Values of the template's parameters, by name. */
  parameters?: Record<string, string>;
  /** A `chime-local.config.*`, as a file or as a value; paths of a value are relative to the working directory. */
  config?: string | ChimeLocalConfig;
  /** The file or folder of a handler: `.ts`, `.js`, `.mjs`, `.cjs` or `.py`. */
  handler?: string;
  /** Buckets that the application finds there: the name of each, and the folder whose files it has. */
  buckets?: Record<string, string>;
  /** Runs nothing: an empty account to deploy to. */
  empty?: boolean;
  /** An application that makes its assembly and adds to the start. */
  application?: Application;
  /** The account's Region; us-east-1 by default. */
  region?: string;
  /** TCP port of the pages and the HTTP API; any free one by default. */
  port?: number;
  /** Port of SIP over UDP and TCP; any free one by default. */
  sipPort?: number;
  /** TCP port of the emulated AWS APIs; any free one by default. */
  awsPort?: number;
  /** Folder for what survives a restart: tables, objects, numbers, records of calls. By default nothing does. */
  dataDirectory?: string;
  /** Lets telephones of the local network call; everything else stays on the loopback. */
  lan?: boolean;
  /** Enforces the default quotas of an account, e.g. five call updates a second. */
  quotas?: boolean;
  /** Where bridged calls go, by number or by what numbers begin with: `+1206=sip:host:port`. */
  routes?: readonly string[];
  /** What the built-in test party does at numbers that have neither a route nor a telephone: `+1206=busy`, as `--party` takes it. */
  parties?: readonly string[];
  /** Keeps pressed keys in the records of calls (`calls` in the data folder); by default they are masked. */
  recordKeys?: boolean;
  /** Files that describe bots for StartBotConversation (docs/bots.md). */
  bots?: readonly string[];
  /** Carries sound by Node's own sockets only; by default by a library that is compiled once, where that is possible. */
  nodeSockets?: boolean;
  /** Starts functions when they are first invoked: less memory, but first calls wait. By default they start ahead. */
  functionsOnDemand?: boolean;
  /** Hosts that functions may reach, or `*.example.com` for all below one; nothing else leaves this machine. */
  allowNetwork?: readonly string[];
  /** Also writes the endpoints to this file, with mode 0600, for as long as the stack answers calls. */
  endpointsFile?: string;
  /** Abort it to stop a start that is not finished: `startChimeLocal` rejects and leaves nothing behind. */
  signal?: AbortSignal;
  /** Called with each line that the runtime or a function prints. */
  onLine?(line: RuntimeLine): void;
}
