import { dirname, join } from 'node:path';
import { type Clock, type Ids, systemClock, systemIds } from '#platform';
import { logGroupName, versionOf } from './environment.ts';
import { defaultMaxConcurrency, FunctionPool } from './function-pool.ts';
import { FunctionProcess, type ProcessListener } from './function-process.ts';
import type {
  DeploymentPackage,
  FunctionSpec,
  InvokeResult,
  LambdaRunner,
  LambdaRunnerOptions,
  PythonInterpreter,
  Urgency,
} from './lambda-runner.ts';
import {
  invalidRequestContent,
  requestTooLarge,
  resourceNotFound,
  serviceClosing,
} from './lambda-service-error.ts';
import { placesOfLayers } from './layers.ts';
import { MAX_EVENT_BYTES } from './limits.ts';
import { LogCapture } from './log-capture.ts';
import { LATEST, Qualifiers } from './qualifiers.ts';
import { RuntimeApi } from './runtime-api.ts';
import { temporaryDirectoryIn } from './temporary-directory.ts';
import { traceIdOf } from './trace-id.ts';

/** Starts the Runtime API and a runner without functions; `define` adds them. */
export async function startLambdaRunner(
  options: LambdaRunnerOptions,
  clock: Clock = systemClock,
  ids: Ids = systemIds,
): Promise<LambdaRunner> {
  const api = await RuntimeApi.listen(ids);
  return new ProcessLambdaRunner(options, api, clock, ids);
}

class ProcessLambdaRunner implements LambdaRunner {
  readonly #options: LambdaRunnerOptions;
  readonly #api: RuntimeApi;
  readonly #clock: Clock;
  readonly #ids: Ids;
  /** Pools by function name; those of versions by `NAME:VERSION`, which is not a valid name. */
  readonly #pools = new Map<string, FunctionPool>();
  readonly #qualifiers = new Qualifiers();
  #python: PythonInterpreter | undefined;
  #askedForPython: Promise<PythonInterpreter> | undefined;
  readonly #compared = new Set<string>();
  /** By function: folders in which Python functions find packages. */
  readonly #pythonPaths = new Map<string, string[]>();
  /** By function: the folder with the packages that a Node.js function's own package.json names. */
  readonly #ownPackages = new Map<string, string>();
  #closed = false;

  constructor(options: LambdaRunnerOptions, api: RuntimeApi, clock: Clock, ids: Ids) {
    this.#options = options;
    this.#api = api;
    this.#clock = clock;
    this.#ids = ids;
    if (typeof options.python === 'object') this.#python = options.python;
  }

  define(spec: FunctionSpec): void {
    void this.#compareRuntime(spec.runtime);
    this.#closePools(spec.functionName);
    this.#pools.set(spec.functionName, this.#createPool(spec));
  }

