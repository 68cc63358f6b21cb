/**
 * Delivers an occasion to its target. Failed deliveries are retried according to the retry policy and finally
 * sent to the dead-letter queue.
 */
import { type Clock, callAt, type Log } from '#platform';
import type { CallService } from '../states/index.ts';
import type { ScheduleTarget } from './schedules.ts';
import { callOf, type Occasion, queueUrlOf } from './targets.ts';

/** The defaults and maximums of a retry policy. API reference, RetryPolicy. */
const MAX_RETRIES = 185;
const MAX_AGE_S = 86_400;
/**
 * Milliseconds before the first retry. The delay doubles with each retry up to the maximum. Ours: AWS says
 * only "exponential".
 */
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 600_000;
/**
 * Error codes for which a retry is useless: no permission, no such target. User guide of EventBridge,
 * "Retrying event delivery".
 */
const FOR_GOOD = /AccessDenied|NotAuthorized|NotFound|NonExistent|NotServed|InvalidInput/;

type Condition = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

export interface DeliveriesOptions {
  clock: Clock;
  log: Log;
  call: CallService;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;
  /** Functions that cancel the pending retries. */
  readonly #waiting = new Set<() => void>();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** @param name the schedule's name, for log messages */
  deliver(name: string, target: ScheduleTarget, occasion: Occasion): void {
    this.#attempt(name, target, occasion).catch((error: Error) =>
      this.#options.log.warn(`Schedule ${name}: ${error.message}`),
    );
  }

  /** Cancels all retries. */
  close(): void {
    for (const cancel of this.#waiting) cancel();
    this.#waiting.clear();
  }

  async #attempt(name: string, target: ScheduleTarget, occasion: Occasion): Promise<void> {
    try {
      await this.#options.call(callOf(target, occasion));
    } catch (error) {
      await this.#failed(name, target, occasion, error as Error);
    }
  }

  async #failed(name: string, target: ScheduleTarget, occasion: Occasion, error: Error): Promise<void> {
    const { clock, log } = this.#options;
    const { attempt, due } = occasion;
    const { MaximumRetryAttempts = MAX_RETRIES, MaximumEventAgeInSeconds = MAX_AGE_S } =
      target.RetryPolicy ?? {};
    const again = clock.now() + Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), MAX_RETRY_MS);
    const condition: Condition | undefined =
      attempt > MaximumRetryAttempts
        ? 'MaximumRetryAttempts'
        : again > due + MaximumEventAgeInSeconds * 1000
          ? 'MaximumEventAgeInSeconds'
          : undefined;
    const isOver = condition !== undefined || FOR_GOOD.test(error.name);
    const then = isOver ? 'it is given up' : 'it is tried again';
    // Only the first and the last failure are logged, because there may be 185 retries.
    if (attempt === 1 || isOver) {
      log.warn(
        `Schedule ${name} has not reached ${target.Arn}: ${error.message} (attempt ${attempt}; ${then})`,
      );
    }
    if (isOver) return this.#giveUp(target, occasion, error, condition);
    const cancel = callAt(clock, again, () => {
      this.#waiting.delete(cancel);
      this.deliver(name, target, { ...occasion, attempt: attempt + 1 });
    });
    this.#waiting.add(cancel);
  }

  /**
   * Sends the occasion to the dead-letter queue. User guide of Scheduler, "Configuring a schedule's
   * dead-letter queue": the attributes of the message.
   */
  async #giveUp(
    target: ScheduleTarget,
    { arn, due, executionId, attempt, region }: Occasion,
    error: Error,
    condition: Condition | undefined,
  ): Promise<void> {
    const queue = target.DeadLetterConfig?.Arn;
    if (!queue) return;
    const attributes = {
      ERROR_CODE: error.name,
      ERROR_MESSAGE: error.message,
      EXECUTION_ID: executionId,
      ...(condition ? { EXHAUSTED_RETRY_CONDITION: condition } : {}),
      IS_PAYLOAD_TRUNCATED: 'false',
      RETRY_ATTEMPTS: String(attempt - 1),
      SCHEDULED_TIME: `${new Date(due).toISOString().slice(0, 19)}Z`,
      SCHEDULE_ARN: arn,
      TARGET_ARN: target.Arn,
    };
    await this.#options.call({
      roleArn: target.RoleArn,
      service: 'sqs',
      operation: 'SendMessage',
      parameters: {
        QueueUrl: queueUrlOf(queue, region),
        MessageBody: target.Input ?? '{}',
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([key, StringValue]) => [key, { DataType: 'String', StringValue }]),
        ),
      },
    });
  }
}
