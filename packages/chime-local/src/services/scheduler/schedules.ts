/**
 * Schedules and their groups, and the calls to their targets. Source: EventBridge Scheduler user guide and
 * API reference.
 */
import { type Clock, type Collection, callAt, type Ids, type Journal, type Log } from '#platform';
import { ApiError } from '../rest/api-error.ts';
import type { CallService } from '../states/index.ts';
import { Deliveries } from './deliveries.ts';
import { dueAfter, invalid, type Timing } from './expression.ts';

/** The target of a schedule. API reference, Target. */
export interface ScheduleTarget {
  Arn: string;
  RoleArn: string;
  Input?: string;
  SqsParameters?: { MessageGroupId?: string };
  EventBridgeParameters?: { DetailType: string; Source: string };
  RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };
  DeadLetterConfig?: { Arn?: string };
}

export interface ScheduleRecord extends Timing {
  name: string;
  group: string;
  arn: string;
  enabled: boolean;
  target: ScheduleTarget;
  /** The members that the API accepts and returns: target, window, description and so on. */
  given: Record<string, unknown>;
  deletedAfterwards: boolean;
  createdAt: number;
  modifiedAt: number;
}

export interface SchedulesOptions {
  journal: Journal;
  clock: Clock;
  ids: Ids;
  log: Log;
  accountId: string;
  region: string;
  /** Calls a service with the permissions of a role. */
  call: CallService;
}

export const DEFAULT_GROUP = 'default';

const noSchedule = (name: string): ApiError =>
  new ApiError(404, 'ResourceNotFoundException', `Schedule ${name} does not exist.`);
const noGroup = (name: string): ApiError =>
  new ApiError(404, 'ResourceNotFoundException', `Schedule group ${name} does not exist.`);

export class Schedules {
  readonly #options: SchedulesOptions;
  readonly #schedules: Collection<ScheduleRecord>;
  readonly #groups: Collection<{ name: string; createdAt: number }>;
  readonly #deliveries: Deliveries;
  /** Functions that cancel the next due time, by ARN. */
  readonly #waiting = new Map<string, () => void>();

  constructor(options: SchedulesOptions) {
    this.#options = options;
    this.#deliveries = new Deliveries(options);
    this.#schedules = options.journal.collection('scheduler.schedules');
    this.#groups = options.journal.collection('scheduler.groups');
    for (const schedule of this.#schedules.values()) this.#wait(schedule, options.clock.now());
  }

  arnOf(name: string, group = DEFAULT_GROUP): string {
    return `${this.#arnPrefix('schedule')}/${group}/${name}`;
  }

  groupArn(name: string): string {
    return `${this.#arnPrefix('schedule-group')}/${name}`;
  }

  /** @throws ApiError ResourceNotFoundException if the schedule does not exist */
  get(name: string, group?: string): ScheduleRecord {
    const found = this.#schedules.get(this.arnOf(name, group));
    if (!found) throw noSchedule(name);
    return found;
  }

  list(group?: string): ScheduleRecord[] {
    return this.#schedules.values().filter((schedule) => group === undefined || schedule.group === group);
  }

  /** Creates a schedule, or replaces all members of an existing one. @throws ApiError */
  put(
    given: Omit<ScheduleRecord, 'arn' | 'createdAt' | 'modifiedAt'>,
    how: 'create' | 'update',
  ): ScheduleRecord {
    const { name, group } = given;
    if (!this.hasGroup(group)) throw noGroup(group);
    const arn = this.arnOf(name, group);
    const former = this.#schedules.get(arn);
    if (how === 'create' && former) {
      throw new ApiError(409, 'ConflictException', `Schedule ${name} already exists.`);
    }
    if (how === 'update' && !former) throw noSchedule(name);
    const now = this.#options.clock.now();
    const isPast = dueAfter(given, now - 1, now) === undefined && given.expression.startsWith('at(');
    if (isPast && how === 'create') throw invalid(`Invalid Schedule Expression ${given.expression}.`);
    const schedule = { ...given, arn, createdAt: former?.createdAt ?? now, modifiedAt: now };
    this.#schedules.set(arn, schedule);
    this.#wait(schedule, now - 1);
    return schedule;
  }

  /** @throws ApiError ResourceNotFoundException if the schedule does not exist */
  delete(name: string, group?: string): void {
    this.#forget(this.get(name, group).arn);
  }

  hasGroup(name: string): boolean {
    return name === DEFAULT_GROUP || this.#groups.has(name);
  }

  groups(): { name: string; createdAt: number }[] {
    return [{ name: DEFAULT_GROUP, createdAt: 0 }, ...this.#groups.values()];
  }

  /** @throws ApiError ResourceNotFoundException if the group does not exist */
  group(name: string): { name: string; createdAt: number } {
    const found = this.groups().find((group) => group.name === name);
    if (!found) throw noGroup(name);
    return found;
  }

  createGroup(name: string): void {
    if (this.hasGroup(name))
      throw new ApiError(409, 'ConflictException', `Schedule group ${name} already exists.`);
    this.#groups.set(name, { name, createdAt: this.#options.clock.now() });
  }

  /** Deletes a group with its schedules. @throws ApiError ResourceNotFoundException */
  deleteGroup(name: string): void {
    if (!this.#groups.has(name)) throw noGroup(name);
    for (const { arn } of this.list(name)) this.#forget(arn);
    this.#groups.delete(name);
  }

  close(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
    this.#deliveries.close();
  }

  #arnPrefix(kind: string): string {
    const { region, accountId } = this.#options;
    return `arn:aws:scheduler:${region}:${accountId}:${kind}`;
  }

  #forget(arn: string): void {
    this.#waiting.get(arn)?.();
    this.#waiting.delete(arn);
    this.#schedules.delete(arn);
  }

  #wait(schedule: ScheduleRecord, after: number): void {
    const { arn, enabled, createdAt } = schedule;
    this.#waiting.get(arn)?.();
    this.#waiting.delete(arn);
    if (!enabled) return;
    const { clock } = this.#options;
    const due = dueAfter(schedule, after, createdAt);
    if (due === undefined) return;
    this.#waiting.set(
      arn,
      callAt(clock, due, () => this.#onTime(arn, due)),
    );
  }

  #onTime(arn: string, due: number): void {
    const schedule = this.#schedules.get(arn);
    if (!schedule) return;
    const { ids, accountId, region } = this.#options;
    const occasion = { arn, due, executionId: ids.guid(), accountId, region, attempt: 1 };
    this.#deliveries.deliver(schedule.name, schedule.target, occasion);
    const isOver = dueAfter(schedule, due, schedule.createdAt) === undefined;
    if (isOver && schedule.deletedAfterwards) this.#forget(arn);
    else this.#wait(schedule, due);
  }
}
