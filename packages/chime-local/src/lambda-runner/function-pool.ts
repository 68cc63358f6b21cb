import { availableParallelism, totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { invalidEntrypoint } from './error-documents.ts';
import type { FunctionProcess, Invocation, ProcessListener } from './function-process.ts';
import type { DeploymentPackage, FunctionSpec, InvokeResult, Urgency } from './lambda-runner.ts';
import { serviceClosing } from './lambda-service-error.ts';
import * as limits from './limits.ts';
import { type Waiting, WaitingLine } from './waiting-line.ts';

/** Maximum number of processes for one function if the options set none: as many as memory allows. */
export function defaultMaxConcurrency(): number {
  const megabytes = (totalmem() / 1024 / 1024) * limits.MEMORY_SHARE;
  const fitting = Math.floor(megabytes / limits.MEGABYTES_PER_PROCESS);
  return Math.max(2 * availableParallelism(), Math.min(limits.MAX_CONCURRENCY, fitting));
}

export interface PoolOptions {
  maxConcurrency: number;
  /** Times in milliseconds; tests shorten them. */
  extraProcessIdleMs?: number;
  lastProcessIdleMs?: number;
  /** Called before processes are started with new code; never rejects. */
  prepare?(code: DeploymentPackage): Promise<void>;
  createProcess(spec: FunctionSpec, code: DeploymentPackage, listener: ProcessListener): FunctionProcess;
}

/** The processes of one function, and the invocations that wait for one of them. */
export class FunctionPool {
  readonly spec: FunctionSpec;
  readonly #options: PoolOptions;
  readonly #processes = new Set<FunctionProcess>();
  readonly #idleSince = new Map<FunctionProcess, number>();
  readonly #waiting = new WaitingLine();
  /** Processes that are handling a new invocation. */
  readonly #busyWithNew = new Set<FunctionProcess>();
  readonly #warmed: (() => void)[] = [];
  #code: DeploymentPackage | undefined;
  #preparing: Promise<void> | undefined;
  #growTimer: NodeJS.Timeout | undefined;
  #shrinkTimer: NodeJS.Timeout | undefined;
  #shrinkAt = 0;
  #closed = false;
  /** Set if one process is always kept, because somebody waits for the function's answers. */
  #keptWarm = false;

  constructor(spec: FunctionSpec, options: PoolOptions) {
    this.spec = spec;
    this.#options = options;
  }

  /** Runs the function once. Rejects with TooManyRequestsException if too many invocations wait already. */
  async invoke(
    { requestId, payload, functionArn }: Omit<Invocation, 'settle'>,
    urgency: Urgency,
    source?: string,
  ): Promise<InvokeResult> {
    const failure = await this.#refreshCode();
    if (this.#closed) throw serviceClosing();
    if (failure) return failedAtStart(requestId, invalidEntrypoint(requestId, failure));
    return new Promise((settle, refuse) => {
      const since = performance.now();
      this.#waiting.add({ requestId, payload, functionArn, settle, refuse, since, source }, urgency);
      this.#dispatch();
    });
  }

  /** Whether another new invocation from that source would wait so long that its answer would come too late. */
  isCrowded(source?: string): boolean {
    return this.#waiting.expectedWaitMs(performance.now(), source) > limits.CROWDED_AFTER_MS;
  }

  /**
   * Resolves when a process has asked for work or has failed to; with `kept`, one process always stays from
   * now on.
   */
  async warm(kept = false): Promise<void> {
    this.#keptWarm ||= kept;
    await this.#refreshCode();
    if (this.#closed || !this.#code || this.#live().some((process) => process.idle)) return;
    await new Promise<void>((resolve) => {
      this.#warmed.push(resolve);
      if (this.#live().length === 0) this.#startOne();
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#growTimer);
    clearTimeout(this.#shrinkTimer);
    this.#waiting.refuseAll();
    for (const process of [...this.#processes]) process.kill();
    for (const resolve of this.#warmed.splice(0)) resolve();
  }

  /**
   * Finds out where the code is; changed code retires the processes. Returns the reason if the code cannot be
   * read.
   */
  async #refreshCode(): Promise<string | undefined> {
    let code: DeploymentPackage;
    try {
      const found = await this.spec.code();
      const known = this.#code?.version === found.version ? this.#code.layers : undefined;
      code = { ...found, layers: known ?? (await this.spec.layers?.()) ?? [] };
    } catch (error) {
      return `the code of ${this.spec.functionName} cannot be read: ${error instanceof Error ? error.message : error}`;
    }
    if (this.#code?.version === code.version) return this.#preparing?.then(() => undefined);
    this.#code = code;
    const { prepare } = this.#options;
    this.#preparing = prepare?.(code).finally(() => {
      this.#preparing = undefined;
    });
    for (const process of [...this.#processes]) {
      if (process.version === code.version) continue;
      process.retired = true;
      if (process.idle || process.starting) process.kill();
    }
    await this.#preparing;
    return undefined;
  }

  #live(): FunctionProcess[] {
    return [...this.#processes].filter((process) => !process.retired);
  }

  /** Gives waiting invocations to idle processes, then makes sure that enough processes are being started. */
  #dispatch(): void {
    for (const process of this.#processes) {
      if (this.#waiting.size === 0) break;
      if (!process.idle || process.retired || process.vanished()) continue;
      const next = this.#next(process);
      if (!next) break;
      this.#idleSince.delete(process);
      process.run(next);
    }
    this.#grow();
  }

  /** The next invocation for a process. New invocations leave some processes to live ones. */
  #next(process: FunctionProcess): Waiting | undefined {
    const { maxConcurrency } = this.#options;
    const reserved = maxConcurrency > 1 ? Math.ceil(maxConcurrency * limits.RESERVED_SHARE) : 0;
    const hasRoomForNew = this.#busyWithNew.size < maxConcurrency - reserved;
    const next = this.#waiting.take(performance.now(), hasRoomForNew);
    if (next?.urgency !== 'new') return next?.waiting;
    this.#busyWithNew.add(process);
    return {
      ...next.waiting,
      settle: (result) => {
        this.#busyWithNew.delete(process);
        next.waiting.settle(result);
      },
    };
  }

  #grow(): void {
    const since = this.#waiting.nextSince;
    if (this.#closed || since === undefined || !this.#code || this.#growTimer) return;
    const live = this.#live();
    const starting = live.filter((process) => process.starting).length;
    const cores = availableParallelism();
    if (live.length >= this.#options.maxConcurrency || starting >= Math.min(this.#waiting.size, cores))
      return;
    const beyond = Math.max(0, live.length + 1 - cores * limits.EAGER_PROCESSES_PER_CORE);
    const patience =
      live.length - starting > 0
        ? limits.EXTRA_PROCESS_AFTER_MS + beyond * limits.PATIENCE_PER_PROCESS_MS
        : 0;
    const waited = performance.now() - since;
    if (waited >= patience) {
      this.#startOne();
      return;
    }
    this.#growTimer = setTimeout(() => {
      this.#growTimer = undefined;
      this.#grow();
    }, patience - waited);
  }

  #startOne(): void {
    if (!this.#code) return;
    const process = this.#options.createProcess(this.spec, this.#code, {
      onIdle: (idle) => this.#onIdle(idle),
      onGivenBack: (ended, invocation) => this.#onGivenBack(ended, invocation),
      onEnded: (ended, failure) => this.#onEnded(ended, failure),
    });
    this.#processes.add(process);
    process.start();
    this.#grow();
  }

  #onIdle(process: FunctionProcess): void {
    if (process.retired || this.#closed) {
      process.kill();
      return;
    }
    this.#idleSince.set(process, performance.now());
    for (const resolve of this.#warmed.splice(0)) resolve();
    this.#dispatch();
    this.#shrinkLater();
  }

  #onGivenBack(process: FunctionProcess, invocation: Invocation): void {
    this.#busyWithNew.delete(process);
    // The invocation has waited its turn already, so it is refused only if the runner closes.
    const refuse = () => invocation.settle(failedAtStart(invocation.requestId, 'null'));
    this.#waiting.putBack({ ...invocation, refuse, since: performance.now() });
  }

  #onEnded(process: FunctionProcess, failure?: (requestId: string) => string): void {
    this.#processes.delete(process);
    this.#busyWithNew.delete(process);
    this.#idleSince.delete(process);
    for (const resolve of this.#warmed.splice(0)) resolve();
    // A process that could not start fails one invocation; otherwise invocations would wait for ever.
    if (failure && !process.retired) {
      const first = this.#waiting.takeLive(performance.now()) ?? this.#waiting.takeNew(performance.now());
      first?.settle(failedAtStart(first.requestId, failure(first.requestId)));
    }
    if (!this.#closed) this.#dispatch();
  }

  /** Ends processes that have been idle for a while; the last one after a longer while. */
  #shrinkLater(): void {
    if (this.#closed || this.#processes.size <= (this.#keptWarm ? 1 : 0)) return;
    const dueAt = performance.now() + this.#idleMs();
    if (this.#shrinkTimer && this.#shrinkAt <= dueAt) return;
    clearTimeout(this.#shrinkTimer);
    this.#shrinkAt = dueAt;
    this.#shrinkTimer = setTimeout(() => {
      this.#shrinkTimer = undefined;
      const now = performance.now();
      for (const [process, since] of [...this.#idleSince]) {
        if (now - since >= this.#idleMs() - 1) process.kill();
      }
      this.#shrinkLater();
    }, this.#idleMs());
    this.#shrinkTimer.unref();
  }

  /** Milliseconds that an idle process may currently wait for work. */
  #idleMs(): number {
    const {
      extraProcessIdleMs = limits.EXTRA_PROCESS_IDLE_MS,
      lastProcessIdleMs = limits.LAST_PROCESS_IDLE_MS,
    } = this.#options;
    if (this.#processes.size > 1) return extraProcessIdleMs;
    return this.#keptWarm ? Number.POSITIVE_INFINITY : lastProcessIdleMs;
  }
}

const failedAtStart = (requestId: string, payload: string): InvokeResult => ({
  requestId,
  payload,
  functionError: 'Unhandled',
  logTail: '',
  durationMs: 0,
  coldStart: true,
});
