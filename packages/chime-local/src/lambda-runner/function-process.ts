import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Duplex } from 'node:stream';
import { type EnvironmentFacts, environmentOf, versionOf } from './environment.ts';
import {
  exited,
  exitSentence,
  invalidEntrypoint,
  outOfMemory,
  responseTooLarge,
  timedOut,
} from './error-documents.ts';
import { CHANNEL_DESCRIPTOR, FunctionChannel } from './function-channel.ts';
import { handlerFile } from './handler-file.ts';
import type { DeploymentPackage, FunctionNetwork, FunctionSpec, InvokeResult } from './lambda-runner.ts';
import { type LayerPlaces, placesOfLayers } from './layers.ts';
import { INIT_LIMIT_MS, LOST_WORK_MS, MAX_RESPONSE_BYTES } from './limits.ts';
import type { LogCapture } from './log-capture.ts';
import { memoryLookMs, ProcessWatch } from './memory.ts';
import { commandFor } from './process-command.ts';
import type { RuntimeApi, RuntimeEvent, RuntimeSession } from './runtime-api.ts';
import { StorageWatch } from './storage-watch.ts';
import type { TemporaryDirectory } from './temporary-directory.ts';

/** One invocation that passes through the runner. */
export interface Invocation {
  requestId: string;
  payload: string;
  /** The ARN by which it was invoked, including the version or alias. */
  functionArn: string;
  settle(result: InvokeResult): void;
}

export interface ProcessFacts {
  spec: FunctionSpec;
  code: DeploymentPackage;
  python: { path: string } | { missing: string };
  region: string;
  awsEndpoint: string;
  network?: FunctionNetwork;
  /** Folders (`node_modules`) with the packages of Lambda's images. */
  nodeModules: readonly string[];
  /** Folders with packages for Python functions. */
  pythonPaths: readonly string[];
  /** The process's own temporary folder, which is removed with it. */
  temporary?: TemporaryDirectory;
  logStreamName: string;
  /** The trace id of the invocation with that request id. */
  traceId(requestId: string): string;
}

export interface ProcessListener {
  /** The process asks for work. */
  onIdle(process: FunctionProcess): void;
  /** The process died before it began its work, so another one can do it. */
  onGivenBack(process: FunctionProcess, invocation: Invocation): void;
  /**
   * The process has ended. `failure` is set if it never asked for work: it returns the error document for a
   * `requestId`.
   */
  onEnded(process: FunctionProcess, failure?: (requestId: string) => string): void;
}

/** The invocation in progress and its state. */
interface Running {
  invocation: Invocation;
  startedAt: number;
  coldStart: boolean;
  /** Set once our bootstrap has read the event. */
  taken: boolean;
  deadlineTimer: NodeJS.Timeout;
  memoryTimer: NodeJS.Timeout;
  /** Set once the process (or its end) has given the outcome; the log is still to be collected. */
  finishing: boolean;
}

/** Milliseconds between two memory readings for the REPORT line of short invocations. */
const REPORT_MEMORY_EVERY_MS = 1000;

/**
 * One child process of one function, which is started, given one invocation at a time, watched and ended. The
 * pool decides what runs where.
 */
export class FunctionProcess {
  readonly version: string;
  /** Set if the pool will give it no more work. */
  retired = false;
  readonly #facts: ProcessFacts;
  readonly #source: string | undefined;
  readonly #api: RuntimeApi;
  readonly #log: LogCapture;
  readonly #listener: ProcessListener;
  #child: ChildProcess | undefined;
  /** Undefined while there is no process. */
  #watch: ProcessWatch | undefined;
  readonly #storage: StorageWatch | undefined;
  #forget: (() => void) | undefined;
  #give: ((event: RuntimeEvent) => void) | undefined;
  #running: Running | undefined;
  #startedAt = 0;
  #initMs: number | undefined;
  #initTimer: NodeJS.Timeout | undefined;
  #initFailure: ((requestId: string) => string) | undefined;
  #invocations = 0;
  #ended = false;
  #memoryMegabytes = 0;
  #memoryReadAt = 0;

