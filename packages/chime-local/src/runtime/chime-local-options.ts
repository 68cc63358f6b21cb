import type { ChimeLocalConfig } from '../ways-in/config/config.ts';
import type { Application } from './application.ts';
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
  /** Carries sound by Node's own sockets only; by default by a library that is compiled once, where that is possible. */
  nodeSockets?: boolean;
  /** Hosts that functions may reach, or `*.example.com` for all below one; nothing else leaves this machine. */
  allowNetwork?: readonly string[];
  /** Also writes the endpoints to this file, with mode 0600, for as long as the stack answers calls. */
  endpointsFile?: string;
  /** Gives the start up; `startChimeLocal` then rejects and leaves nothing behind. */
  signal?: AbortSignal;
  /** Told of each line that the runtime or a function reports. */
  onLine?(line: RuntimeLine): void;
}
