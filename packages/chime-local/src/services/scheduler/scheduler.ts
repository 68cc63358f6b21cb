/** Amazon EventBridge Scheduler: the API of the schedules. Source: EventBridge Scheduler API reference. */
import { isObject } from '#platform';
import type { AwsRequest, AwsService } from '../ports.ts';
import { answerError, answerJson } from '../rest/answer.ts';
import { ApiError } from '../rest/api-error.ts';
import { pageOf } from '../rest/paging.ts';
import { unservedOperation } from '../rest/unserved-operation.ts';
import { invalid } from './expression.ts';
import { DEFAULT_GROUP, type ScheduleRecord, type Schedules, type ScheduleTarget } from './schedules.ts';

const PATH = /^\/(schedules|schedule-groups)(?:\/([^/]+))?$/;
/** Maximum number of items per page. API reference, ListSchedules: MaxResults. */
const PAGE = 100;
/** Pattern of a name. API reference, CreateSchedule: Name. */
const NAME = /^[0-9a-zA-Z-_.]{1,64}$/;

type Input = Record<string, unknown>;

interface Asked {
  name: string;
  input: Input;
  query: URLSearchParams;
}

const OPERATIONS: Readonly<Record<string, string>> = {
  'POST schedules/': 'CreateSchedule',
  'PUT schedules/': 'UpdateSchedule',
  'GET schedules/': 'GetSchedule',
  'DELETE schedules/': 'DeleteSchedule',
  'GET schedules': 'ListSchedules',
  'POST schedule-groups/': 'CreateScheduleGroup',
  'GET schedule-groups/': 'GetScheduleGroup',
  'DELETE schedule-groups/': 'DeleteScheduleGroup',
  'GET schedule-groups': 'ListScheduleGroups',
};

export function createScheduler({ schedules }: { schedules: Schedules }): AwsService {
  return {
    signingNames: ['scheduler'],
    operations: Object.values(OPERATIONS).sort(),
    questions(request) {
      const operation = operationOf(request);
      return operation
        ? [{ action: `scheduler:${operation}`, resources: [resourceOf(request, schedules)] }]
        : [];
    },
    async handle(request) {
      try {
        answerJson(request.response, 200, perform(request, schedules), {
          'x-amzn-requestid': request.requestId,
        });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        answerError(request.response, error, request.requestId);
      }
    },
    async close() {
      schedules.close();
    },
  };
}

function operationOf({ method, rawPath }: AwsRequest): string | undefined {
  const [, kind, name] = PATH.exec(rawPath) ?? [];
  return kind && OPERATIONS[`${method} ${kind}${name === undefined ? '' : '/'}`];
}

function resourceOf(request: AwsRequest, schedules: Schedules): string {
  const [, kind, name] = PATH.exec(request.rawPath) ?? [];
  if (name === undefined) return '*';
  const plain = decodeURIComponent(name);
  if (kind === 'schedule-groups') return schedules.groupArn(plain);
  return schedules.arnOf(plain, groupOf(inputOf(request), new URLSearchParams(request.rawQuery)));
}

const groupOf = (input: Input, query: URLSearchParams): string =>
  query.get('groupName') ?? (typeof input.GroupName === 'string' ? input.GroupName : DEFAULT_GROUP);

function perform(request: AwsRequest, schedules: Schedules): object {
  const operation = operationOf(request);
  if (operation === undefined) {
    throw unservedOperation(request, 'EventBridge Scheduler', Object.values(OPERATIONS));
  }
  const name = decodeURIComponent(PATH.exec(request.rawPath)?.[2] ?? '');
  const asked = { name, input: inputOf(request), query: new URLSearchParams(request.rawQuery) };
  return operation.endsWith('Group') || operation === 'ListScheduleGroups'
    ? groupOperation(operation, asked, schedules)
    : scheduleOperation(operation, asked, schedules);
}

function scheduleOperation(operation: string, { name, input, query }: Asked, schedules: Schedules): object {
  switch (operation) {
    case 'CreateSchedule':
    case 'UpdateSchedule': {
      const how = operation === 'CreateSchedule' ? 'create' : 'update';
      return { ScheduleArn: schedules.put(readSchedule(name, input), how).arn };
    }
    case 'GetSchedule':
      return shown(schedules.get(name, groupOf({}, query)));
    case 'DeleteSchedule':
      schedules.delete(name, groupOf({}, query));
      return {};
    default: {
      const prefix = query.get('NamePrefix') ?? '';
      const state = query.get('State');
      const all = schedules
        .list(query.get('ScheduleGroup') ?? undefined)
        .filter((one) => one.name.startsWith(prefix) && (!state || stateOf(one) === state));
      const page = pageOf(
        all,
        ({ arn }) => arn,
        Number(query.get('MaxResults') ?? PAGE),
        query.get('NextToken') ?? undefined,
      );
      return { Schedules: page.items.map(summary), NextToken: page.nextToken };
    }
  }
}

function groupOperation(operation: string, { name, query }: Asked, schedules: Schedules): object {
  switch (operation) {
    case 'CreateScheduleGroup':
      named(name);
      schedules.createGroup(name);
      return { ScheduleGroupArn: schedules.groupArn(name) };
    case 'GetScheduleGroup':
      return shownGroup(schedules.group(name), schedules);
    case 'DeleteScheduleGroup':
      schedules.deleteGroup(name);
      return {};
    default: {
      const page = pageOf(
        schedules.groups(),
        (group) => group.name,
        PAGE,
        query.get('NextToken') ?? undefined,
      );
      return {
        ScheduleGroups: page.items.map((group) => shownGroup(group, schedules)),
        NextToken: page.nextToken,
      };
    }
  }
}