  constructor(facts: ProcessFacts, api: RuntimeApi, log: LogCapture, listener: ProcessListener) {
    this.#facts = facts;
    this.#source = handlerFile(facts.code, facts.spec.handler);
    this.version = facts.code.version;
    this.#api = api;
    this.#log = log;
    this.#listener = listener;
    const { temporary, spec } = facts;
    if (temporary && spec.ephemeralStorageMegabytes !== undefined) {
      this.#storage = new StorageWatch(temporary, spec.ephemeralStorageMegabytes, (text) => log.system(text));
    }
  }

  get idle(): boolean {
    return this.#give !== undefined && this.#running === undefined && !this.#ended;
  }

  /** Whether the process has been started and has not asked for work yet. */
  get starting(): boolean {
    return this.#initMs === undefined && !this.#ended;
  }

  /**
   * Whether the process was killed from outside and its end has not been reported yet: work given to it would
   * be lost.
   */
  vanished(): boolean {
    return this.#watch?.isDead() ?? true;
  }

  start(): void {
    const { spec, code, python } = this.#facts;
    const layers = placesOfLayers(code.layers, spec.runtime);
    const told = JSON.stringify(toldToBootstrap(this.#facts, layers));
    const command = commandFor(spec, code.directory, python, told);
    this.#startedAt = performance.now();
    if ('missing' in command) {
      this.#end((requestId) => invalidEntrypoint(requestId, command.missing));
      return;
    }
    const session = this.#session();
    const { address, forget } = this.#api.register(session);
    this.#forget = forget;
    const child = spawn(command.file, command.args, {
      cwd: code.directory,
      env: environmentOf(spec, environmentFacts(this.#facts, address, layers)),
      // The last descriptor, which only our own bootstraps have, is CHANNEL_DESCRIPTOR.
      stdio: ['ignore', 'pipe', 'pipe', ...(hasOwnBootstrap(spec) ? (['pipe'] as const) : [])],
      // A group of its own, so that whatever the function starts ends with it and Ctrl-C does not reach it.
      detached: true,
    });
    this.#child = child;
    if (child.pid !== undefined) this.#watch = new ProcessWatch(child.pid);
    // If the system has no file descriptors left (EMFILE, ENFILE), Node.js provides no pipes and no exit event.
    const channel = child.stdio?.[CHANNEL_DESCRIPTOR];
    if (channel) new FunctionChannel(channel as Duplex, session);
    child.stdout?.on('data', (chunk: Buffer) => this.#log.feed('stdout', chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.#log.feed('stderr', chunk));
    child.on('error', (error) => {
      if (child.pid === undefined) this.#facts.temporary?.remove();
      this.#end((requestId) =>
        invalidEntrypoint(requestId, `${command.file} did not start: ${error.message}`),
      );
    });
    // Processes that the function started may hold our pipes open: killing them closes the pipes.
    child.on('exit', () => {
      this.#killGroup();
      this.#watch?.close();
      this.#facts.temporary?.remove();
    });
    child.on('close', (exitCode, signal) => this.#onExit(exitCode, signal));
    // Lambda restarts the init phase after its limit, within the function's own time; here the same process
    // continues for as long.
    const { timeoutSeconds } = spec;
    this.#initTimer = setTimeout(
      () => this.#end((requestId) => timedOut(requestId, timeoutSeconds)),
      INIT_LIMIT_MS + timeoutSeconds * 1000,
    );
  }

  #session(): RuntimeSession {
    return {
      next: (give) => this.#onNext(give),
      taken: (requestId) => {
        if (this.#running?.invocation.requestId === requestId) this.#running.taken = true;
      },
      response: (requestId, body) => this.#onAnswer(requestId, body),
      tooLarge: (requestId) => this.#onAnswer(requestId, responseTooLarge(MAX_RESPONSE_BYTES), 'Unhandled'),
      error: (requestId, body) => this.#onAnswer(requestId, body, 'Unhandled'),
      initError: (body) => this.#onInitError(body),
      gone: () => {
        this.#give = undefined;
      },
    };
  }

  /** Gives the process an invocation. Only allowed while it is `idle`. */
  run(invocation: Invocation): void {
    const give = this.#give;
    if (!give) throw new Error('A process was given work that it had not asked for');
    this.#give = undefined;
    const { spec } = this.#facts;
    const timeoutMs = spec.timeoutSeconds * 1000;
    this.#running = {
      invocation,
      startedAt: performance.now(),
      coldStart: this.#invocations++ === 0,
      taken: false,
      deadlineTimer: setTimeout(() => this.#onDeadline(), timeoutMs),
      memoryTimer: setInterval(() => this.#lookAtMemory(), memoryLookMs),
      finishing: false,
    };
    give({
      requestId: invocation.requestId,
      functionArn: invocation.functionArn,
      deadlineMs: Date.now() + timeoutMs,
      traceId: this.#facts.traceId(invocation.requestId),
      payload: invocation.payload,
    });
    // Logged after the work has been sent, because a caller may be waiting for it.
    this.#log.begin(invocation.requestId);
    this.#log.system(`START RequestId: ${invocation.requestId} Version: ${versionOf(spec)}`);
  }

  /** Ends the process and whatever it started. A running invocation is answered with an error. */
  kill(): void {
    this.#end(undefined);
  }

  #onNext(give: (event: RuntimeEvent) => void): boolean {
    if (this.#give || this.#ended || (this.#running && !this.#running.finishing)) return false;
    this.#give = give;
    if (this.#initMs === undefined) {
      this.#initMs = performance.now() - this.#startedAt;
      clearTimeout(this.#initTimer);
    }
    if (!this.#running) this.#listener.onIdle(this);
    return true;
  }

  #onAnswer(requestId: string, body: string, functionError?: 'Unhandled'): boolean {
    const running = this.#running;
    if (!running || running.finishing || running.invocation.requestId !== requestId) return false;
    this.#finishSoon(body, functionError);
    return true;
  }

  #onInitError(body: string): boolean {
    if (this.#initMs !== undefined || this.#initFailure) return false;
    this.#initFailure = () => body;
    return true;
  }

  #onDeadline(): void {
    const running = this.#running;
    if (!running || running.finishing) return;
    const { requestId } = running.invocation;
    const { timeoutSeconds } = this.#facts.spec;
    this.#log.system(
      `${new Date().toISOString()} ${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
    );
    this.#finishSoon(timedOut(requestId, timeoutSeconds), 'Unhandled');
    this.kill();
  }

  #lookAtMemory(): void {
    const running = this.#running;
    if (!running) return;
    this.#watch?.residentMegabytes((megabytes) => {
      if (megabytes === undefined || this.#running !== running || running.finishing) return;
      this.#memoryMegabytes = Math.max(this.#memoryMegabytes, megabytes);
      if (megabytes <= this.#facts.spec.memoryMegabytes) return;
      const { requestId } = running.invocation;
      this.#log.system(`RequestId: ${requestId} Error: Runtime exited with error: signal: killed`);
      this.#finishSoon(outOfMemory(requestId), 'Unhandled');
      this.kill();
    });
  }

  /**
   * Settles the invocation, whose outcome is known. What the process printed before is already in the pipe
   * and is read in this turn of the event loop, so the log is complete at the end of the turn.
   */
  #finishSoon(payload: string, functionError?: 'Unhandled'): void {
    const running = this.#running;
    if (!running || running.finishing) return;
    running.finishing = true;
    clearTimeout(running.deadlineTimer);
    clearInterval(running.memoryTimer);
    const durationMs = performance.now() - running.startedAt;
    setImmediate(() => this.#finish(running, payload, durationMs, functionError));
  }

  #finish(running: Running, payload: string, durationMs: number, functionError?: 'Unhandled'): void {
    const { requestId } = running.invocation;
    this.#log.flush();
    this.#log.system(`END RequestId: ${requestId}`);
    this.#log.system(this.#report(running, durationMs));
    const logTail = this.#log.end();
    this.#running = undefined;
    running.invocation.settle({
      requestId,
      payload,
      ...(functionError ? { functionError } : {}),
      logTail,
      durationMs,
      coldStart: running.coldStart,
      ...(this.#source === undefined ? {} : { source: this.#source }),
    });
    if (this.#give && !this.#ended) this.#listener.onIdle(this);
    if (!this.#ended) void this.#storage?.look(performance.now());
  }

  #report(running: Running, durationMs: number): string {
    const now = performance.now();
    if (!this.#ended && memoryLookMs <= 20 && now - this.#memoryReadAt > REPORT_MEMORY_EVERY_MS) {
      this.#memoryReadAt = now;
      this.#watch?.residentMegabytes((megabytes) => {
        this.#memoryMegabytes = Math.max(this.#memoryMegabytes, megabytes ?? 0);
      });
    }
    const { spec } = this.#facts;
    const initMs = running.coldStart ? this.#initMs : undefined;
    const init = initMs === undefined ? '' : `Init Duration: ${initMs.toFixed(2)} ms\t`;
    return (
      `REPORT RequestId: ${running.invocation.requestId}\tDuration: ${durationMs.toFixed(2)} ms\t` +
      `Billed Duration: ${Math.ceil(durationMs)} ms\tMemory Size: ${spec.memoryMegabytes} MB\t` +
      `Max Memory Used: ${Math.ceil(this.#memoryMegabytes)} MB\t${init}`
    );
  }

  #onExit(exitCode: number | null, signal: NodeJS.Signals | null): void {
    if (!this.#ended) this.#log.flush();
    const running = this.#running;
    if (running && this.#diedBefore(running, signal)) this.#giveBack(running);
    else if (running && !running.finishing) {
      const { requestId } = running.invocation;
      this.#log.system(exitSentence(requestId, exitCode, signal));
      this.#finishSoon(exited(requestId, exitCode, signal), 'Unhandled');
    }
    this.#end(this.#initFailure ?? ((requestId) => exited(requestId, exitCode, signal)));
  }

  /**
   * Whether the process ended, by a signal or by itself, before it read its work. A custom runtime does not
   * report what it has read; one that was killed right after it was given the work has hardly read it.
   */
  #diedBefore({ startedAt, finishing, taken }: Running, signal: NodeJS.Signals | null): boolean {
    if (this.#ended || finishing) return false;
    if (hasOwnBootstrap(this.#facts.spec)) return !taken;
    return signal === 'SIGKILL' && performance.now() - startedAt < LOST_WORK_MS;
  }

  #giveBack({ invocation, deadlineTimer, memoryTimer }: Running): void {
    clearTimeout(deadlineTimer);
    clearInterval(memoryTimer);
    this.#running = undefined;
    this.#listener.onGivenBack(this, invocation);
  }

  #end(failure: ((requestId: string) => string) | undefined): void {
    if (this.#ended) return;
    const neverAsked = this.#initMs === undefined;
    this.#ended = true;
    this.#give = undefined;
    clearTimeout(this.#initTimer);
    this.#forget?.();
    this.#killGroup();
    const running = this.#running;
    if (running) this.#finishSoon(exited(running.invocation.requestId, null, 'SIGKILL'), 'Unhandled');
    this.#listener.onEnded(this, neverAsked ? failure : undefined);
  }

  #killGroup(): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The whole group has ended already.
    }
  }
}

/** Other runtimes use the Runtime API over HTTP, as on Lambda. */
const hasOwnBootstrap = ({ runtime }: FunctionSpec): boolean => /^(nodejs|python)/.test(runtime);

function environmentFacts(
  { code, region, awsEndpoint, logStreamName, nodeModules, pythonPaths, network, temporary }: ProcessFacts,
  runtimeApi: string,
  layers: LayerPlaces,
): EnvironmentFacts {
  return {
    region,
    awsEndpoint,
    runtimeApi,
    logStreamName,
    taskRoot: code.directory,
    nodeModules,
    pythonPaths,
    layers,
    ...(network ? { network } : {}),
    ...(temporary ? { temporaryDirectory: temporary.path() } : {}),
  };
}

/** What only a bootstrap needs to know. It does not concern the function and is therefore not in its environment. */
function toldToBootstrap(
  { spec, code, awsEndpoint, network, nodeModules }: ProcessFacts,
  layers: LayerPlaces,
): object {
  return {
    functionName: spec.functionName,
    awsPort: Number(new URL(awsEndpoint).port),
    tlsPort: network?.tlsPort ?? 0,
    allowed: network?.allowed ?? [],
    layers: [...code.layers].reverse(),
    places: [...layers.nodeModules, ...nodeModules].map((folder) => dirname(folder)),
  };
}
