import type { ChimeLocalConfig } from '../ways-in/config/config.ts';
import type { Application } from './application.ts';
import type { RuntimeLine } from './runtime-line.ts';

/**
 * Options of `startChimeLocal`. One of `assembly`, `template`, `config`, `handler`, `application` and `empty`
 * says what to run; without any, a `chime-local.config.*` in the working directory is used. Everything else
 * has a default.
 */
export interface ChimeLocalOptions {
  /** Folder of the cloud assembly (`cdk.out`) of a CDK app. */
  assembly?: string;
  /** A CloudFormation or SAM template, YAML or JSON. */
  template?: string;
  /** Values of the template's parameters by name. */
  parameters?: Record<string, string>;
  /** A `chime-local.config.*`, as a file or as a value; paths in a value are relative to the working directory. */
  config?: string | ChimeLocalConfig;
  /** The file or folder of a handler: `.ts`, `.js`, `.mjs`, `.cjs` or `.py`. */
  handler?: string;
  /** Buckets that the application finds: by name, the folder whose files the bucket contains. */
  buckets?: Record<string, string>;
  /** Runs nothing but an empty account, to which stacks can be deployed. */
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
  /** Folder for what survives a restart: tables, objects, numbers, call records. By default nothing does. */
  dataDirectory?: string;
  /** Lets telephones on the local network call; everything else stays on the loopback. */
  lan?: boolean;
  /** Enforces the default quotas of an account, e.g. five call updates a second. */
  quotas?: boolean;
  /** Routes for bridged calls, by number or number prefix: `+1206=sip:host:port`. */
  routes?: readonly string[];
  /**
   * Scripts of the built-in test party for numbers that have neither a route nor a telephone: `+1206=busy`,
   * as for `--party`.
   */
  parties?: readonly string[];
  /** Keeps pressed keys in the call records (`calls` in the data folder); by default they are masked. */
  recordKeys?: boolean;
  /** Files that describe bots for StartBotConversation (docs/bots.md). */
  bots?: readonly string[];
  /**
   * Sends and receives media with Node's own sockets only; by default a library is used where possible, which
   * is compiled once.
   */
  nodeSockets?: boolean;
  /**
   * Starts functions when they are first invoked, which saves memory but delays first calls. By default they
   * start ahead.
   */
  functionsOnDemand?: boolean;
  /**
   * Hosts that functions may reach, or `*.example.com` for all hosts below a domain; nothing else leaves this
   * machine.
   */
  allowNetwork?: readonly string[];
  /** Also writes the endpoints to this file, with mode 0600, while the stack answers calls. */
  endpointsFile?: string;
  /** Abort it to stop an unfinished start: `startChimeLocal` rejects and leaves nothing behind. */
  signal?: AbortSignal;
  /** Called with each line that the runtime or a function prints. */
  onLine?(line: RuntimeLine): void;
}