  #createPool(spec: FunctionSpec): FunctionPool {
    const { extraProcessIdleMs, lastProcessIdleMs } = this.#options;
    return new FunctionPool(spec, {
      prepare: (code) => this.#prepare(spec, code),
      maxConcurrency: this.#options.maxConcurrency ?? defaultMaxConcurrency(),
      ...(extraProcessIdleMs === undefined ? {} : { extraProcessIdleMs }),
      ...(lastProcessIdleMs === undefined ? {} : { lastProcessIdleMs }),
      createProcess: (which, code, listener) => this.#createProcess(which, code, listener),
    });
  }

  remove(functionName: string): void {
    this.#closePools(functionName);
    this.#qualifiers.forget(functionName);
  }

  /** Closes the pools of the function and of its versions. */
  #closePools(functionName: string): void {
    for (const [key, pool] of this.#pools) {
      if (pool.spec.functionName !== functionName) continue;
      pool.close();
      this.#pools.delete(key);
    }
  }

  qualify(functionName: string, qualifier: string, version: string | undefined): void {
    this.#qualifiers.set(functionName, qualifier, version);
  }

  find(nameOrArn: string): FunctionSpec | undefined {
    return this.#pool(nameOrArn)?.spec;
  }

  list(): FunctionSpec[] {
    return [...this.#pools.values()].map((pool) => pool.spec).filter(({ version }) => version === undefined);
  }

  async invoke(
    nameOrArn: string,
    payload: string,
    urgency: Urgency = 'live',
    requestId: string = this.#ids.guid(),
    source?: string,
  ): Promise<InvokeResult> {
    if (this.#closed) throw serviceClosing();
    const pool = this.#pool(nameOrArn);
    if (!pool) throw resourceNotFound(nameOrArn);
    // Bytes are only counted if the number of characters does not prove that the event fits.
    if (payload.length * 3 > MAX_EVENT_BYTES) {
      const bytes = Buffer.byteLength(payload);
      if (bytes > MAX_EVENT_BYTES) throw requestTooLarge(bytes, MAX_EVENT_BYTES);
    }
    await this.#interpreterFor(pool.spec);
    const invocation = {
      requestId,
      payload: payload === '' ? '{}' : payload,
      functionArn: this.#invokedArn(pool.spec, nameOrArn),
    };
    const result = await pool.invoke(invocation, urgency, source);
    if (result.functionError) refuseBadJson(payload, result);
    return result;
  }

  isCrowded(nameOrArn: string, source?: string): boolean {
    return this.#pool(nameOrArn)?.isCrowded(source) ?? false;
  }

  async warm(nameOrArn: string, kept = false): Promise<void> {
    const pool = this.#pool(nameOrArn);
    if (!pool || this.#closed || this.#options.startsAhead === false) return;
    await this.#interpreterFor(pool.spec);
    await pool.warm(kept);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const pool of this.#pools.values()) pool.close();
    await this.#api.close();
  }

  #pool(nameOrArn: string): FunctionPool | undefined {
    const plain = this.#pools.get(nameOrArn);
    if (plain) return plain;
    const { name, qualifier } = partsOf(nameOrArn, this.#options);
    const latest = this.#pools.get(name);
    if (!latest || qualifier === undefined) return latest;
    const version = this.#qualifiers.versionOf(name, qualifier);
    if (version === undefined) return undefined;
    if (version === LATEST) return latest;
    const key = `${name}:${version}`;
    const known = this.#pools.get(key) ?? this.#createPool({ ...latest.spec, version });
    this.#pools.set(key, known);
    return known;
  }

  #invokedArn({ arn }: FunctionSpec, nameOrArn: string): string {
    const { qualifier } = partsOf(nameOrArn, this.#options);
    return qualifier === undefined ? arn : `${arn}:${qualifier}`;
  }

  /** Reports once for each runtime which version of its language runs it here, if it is a different one. */
  async #compareRuntime(runtime: string): Promise<void> {
    if (this.#compared.has(runtime)) return;
    this.#compared.add(runtime);
    const [, language, version] = /^(nodejs|python)([\d.]+?)(?:\.x)?$/.exec(runtime) ?? [];
    if (!language || !version) return;
    const python = language === 'python' ? await this.#findPython() : undefined;
    const [major = ''] = process.versions.node.split('.');
    const here = language === 'nodejs' ? major : python && 'path' in python ? python.version : undefined;
    if (!here || here === version || this.#closed) return;
    const name = language === 'nodejs' ? 'Node.js' : 'Python';
    this.#options.onNotice?.(
      `Functions for ${runtime} run on ${name} ${here} here: where the two versions differ, so may what they do.`,
    );
  }

  /** Installs the packages that the code imports; failures are reported to the user. */
  async #prepare(spec: FunctionSpec, code: DeploymentPackage): Promise<void> {
    const preparing = spec.runtime.startsWith('python')
      ? this.#preparePython(spec, code)
      : this.#prepareNode(spec, code);
    const problem = await preparing.catch(
      (error: Error) => `The packages of ${spec.functionName} were not looked at: ${error.message}`,
    );
    if (problem) {
      const { functionName } = spec;
      const text = `ERROR ${problem}`;
      const where = { logGroup: logGroupName(spec), logStream: this.#logStreamName(spec) };
      this.#options.onLog({ functionName, ...where, text, at: this.#clock.now() });
    }
  }

  async #prepareNode(
    { functionName, runtime, handler }: FunctionSpec,
    code: DeploymentPackage,
  ): Promise<string | undefined> {
    const { packages, nodeModules } = this.#options;
    if (!packages || !runtime.startsWith('nodejs')) return undefined;
    const { nodeModules: ofLayers } = placesOfLayers(code.layers, runtime);
    const places = [...ofLayers, ...(nodeModules ? [nodeModules] : [])].map((folder) => dirname(folder));
    const { own, problem } = await packages.prepare(code, runtime, places, handler);
    if (own === undefined) this.#ownPackages.delete(functionName);
    else this.#ownPackages.set(functionName, own);
    return problem;
  }

  async #preparePython(
    { functionName, runtime }: FunctionSpec,
    code: DeploymentPackage,
  ): Promise<string | undefined> {
    const { pythonPackages } = this.#options;
    if (!pythonPackages || !this.#python || 'missing' in this.#python) return undefined;
    const { paths, problem } = await pythonPackages.prepare(code, runtime, this.#python.path);
    this.#pythonPaths.set(functionName, paths);
    return problem;
  }

  async #interpreterFor(spec: FunctionSpec): Promise<void> {
    if (!this.#python && spec.runtime.startsWith('python')) this.#python = await this.#findPython();
  }

  #findPython(): Promise<PythonInterpreter> {
    const { python } = this.#options;
    if (typeof python === 'object') return Promise.resolve(python);
    this.#askedForPython ??= python().catch((error: Error) => ({
      missing: `Python could not be prepared: ${error.message}`,
    }));
    return this.#askedForPython;
  }

  #createProcess(spec: FunctionSpec, code: DeploymentPackage, listener: ProcessListener): FunctionProcess {
    const { region, awsEndpoint, nodeModules, packages, network, temporaryFolder, onLog } = this.#options;
    const logStreamName = this.#logStreamName(spec);
    const log = new LogCapture(
      (text, requestId) =>
        onLog({
          functionName: spec.functionName,
          logGroup: logGroupName(spec),
          logStream: logStreamName,
          ...(requestId ? { requestId } : {}),
          text,
          at: this.#clock.now(),
        }),
      () => this.#clock.now(),
    );
    const own = this.#ownPackages.get(spec.functionName);
    const facts = {
      spec,
      code,
      python: this.#python ?? { missing: 'Python was not asked for' },
      region,
      awsEndpoint,
      nodeModules: [
        ...(own === undefined ? [] : [join(own, 'node_modules')]),
        ...(nodeModules ? [nodeModules] : []),
        ...(packages ? [join(packages.folder, 'node_modules')] : []),
      ],
      pythonPaths: this.#pythonPaths.get(spec.functionName) ?? [],
      ...(network ? { network } : {}),
      ...(temporaryFolder ? { temporary: temporaryDirectoryIn(temporaryFolder, spec.functionName) } : {}),
      logStreamName,
      traceId: (requestId: string) => traceIdOf(requestId, this.#clock.now()),
    };
    return new FunctionProcess(facts, this.#api, log, listener);
  }

  /** For example `2026/11/22/[$LATEST]0f…`: one for each process, with Lambda's naming. */
  #logStreamName(spec: FunctionSpec): string {
    const day = new Date(this.#clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    return `${day}/[${versionOf(spec)}]${this.#ids.hex(16)}`;
  }
}

/**
 * Splits a full ARN, a partial ARN (`account:function:name`) or a name, qualified or not, into function and
 * qualifier.
 */
function partsOf(
  nameOrArn: string,
  { region, accountId }: LambdaRunnerOptions,
): { name: string; qualifier: string | undefined } {
  const parts = nameOrArn.split(':');
  const [name = '', qualifier] = parts;
  if (name === 'arn') {
    const ours =
      parts[2] === 'lambda' && parts[3] === region && parts[4] === accountId && parts[5] === 'function';
    return ours ? { name: parts[6] ?? '', qualifier: parts[7] } : { name: '', qualifier: undefined };
  }
  if (parts[1] !== 'function') return { name, qualifier };
  return { name: name === accountId ? (parts[2] ?? '') : '', qualifier: parts[3] };
}

/**
 * Lambda refuses an event that is not JSON. Here the function's process detects that (so that no event is
 * parsed twice), and a refusal replaces its error.
 */
function refuseBadJson(payload: string, result: InvokeResult): void {
  if (!result.payload.includes('Runtime.UnmarshalError')) return;
  try {
    JSON.parse(payload);
  } catch (error) {
    throw invalidRequestContent(error instanceof Error ? error.message : String(error));
  }
}
