/** Functions run as Lambda would run them: a child process each, fed by a channel of its own or by the Lambda Runtime API. */
import type { PythonPackages } from './python-packages.ts';
import type { RuntimePackages } from './runtime-packages.ts';

/** What a process of a function is started with: folders, and a version that says whether they are still the same. */
export interface DeploymentPackage {
  directory: string;
  version: string;
  /** The source that it was bundled from. */
  entry?: string;
  /** Folders of the layers' content, in the template's order. */
  layers: readonly string[];
}

export interface FunctionSpec {
  functionName: string;
  /** `arn:aws:lambda:<region>:<account>:function:<name>`. */
  arn: string;
  /** e.g. `nodejs24.x`, `python3.13`: the local interpreter serves any version of the language. */
  runtime: string;
  /** e.g. `index.handler`. */
  handler: string;
  /** The published version that it is; absent: `$LATEST`. */
  version?: string;
  /** The template's variables; the runner adds those that Lambda documents, and nothing of its own environment. */
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMegabytes: number;
  /** For its temporary files: what it keeps beyond that is told, not refused. Absent: nobody looks. */
  ephemeralStorageMegabytes?: number;
  /** `/aws/lambda/NAME` when left out. */
  logGroup?: string;
  /**
   * Where the code lies now. Asked before each invocation, so it must be cheap. Another `version` than last
   * time retires the running processes: changed code is used at the next invocation.
   */
  code(): Promise<{ directory: string; version: string; entry?: string }>;
  /** Where the layers' content lies. Asked when a first process of the code is needed, so it may unpack. */
  layers?(): Promise<readonly string[]>;
  /** The credentials that the function's role has. */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
}

export interface InvokeResult {
  requestId: string;
  /** JSON text, as the function returned it, or Lambda's error document when `functionError` is set. */
  payload: string;
  /** `Unhandled`: threw, timed out, ran out of memory or exited. */
  functionError?: 'Unhandled' | 'Handled';
  /** The last 4 KB of this invocation's log. */
  logTail: string;
  durationMs: number;
  coldStart: boolean;
  /** Where the handler is written on this machine, if that is known. */
  source?: string;
}

/** One line that a function printed (or the runner's START, END, REPORT lines). */
export interface FunctionLogLine {
  functionName: string;
  /** Where Lambda would write it. */
  logGroup: string;
  requestId?: string;
  text: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * Under load the work in progress goes first: `live` (the default) has processes kept for it and passes what waits as
 * `new`, the beginning of something that could as well be refused.
 */
export type Urgency = 'live' | 'new';

export interface LambdaRunner {
  define(spec: FunctionSpec): void;
  /** Ends its processes and forgets it. No error when there is no such function. */
  remove(functionName: string): void;
  /**
   * A version's number, or an alias, by which ARNs may name the function from now on; `version`: the one that it stands for,
   * undefined: no more. A version is the code as it is now, in processes of its own.
   */
  qualify(functionName: string, qualifier: string, version: string | undefined): void;
  /** By name or ARN; one with a version or an alias gives the function as that version, and undefined where there is none. */
  find(nameOrArn: string): FunctionSpec | undefined;
  list(): FunctionSpec[];
  /**
   * Runs the function once. Rejects with a `LambdaServiceError` only for what the Lambda service itself would
   * refuse (ResourceNotFoundException 404, TooManyRequestsException 429, RequestTooLargeException 413, …).
   * `requestId`: a GUID that the invocation and its log lines carry; made here where it is left out. `source`: who
   * brings it, e.g. an address; when much is waiting, sources take turns.
   */
  invoke(
    nameOrArn: string,
    payload: string,
    urgency?: Urgency,
    requestId?: string,
    source?: string,
  ): Promise<InvokeResult>;
  /** Whether what is `new` from that source has to wait so long that it had better not begin. */
  isCrowded(nameOrArn: string, source?: string): boolean;
  /**
   * Starts a process ahead of the first invocation, unless the runner was told not to; `kept`: one then stays, however long nobody invokes it. Never rejects; a
   * failure shows at the invocation.
   */
  warm(nameOrArn: string, kept?: boolean): Promise<void>;
  /** Ends every process. */
  close(): Promise<void>;
}

/** Interpreter for Python functions (of the project's virtual environment), or the reason there is none. */
export type PythonInterpreter =
  | { path: string /** e.g. `3.13`; absent where nobody asked. */; version?: string }
  | { missing: string };

/** What functions reach besides this machine, and where AWS's host names lead. */
export interface FunctionNetwork {
  /** Port of the emulated AWS by TLS, on the loopback. */
  tlsPort: number;
  /** Certificate of who signs for AWS's names there, and the same together with everybody's. */
  certificateFile: string;
  bundleFile: string;
  /** Hosts that may be reached: names, addresses, or `*.example.com` for all below one. */
  allowed: readonly string[];
}

export interface LambdaRunnerOptions {
  region: string;
  accountId: string;
  /** `http://127.0.0.1:PORT` of the emulated AWS; becomes AWS_ENDPOINT_URL. */
  awsEndpoint: string;
  /** Asked for once, when the first Python function is there; it and those after it wait for the answer, and nothing else does. */
  python: PythonInterpreter | (() => Promise<PythonInterpreter>);
  /** Processes per function at once, i.e. concurrent executions; more wait in a queue. Default: by the machine's memory. */
  maxConcurrency?: number;
  /** Milliseconds after which processes beyond the first end when idle. Default: a minute. */
  extraProcessIdleMs?: number;
  /** The same of the first, unless it is kept. Default: ten minutes. */
  lastProcessIdleMs?: number;
  /** What functions reach of the network; absent: nothing but this machine. */
  network?: FunctionNetwork;
  /** Where functions find an SDK that their bundle leaves out (NODE_PATH), as Lambda's images carry one. */
  nodeModules?: string;
  /** Brings what Lambda's images have and `nodeModules` has not; absent: nothing is installed. */
  packages?: RuntimePackages;
  /** The same for Python. */
  pythonPackages?: PythonPackages;
  /** Where each process gets a folder for its temporary files (TMPDIR), which goes with it; absent: the machine's. */
  temporaryFolder?: string;
  onLog(line: FunctionLogLine): void;
  /** Whether `warm` starts processes; true by default. Without, the first invocation does. */
  startsAhead?: boolean;
  /** Told of what the person should know of functions in general. */
  onNotice?(text: string): void;
}
