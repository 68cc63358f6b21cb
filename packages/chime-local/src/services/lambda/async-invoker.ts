/** Asynchronous invocations: the caller does not wait, and failed invocations are retried. */
import type { LambdaRunner } from '#lambda-runner';
import type { Clock, Log } from '#platform';

/**
 * Milliseconds before the second and third attempts for a failed asynchronous event. Developer guide,
 * "Async".
 */
export const ASYNC_RETRY_MS: readonly number[] = [60_000, 120_000];

export interface AsyncInvoker {
  /** Returns immediately. If the last attempt fails, the event is only logged. */
  invoke(nameOrArn: string, payload: string): void;
  /** Cancels all retries. */
  close(): void;
}

export interface AsyncInvokerOptions {
  runner: Pick<LambdaRunner, 'invoke'>;
  clock: Clock;
  log: Log;
}

export function createAsyncInvoker({ runner, clock, log }: AsyncInvokerOptions): AsyncInvoker {
  const cancels = new Set<() => void>();
  const attempt = async (target: string, payload: string, retries: readonly number[]): Promise<void> => {
    const why = await runner.invoke(target, payload).then(
      (result) => result.functionError,
      (error: unknown) => String(error),
    );
    if (why === undefined) return;
    const [next, ...later] = retries;
    if (next === undefined) {
      log.error('an asynchronous event failed for the last time', { function: target, why });
      return;
    }
    log.warn('an asynchronous event failed and is tried again', { function: target, why, afterMs: next });
    const cancel = clock.after(next, () => {
      cancels.delete(cancel);
      void attempt(target, payload, later);
    });
    cancels.add(cancel);
  };
  return {
    invoke: (target, payload) => void attempt(target, payload, ASYNC_RETRY_MS),
    close() {
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}
