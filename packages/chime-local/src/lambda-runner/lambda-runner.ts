/**
 * Runs functions as Lambda would: each in child processes of its own, connected by a channel or by the Lambda
 * Runtime API.
 */
import type { PythonPackages } from './python-packages.ts';
import type { RuntimePackages } from './runtime-packages.ts';

/** What a process of a function is started with: folders, and a version that shows whether they have changed. */
export interface DeploymentPackage {
  directory: string;
  version: string;
  /** The source from which the code was bundled. */
  entry?: string;
  /** Folders with the layers' content, in the template's order. */
  layers: readonly string[];
}

export interface FunctionSpec {
  functionName: string;
  /** `arn:aws:lambda:<region>:<account>:function:<name>`. */
  arn: string;
  /** For example `nodejs24.x` or `python3.13`; the local interpreter serves any version of the language. */
  runtime: string;
  /** For example `index.handler`. */
  handler: string;
  /** The published version that this is; absent: `$LATEST`. */
  version?: string;
  /** The template's variables. The runner adds those that Lambda documents, but none of its own environment. */
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMegabytes: number;
  /** Limit for temporary files. Exceeding it causes a warning, not an error; if absent, it is not checked. */
  ephemeralStorageMegabytes?: number;
  /** Default: `/aws/lambda/NAME`. */
  logGroup?: string;
  /**
   * Returns the current location of the code. Called before each invocation, so it must be cheap. A changed
   * `version` retires the running processes: changed code is used at the next invocation.
   */
  code(): Promise<{ directory: string; version: string; entry?: string }>;
  /**
   * Returns the folders with the layers' content. Called when the first process for the code is needed, so it
   * may unpack.
   */
  layers?(): Promise<readonly string[]>;
  /** The credentials of the function's role. */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
}

export interface InvokeResult {
  requestId: string;
  /** JSON text as the function returned it, or Lambda's error document if `functionError` is set. */
  payload: string;
  /** `Unhandled`: the function threw, timed out, ran out of memory or exited. */
  functionError?: 'Unhandled' | 'Handled';
  /** The last 4 KB of this invocation's log. */
  logTail: string;
  durationMs: number;
  coldStart: boolean;
  /** Path of the handler's source on this machine, if known. */
  source?: string;
}

/** A line that a function printed, or one of the runner's START, END and REPORT lines. */
export interface FunctionLogLine {
  functionName: string;
  /** The log group to which Lambda would write it. */
  logGroup: string;
  /** The log stream of the process, which its function's context names, too. */
  logStream: string;
  requestId?: string;
  text: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * Under load, work in progress takes precedence. `live` invocations (the default) have processes reserved for
 * them and overtake waiting `new` ones, which begin something that could as well be refused.
 */
export type Urgency = 'live' | 'new';

export interface LambdaRunner {
  define(spec: FunctionSpec): void;
  /** Ends the function's processes and forgets it. Unknown names are ignored. */
  remove(functionName: string): void;
  /**
   * Sets a qualifier, a version number or an alias, by which ARNs may name the function from now on.
   * `version` is the version that it stands for; undefined removes the qualifier. A version is the code as it
   * is now, run in processes of its own.
   */
  qualify(functionName: string, qualifier: string, version: string | undefined): void;
  /** Finds a function by name or ARN. If qualified, the result is that version, or undefined if there is none. */
  find(nameOrArn: string): FunctionSpec | undefined;
  list(): FunctionSpec[];
  /**
   * Runs the function once. Rejects with a `LambdaServiceError` only for what the Lambda service itself would
   * refuse (ResourceNotFoundException 404, TooManyRequestsException 429, RequestTooLargeException 413, …).
   * `requestId` is a GUID for the invocation and its log lines; it is generated if left out. `source` names
   * the origin, e.g. an address; when many invocations wait, the sources take turns.
   */
  invoke(
    nameOrArn: string,
    payload: string,
    urgency?: Urgency,
    requestId?: string,
    source?: string,
  ): Promise<InvokeResult>;
  /** Whether a `new` invocation from that source would have to wait so long that it had better not begin. */
  isCrowded(nameOrArn: string, source?: string): boolean;
  /**
   * Starts a process ahead of the first invocation, unless the runner was told not to. With `kept`, one
   * process then stays however long it is idle. Never rejects; a failure shows at the invocation.
   */
  warm(nameOrArn: string, kept?: boolean): Promise<void>;
  /** Ends every process. */
  close(): Promise<void>;
}

/** The interpreter for Python functions (in the project's virtual environment), or the reason why there is none. */
export type PythonInterpreter =
  | { path: string /** e.g. `3.13`; absent if it was not determined. */; version?: string }
  | { missing: string };

/** The hosts that functions may reach besides this machine, and where AWS's host names lead. */
export interface FunctionNetwork {
  /** Port of the emulated AWS over TLS on the loopback. */
  tlsPort: number;
  /**
   * Certificate of the authority that signs for AWS's names there; below, the same together with the usual
   * authorities.
   */
  certificateFile: string;
  bundleFile: string;
  /** Hosts that may be reached: names, addresses, or `*.example.com` for all hosts below a domain. */
  allowed: readonly string[];
}

export interface LambdaRunnerOptions {
  region: string;
  accountId: string;
  /** `http://127.0.0.1:PORT` of the emulated AWS, which becomes AWS_ENDPOINT_URL. */
  awsEndpoint: string;
  /** Called once, when the first Python function is defined. Only Python functions wait for the result. */
  python: PythonInterpreter | (() => Promise<PythonInterpreter>);
  /**
   * Maximum number of processes per function, i.e. concurrent executions; more invocations wait in a queue.
   * Default: by the machine's memory.
   */
  maxConcurrency?: number;
  /** Milliseconds after which idle processes beyond the first end. Default: a minute. */
  extraProcessIdleMs?: number;
  /** The same for the first process, unless it is kept. Default: ten minutes. */
  lastProcessIdleMs?: number;
  /** What functions may reach on the network; absent: nothing but this machine. */
  network?: FunctionNetwork;
  /** Folder in which functions find an SDK that they do not bundle (NODE_PATH), as in Lambda's images. */
  nodeModules?: string;
  /** Installs packages of Lambda's images that `nodeModules` lacks; absent: nothing is installed. */
  packages?: RuntimePackages;
  /** The same for Python. */
  pythonPackages?: PythonPackages;
  /** Folder for the temporary folders of processes (TMPDIR), each removed with its process; absent: the machine's. */
  temporaryFolder?: string;
  onLog(line: FunctionLogLine): void;
  /** Whether `warm` starts processes; true by default. If false, the first invocation starts them. */
  startsAhead?: boolean;
  /** Receives notices about functions in general for the user. */
  onNotice?(text: string): void;
}