function named(name: string): void {
  if (!NAME.test(name)) throw invalid(`Name must match ${NAME.source}.`);
}

function inputOf({ body }: AwsRequest): Input {
  const text = body?.toString('utf8') ?? '';
  if (text === '') return {};
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    throw invalid('The body of the request is no JSON object.');
  }
  if (!isObject(input)) throw invalid('The body of the request is no JSON object.');
  return input as Input;
}

/** Reads a schedule in the form of the API and of templates. @throws ApiError ValidationException */
export function readSchedule(
  name: string,
  input: Input,
): Omit<ScheduleRecord, 'arn' | 'createdAt' | 'modifiedAt'> {
  named(name);
  const target = (isObject(input.Target) ? input.Target : {}) as unknown as ScheduleTarget;
  const mode = (input.FlexibleTimeWindow as { Mode?: string } | undefined)?.Mode;
  for (const [member, value] of Object.entries({
    ScheduleExpression: input.ScheduleExpression,
    'FlexibleTimeWindow.Mode': mode,
    'Target.Arn': target.Arn,
    'Target.RoleArn': target.RoleArn,
  })) {
    if (typeof value !== 'string' || value === '') throw invalid(`${member} must not be empty.`);
  }
  checkLimits(input, target);
  const { GroupName, State, ClientToken: _token, Name: _name, ...given } = input;
  return {
    name,
    group: typeof GroupName === 'string' ? GroupName : DEFAULT_GROUP,
    expression: String(input.ScheduleExpression),
    timezone:
      typeof input.ScheduleExpressionTimezone === 'string' ? input.ScheduleExpressionTimezone : undefined,
    start: timeOf(input.StartDate),
    end: timeOf(input.EndDate),
    enabled: State !== 'DISABLED',
    target,
    given,
    deletedAfterwards: input.ActionAfterCompletion === 'DELETE',
  };
}

/**
 * The minimum and maximum of each integer in a schedule. API reference, RetryPolicy and FlexibleTimeWindow.
 */
const NUMBERS = {
  'Target.RetryPolicy.MaximumRetryAttempts': [0, 185],
  'Target.RetryPolicy.MaximumEventAgeInSeconds': [60, 86_400],
  'FlexibleTimeWindow.MaximumWindowInMinutes': [1, 1440],
} as const;

/** Checks the numbers and windows of a schedule. @throws ApiError ValidationException */
function checkLimits(input: Input, { RetryPolicy, DeadLetterConfig }: ScheduleTarget): void {
  const window = (input.FlexibleTimeWindow ?? {}) as { Mode?: string; MaximumWindowInMinutes?: unknown };
  if (window.Mode === 'FLEXIBLE' && window.MaximumWindowInMinutes === undefined) {
    throw invalid('FlexibleTimeWindow.MaximumWindowInMinutes is needed where the Mode is FLEXIBLE.');
  }
  const given = {
    'Target.RetryPolicy.MaximumRetryAttempts': RetryPolicy?.MaximumRetryAttempts,
    'Target.RetryPolicy.MaximumEventAgeInSeconds': RetryPolicy?.MaximumEventAgeInSeconds,
    'FlexibleTimeWindow.MaximumWindowInMinutes': window.MaximumWindowInMinutes,
  };
  for (const [member, [least, most]] of Object.entries(NUMBERS)) {
    const value = given[member as keyof typeof NUMBERS];
    const isRight = Number.isInteger(Number(value)) && Number(value) >= least && Number(value) <= most;
    if (value !== undefined && !isRight)
      throw invalid(`${member} is a whole number from ${least} to ${most}.`);
  }
  const queue = DeadLetterConfig?.Arn;
  if (queue !== undefined && !/^arn:aws[\w-]*:sqs:[\w-]+:\d{12}:[\w-]+$/.test(queue)) {
    throw invalid('Target.DeadLetterConfig.Arn must be the ARN of a standard queue of SQS.');
  }
}

/** Reads seconds since the epoch, as in the protocol, or a date string, as in templates. */
function timeOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const at = typeof value === 'number' ? value * 1000 : Date.parse(String(value));
  if (Number.isNaN(at)) throw invalid(`${JSON.stringify(value)} is no time.`);
  return at;
}

const stateOf = ({ enabled }: ScheduleRecord): string => (enabled ? 'ENABLED' : 'DISABLED');

function shown(schedule: ScheduleRecord): object {
  const { given, name, group, arn, createdAt, modifiedAt, start, end, timezone = 'UTC' } = schedule;
  return {
    ActionAfterCompletion: 'NONE',
    ...given,
    ScheduleExpressionTimezone: timezone,
    ...(start === undefined ? {} : { StartDate: start / 1000 }),
    ...(end === undefined ? {} : { EndDate: end / 1000 }),
    Name: name,
    GroupName: group,
    Arn: arn,
    State: stateOf(schedule),
    CreationDate: createdAt / 1000,
    LastModificationDate: modifiedAt / 1000,
  };
}

const summary = (schedule: ScheduleRecord): object => ({
  Name: schedule.name,
  GroupName: schedule.group,
  Arn: schedule.arn,
  State: stateOf(schedule),
  Target: { Arn: schedule.target.Arn },
  CreationDate: schedule.createdAt / 1000,
  LastModificationDate: schedule.modifiedAt / 1000,
});

const shownGroup = (
  { name, createdAt }: { name: string; createdAt: number },
  schedules: Schedules,
): object => ({
  Name: name,
  Arn: schedules.groupArn(name),
  State: 'ACTIVE',
  CreationDate: createdAt / 1000,
  LastModificationDate: createdAt / 1000,
});
