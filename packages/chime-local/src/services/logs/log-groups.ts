import type { Clock, Collection, Journal } from '#platform';
import { ApiError } from '../rest/api-error.ts';
import { type LogEvent, LogEvents } from './log-events.ts';

export interface LogGroup {
  name: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Retention in days; undefined means for ever. */
  retentionDays?: number;
}

/**
 * A resource policy that lets services write to groups. It is stored but not evaluated, because only this
 * program writes here.
 */
export interface LogsPolicy {
  policyName: string;
  policyDocument: string;
  lastUpdatedTime: number;
}

/** Pattern of a log group's name. API reference, CreateLogGroup. */
const NAME = /^[\w./#-]{1,512}$/;
/** The retention periods that AWS allows, in days. API reference, PutRetentionPolicy. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The log groups of the account, stored in a journal, and their events. */
export class LogGroups {
  readonly #groups: Collection<LogGroup>;
  readonly #clock: Clock;
  readonly policies: Collection<LogsPolicy>;
  /** The logged events by group. */
  readonly events: LogEvents;

  constructor(journal: Journal, clock: Clock) {
    this.#groups = journal.collection('log-groups');
    this.#clock = clock;
    this.policies = journal.collection('log-policies');
    this.events = new LogEvents(clock);
  }

  /** The groups in the order of their names. */
  list(): LogGroup[] {
    return this.#groups.values().sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws ApiError if the group already exists or the name is invalid. */
  create(name: string): void {
    if (!NAME.test(name))
      throw new ApiError(400, 'InvalidParameterException', `"${name}" is no name of a log group`);
    if (this.#groups.has(name)) {
      throw new ApiError(400, 'ResourceAlreadyExistsException', 'The specified log group already exists');
    }
    this.#groups.set(name, { name, createdAt: this.#clock.now() });
  }

  has(name: string): boolean {
    return this.#groups.has(name);
  }

  /** Creates a group if it does not exist, as Lambda does for a function. */
  ensure(name: string): void {
    if (!this.#groups.has(name)) this.create(name);
  }

  /** Sets a group's retention. If `days` is undefined, events are kept for ever. @throws ApiError */
  retain(name: string, days: number | undefined): void {
    const { retentionDays: _, ...group } = this.#existing(name);
    if (days !== undefined && !RETENTION_DAYS.includes(days)) {
      const message = `retentionInDays is one of ${RETENTION_DAYS.join(', ')}, not ${days}`;
      throw new ApiError(400, 'InvalidParameterException', message);
    }
    this.#groups.set(name, { ...group, ...(days === undefined ? {} : { retentionDays: days }) });
  }

  /** @throws ApiError if the group does not exist. */
  delete(name: string): void {
    this.#existing(name);
    this.#groups.delete(name);
    this.events.forget(name);
  }

  /** The events of a group in the order of their arrival. @throws ApiError if the group does not exist. */
  eventsOf(name: string): readonly LogEvent[] {
    return this.events.of(this.#existing(name).name);
  }

  /** Logs a message on behalf of a service and creates the group if needed. */
  tell(name: string, logStream: string, message: string): void {
    this.ensure(name);
    this.events.add(name, logStream, message);
  }

  putPolicy(policyName: string, policyDocument: string): LogsPolicy {
    const policy = { policyName, policyDocument, lastUpdatedTime: this.#clock.now() };
    this.policies.set(policyName, policy);
    return policy;
  }

  #existing(name: string): LogGroup {
    const group = this.#groups.get(name);
    if (group) return group;
    throw new ApiError(400, 'ResourceNotFoundException', 'The specified log group does not exist.');
  }
}
