import { join } from 'node:path';
import type { FunctionNetwork, FunctionSpec } from './lambda-runner.ts';
import type { LayerPlaces } from './layers.ts';

/** Folder of the bootstraps. Functions see it as LAMBDA_RUNTIME_DIR. */
export const RUNTIME_DIRECTORY: string = join(import.meta.dirname, 'bootstrap');

/** Folders of the programs that a function may start: only the system's, none of the user's own PATH. */
const PATH = '/usr/local/bin:/usr/bin:/bin';

export interface EnvironmentFacts {
  region: string;
  awsEndpoint: string;
  /** `127.0.0.1:PORT/<token>`. */
  runtimeApi: string;
  logStreamName: string;
  taskRoot: string;
  /** Folders (`node_modules`) with the SDK, for functions that do not bundle it, as Lambda's images have it. */
  nodeModules: readonly string[];
  /** Folders with packages for Python functions. */
  pythonPaths: readonly string[];
  layers: LayerPlaces;
  /** The folder that `os.tmpdir()` and `tempfile` return; on Lambda each environment has its own /tmp. */
  temporaryDirectory?: string;
  network?: FunctionNetwork;
}

/**
 * The complete environment of a function's process: the template's variables and those that Lambda documents
 * (developer guide, "Defined runtime environment variables"). The latter take precedence, as Lambda reserves
 * their names. Nothing is inherited.
 */
export function environmentOf(spec: FunctionSpec, facts: EnvironmentFacts): Record<string, string> {
  const { layers } = facts;
  return {
    ...(facts.temporaryDirectory ? { TMPDIR: facts.temporaryDirectory } : {}),
    ...spec.environment,
    _HANDLER: spec.handler,
    _X_AMZN_TRACE_ID: '',
    AWS_REGION: facts.region,
    AWS_DEFAULT_REGION: facts.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: spec.functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMegabytes),
    AWS_LAMBDA_FUNCTION_VERSION: versionOf(spec),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupName(spec),
    AWS_LAMBDA_LOG_STREAM_NAME: facts.logStreamName,
    AWS_ACCESS_KEY_ID: spec.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: spec.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: spec.credentials.sessionToken,
    AWS_LAMBDA_RUNTIME_API: facts.runtimeApi,
    LAMBDA_TASK_ROOT: facts.taskRoot,
    LAMBDA_RUNTIME_DIR: RUNTIME_DIRECTORY,
    PATH: [...layers.programs, PATH].join(':'),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...pathVariables(spec, facts),
    ...whatTheCloudNeedsNot(facts.awsEndpoint),
    ...(facts.network ? trustOf(facts.network) : {}),
    ...(facts.network && spec.runtime.startsWith('provided') ? proxyOf(facts.awsEndpoint) : {}),
  };
}

/** Search paths of the interpreter and the linker: developer guide, "Defined runtime environment variables". */
function pathVariables(
  { runtime, environment }: FunctionSpec,
  { layers, nodeModules, pythonPaths }: EnvironmentFacts,
): Record<string, string> {
  const paths: Record<string, string[]> = {
    NODE_PATH: runtime.startsWith('nodejs') ? [...layers.nodeModules, ...nodeModules] : [],
    PYTHONPATH: runtime.startsWith('python') ? [...layers.python, ...pythonPaths] : [],
    LD_LIBRARY_PATH: layers.libraries,
  };
  return Object.fromEntries(
    Object.entries(paths)
      .filter(([, folders]) => folders.length > 0)
      .map(([name, folders]) => [name, [...folders, ...(environment[name]?.split(':') ?? [])].join(':')]),
  );
}

/** The function's version; Lambda calls a function that is not a published version `$LATEST`. */
export const versionOf = ({ version }: FunctionSpec): string => version ?? '$LATEST';

export const logGroupName = (spec: FunctionSpec): string =>
  spec.logGroup ?? `/aws/lambda/${spec.functionName}`;

/**
 * Makes clients that are redirected from AWS's names trust the certificate: Node.js, botocore, and users of
 * OpenSSL.
 */
function trustOf({ certificateFile, bundleFile }: FunctionNetwork): Record<string, string> {
  return {
    NODE_EXTRA_CA_CERTS: certificateFile,
    AWS_CA_BUNDLE: bundleFile,
    REQUESTS_CA_BUNDLE: bundleFile,
    SSL_CERT_FILE: bundleFile,
  };
}

/**
 * Sends a runtime that is not guarded from within through a proxy, which most clients honour; see
 * services/front/tunnels.ts.
 */
function proxyOf(awsEndpoint: string): Record<string, string> {
  const here = 'localhost,127.0.0.1,::1';
  return {
    HTTP_PROXY: awsEndpoint,
    http_proxy: awsEndpoint,
    HTTPS_PROXY: awsEndpoint,
    https_proxy: awsEndpoint,
    NO_PROXY: here,
    no_proxy: here,
  };
}

/** The few variables that do not exist on Lambda; each has its reason. */
function whatTheCloudNeedsNot(awsEndpoint: string): Record<string, string> {
  return {
    // SDKs and the CLI send every request here.
    AWS_ENDPOINT_URL: awsEndpoint,
    // A Lambda has no home directory; the settings and keys of this machine's user must not reach the function.
    AWS_CONFIG_FILE: join(RUNTIME_DIRECTORY, 'no-aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(RUNTIME_DIRECTORY, 'no-aws-credentials'),
    // The local Node.js may be older than the cloud's; without this, the SDK would warn in the log of every process.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    // Keeps compiled Python from being written beside the function's code.
    PYTHONDONTWRITEBYTECODE: '1',
  };
}
