/** Event buses, their rules, and the delivery of events to targets. Source: Amazon EventBridge user guide. */
import { type Clock, type Collection, callAt, type Ids, isObject, type Journal, type Log } from '#platform';
import type { Deliveries } from '../delivery/index.ts';
import { ApiError } from '../rest/api-error.ts';
import { type JsonInput, textOf } from '../rest/json-service.ts';
import { readJson } from '../rest/json-text.ts';
import { optionalText } from '../rest/members.ts';
import { PacedWork } from '../rest/paced-work.ts';
import type { Publication } from '../sns/topics.ts';
import { comparePattern } from './pattern.ts';
import { nextTime } from './schedule.ts';
import { InputTooLong, type TargetInput, targetInput } from './target-input.ts';

/** An event as targets receive it. User guide, "Events structure". */
export interface BusEvent {
  source: string;
  'detail-type': string;
  detail: unknown;
  resources?: string[];
  /** ISO 8601; defaults to the current time. */
  time?: string | undefined;
}

export interface TargetRecord extends TargetInput {
  id: string;
  arn: string;
  /** The value of `SqsParameters.MessageGroupId`. */
  groupId?: string | undefined;
}

export interface RuleRecord {
  arn: string;
  name: string;
  bus: string;
  pattern?: string | undefined;
  schedule?: string | undefined;
  description?: string | undefined;
  enabled: boolean;
  targets: TargetRecord[];
}

export interface EventBusesOptions {
  journal: Journal;
  clock: Clock;
  ids: Ids;
  log: Log;
  accountId: string;
  region: string;
  deliveries: Deliveries;
  /** Publishes to a topic that is a rule's target. */
  publish(topicArn: string, publication: Publication): void;
}

export const DEFAULT_BUS = 'default';

const busName = (nameOrArn: string): string => nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);

export class EventBuses {
  readonly #options: EventBusesOptions;
  readonly #buses: Collection<{ name: string }>;
  readonly #rules: Collection<RuleRecord>;
  /** Cancels the next run of a schedule, by rule. */
  readonly #scheduled = new Map<string, () => void>();
  readonly #comparing = new PacedWork();

