import { join } from 'node:path';
import type { FunctionNetwork, FunctionSpec } from './lambda-runner.ts';
import type { LayerPlaces } from './layers.ts';

/** Where the bootstraps lie; functions see it as LAMBDA_RUNTIME_DIR. */
export const RUNTIME_DIRECTORY: string = join(import.meta.dirname, 'bootstrap');

/** Programs that a function may start. Only the system's: nothing of the person's own PATH. */
const PATH = '/usr/local/bin:/usr/bin:/bin';

export interface EnvironmentFacts {
  region: string;
  awsEndpoint: string;
  /** `127.0.0.1:PORT/<token>`. */
  runtimeApi: string;
  logStreamName: string;
  taskRoot: string;
  /** Folders (`node_modules`) that hold the SDK for functions that leave it out of their bundle, as Lambda's images do. */
  nodeModules: readonly string[];
  /** Folders with packages for Python functions. */
  pythonPaths: readonly string[];
  layers: LayerPlaces;
  /** What `os.tmpdir()` and `tempfile` give: a Lambda's /tmp is its own. */
  temporaryDirectory?: string;
  network?: FunctionNetwork;
}

/**
 * The whole environment of a function's process: the template's variables and those that Lambda documents
 * (developer guide, "Defined runtime environment variables"), which win, as Lambda reserves their names. Nothing
 * is inherited.
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

/** Where the interpreter and the linker look: developer guide, "Defined runtime environment variables". */
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

/** Of a function that is no published version, Lambda says `$LATEST`. */
export const versionOf = ({ version }: FunctionSpec): string => version ?? '$LATEST';

export const logGroupName = (spec: FunctionSpec): string =>
  spec.logGroup ?? `/aws/lambda/${spec.functionName}`;

/** Clients that are led here from AWS's names find somebody whom they trust: Node.js, botocore, and what uses OpenSSL. */
function trustOf({ certificateFile, bundleFile }: FunctionNetwork): Record<string, string> {
  return {
    NODE_EXTRA_CA_CERTS: certificateFile,
    AWS_CA_BUNDLE: bundleFile,
    REQUESTS_CA_BUNDLE: bundleFile,
    SSL_CERT_FILE: bundleFile,
  };
}

/** A runtime that is not guarded from within goes by a proxy, if it does as most clients: services/front/tunnels.ts. */
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

/** The few variables that no real Lambda has; each is here for one reason. */
function whatTheCloudNeedsNot(awsEndpoint: string): Record<string, string> {
  return {
    // SDKs and the CLI send every request here.
    AWS_ENDPOINT_URL: awsEndpoint,
    // A Lambda has no home; the settings and keys of the person at this machine must not reach the function.
    AWS_CONFIG_FILE: join(RUNTIME_DIRECTORY, 'no-aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(RUNTIME_DIRECTORY, 'no-aws-credentials'),
    // The local Node may be older than the cloud's; the SDK would say so in the log of every process.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    // Compiled Python is not written beside the function's code.
    PYTHONDONTWRITEBYTECODE: '1',
  };
}