  constructor(options: EventBusesOptions) {
    this.#options = options;
    this.#buses = options.journal.collection('events.buses');
    this.#rules = options.journal.collection('events.rules');
    for (const rule of this.#rules.values()) this.#schedule(rule);
  }

  busArn(name: string): string {
    return `arn:aws:events:${this.#options.region}:${this.#options.accountId}:event-bus/${busName(name)}`;
  }

  hasBus(nameOrArn: string): boolean {
    const name = busName(nameOrArn);
    return name === DEFAULT_BUS || this.#buses.has(name);
  }

  createBus(name: string): void {
    if (this.hasBus(name)) {
      throw new ApiError(400, 'ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
    }
    this.#buses.set(name, { name });
  }

  deleteBus(name: string): void {
    this.#buses.delete(busName(name));
  }

  buses(): string[] {
    return [DEFAULT_BUS, ...this.#buses.keys()];
  }

  /** @throws ApiError ResourceNotFoundException if the rule does not exist */
  rule(name: string, bus: string = DEFAULT_BUS): RuleRecord {
    const rule = this.#rules.get(this.#ruleArn(name, bus));
    if (!rule) {
      const message = `Rule ${name} does not exist on EventBus ${busName(bus)}.`;
      throw new ApiError(400, 'ResourceNotFoundException', message);
    }
    return rule;
  }

  rules(bus: string = DEFAULT_BUS): RuleRecord[] {
    return this.#rules.values().filter((rule) => rule.bus === busName(bus));
  }

  /** Creates or changes a rule and keeps its targets. @throws ApiError */
  putRule(given: Omit<RuleRecord, 'arn' | 'targets'>): RuleRecord {
    if (!given.pattern && !given.schedule) {
      throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
    }
    if (!this.hasBus(given.bus)) throw noBus(given.bus);
    if (given.pattern) readPattern(given.pattern);
    if (given.schedule) nextTime(given.schedule, this.#options.clock.now());
    const arn = this.#ruleArn(given.name, given.bus);
    const rule = { ...given, bus: busName(given.bus), arn, targets: this.#rules.get(arn)?.targets ?? [] };
    this.#put(rule);
    return rule;
  }

  /** @param given targets as in the API and in templates. @throws ApiError */
  putTargets(name: string, bus: string | undefined, given: JsonInput[]): void {
    const rule = this.rule(name, bus);
    const targets = given.map(readTarget);
    const ids = new Set(targets.map(({ id }) => id));
    this.#put({ ...rule, targets: [...rule.targets.filter(({ id }) => !ids.has(id)), ...targets] });
  }

  removeTargets(name: string, bus: string | undefined, ids: string[]): void {
    const rule = this.rule(name, bus);
    this.#put({ ...rule, targets: rule.targets.filter(({ id }) => !ids.includes(id)) });
  }

  setEnabled(name: string, bus: string | undefined, enabled: boolean): void {
    this.#put({ ...this.rule(name, bus), enabled });
  }

  /** Deletes a rule. It is not an error if the rule does not exist. */
  deleteRule(name: string, bus: string = DEFAULT_BUS): void {
    const arn = this.#ruleArn(name, bus);
    this.#scheduled.get(arn)?.();
    this.#scheduled.delete(arn);
    this.#rules.delete(arn);
  }

  /**
   * Sends an event to the targets of every rule that matches it, immediately unless there is much to compare.
   * Returns the event's id.
   * @throws ApiError
   */
  put(event: BusEvent, bus: string = DEFAULT_BUS): string {
    if (!this.hasBus(bus)) throw noBus(bus);
    if (this.#comparing.isFull) {
      throw new ApiError(400, 'ThrottlingException', 'Rate exceeded: events wait for earlier ones.');
    }
    const whole = this.#wholeEvent(event);
    const rules = this.rules(bus).filter(({ enabled, pattern }) => enabled && pattern);
    this.#comparing.do(
      rules.map((rule) => () => {
        const { fits, comparisons } = comparePattern(readPattern(rule.pattern ?? ''), whole);
        if (fits) this.#send(rule, whole);
        return comparisons;
      }),
    );
    return whole.id;
  }

  close(): void {
    for (const cancel of this.#scheduled.values()) cancel();
    this.#scheduled.clear();
    this.#comparing.close();
  }

  #ruleArn(name: string, bus: string): string {
    const { region, accountId } = this.#options;
    const path = busName(bus) === DEFAULT_BUS ? name : `${busName(bus)}/${name}`;
    return `arn:aws:events:${region}:${accountId}:rule/${path}`;
  }

  #wholeEvent({ source, detail, resources = [], time, ...rest }: BusEvent) {
    const { clock, ids, accountId, region } = this.#options;
    return {
      version: '0',
      id: ids.guid(),
      'detail-type': rest['detail-type'],
      source,
      account: accountId,
      time: time ?? `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
      region,
      resources,
      detail,
    };
  }

  #put(rule: RuleRecord): void {
    this.#rules.set(rule.arn, rule);
    this.#schedule(rule);
  }

  #schedule(rule: RuleRecord): void {
    const { arn, schedule, enabled } = rule;
    this.#scheduled.get(arn)?.();
    this.#scheduled.delete(arn);
    if (!schedule || !enabled) return;
    const { clock } = this.#options;
    const due = nextTime(schedule, clock.now());
    if (due === undefined) return;
    this.#scheduled.set(
      arn,
      callAt(clock, due, () => this.#onTime(arn)),
    );
  }

  #onTime(arn: string): void {
    const rule = this.#rules.get(arn);
    if (!rule) return;
    const event: BusEvent = {
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      detail: {},
      resources: [arn],
    };
    this.#send(rule, this.#wholeEvent(event));
    this.#schedule(rule);
  }

  #send(rule: RuleRecord, event: object): void {
    for (const target of rule.targets) {
      const text = this.#inputOf(target, rule, event);
      if (text === undefined) continue;
      const source = { principal: 'events.amazonaws.com', arn: rule.arn };
      const service = target.arn.split(':')[2];
      if (service === 'lambda') this.#options.deliveries.toFunction(target.arn, asJson(text), source);
      else if (service === 'sqs') {
        this.#options.deliveries.toQueue(target.arn, { body: text, groupId: target.groupId }, source);
      } else if (service === 'sns') this.#publish(rule, target.arn, text);
      else {
        this.#options.log.warn(
          `Rule ${rule.name} has an event for ${target.arn}: targets of ${service} are not served here.`,
        );
      }
    }
  }

  /**
   * The topic may have been deleted or may refuse the message. Neither the sender of the event nor a schedule
   * must fail because of that.
   */
  #publish(rule: RuleRecord, topicArn: string, message: string): void {
    try {
      this.#options.publish(topicArn, { message });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#options.log.warn(
        `Rule ${rule.name} has an event for ${topicArn} that is not sent: ${error.message}.`,
      );
    }
  }

  /** The target's input. If it is too long for the target, logs a warning and returns undefined. */
  #inputOf(target: TargetRecord, rule: RuleRecord, event: object): string | undefined {
    try {
      return targetInput(target, event);
    } catch (error) {
      if (!(error instanceof InputTooLong)) throw error;
      const why = `its InputTemplate names the event too often (${error.message})`;
      this.#options.log.warn(`Rule ${rule.name} has an event for ${target.arn} that is not sent: ${why}.`);
      return undefined;
    }
  }
}

/**
 * Maximum number of characters of a target's own input or template, and of a path. API reference, Target and
 * InputTransformer.
 */
const MAX_TARGET_INPUT = 8_192;
const MAX_TARGET_PATH = 256;
/** Maximum number of variables in a template. API reference, InputTransformer: InputPathsMap. */
const MAX_TARGET_PATHS = 100;

interface GivenTransformer {
  InputPathsMap?: Record<string, string>;
  InputTemplate: string;
}

function readTarget(input: JsonInput): TargetRecord {
  const transformer = input.InputTransformer as GivenTransformer | undefined;
  const paths = Object.values(transformer?.InputPathsMap ?? {});
  const limits = [
    ['Input', input.Input, MAX_TARGET_INPUT],
    ['InputTemplate', transformer?.InputTemplate, MAX_TARGET_INPUT],
    ['InputPath', input.InputPath, MAX_TARGET_PATH],
    ...paths.map((path) => ['InputPathsMap', path, MAX_TARGET_PATH] as const),
  ] as const;
  for (const [member, value, most] of limits) {
    const length = String(value ?? '').length;
    if (length > most) throw invalid(`A target's ${member} has at most ${most} characters, not ${length}.`);
  }
  if (paths.length > MAX_TARGET_PATHS) {
    throw invalid(`A target's InputPathsMap has at most ${MAX_TARGET_PATHS} paths, not ${paths.length}.`);
  }
  return {
    id: textOf(input, 'Id'),
    arn: textOf(input, 'Arn'),
    input: optionalText(input, 'Input'),
    inputPath: optionalText(input, 'InputPath'),
    transformer: transformer && {
      paths: transformer.InputPathsMap ?? {},
      template: String(transformer.InputTemplate),
    },
    groupId: (input.SqsParameters as { MessageGroupId?: string } | undefined)?.MessageGroupId,
  };
}

/** Functions receive JSON, so a text that is not valid JSON becomes a JSON string. */
function asJson(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return text as unknown as object;
  }
}

export const invalid = (message: string): ApiError => new ApiError(400, 'ValidationException', message);
const noBus = (bus: string): ApiError =>
  new ApiError(400, 'ResourceNotFoundException', `Event bus ${busName(bus)} does not exist.`);

/** Parses an event pattern. @throws ApiError InvalidEventPatternException */
export function readPattern(text: string): Record<string, unknown> {
  try {
    const pattern = readJson(text);
    if (isObject(pattern)) {
      return pattern as Record<string, unknown>;
    }
  } catch {
    // The error is thrown below.
  }
  throw new ApiError(
    400,
    'InvalidEventPatternException',
    'Event pattern is not valid. Reason: it is no JSON object',
  );
}
