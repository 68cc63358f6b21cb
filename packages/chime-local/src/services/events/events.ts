/** Amazon EventBridge: the API of the event buses. */
import type { AwsService } from '../ports.ts';
import { ApiError } from '../rest/api-error.ts';
import { createJsonService, type JsonInput, type JsonOperation, textOf } from '../rest/json-service.ts';
import { readJson } from '../rest/json-text.ts';
import { objectList, optionalText, textList } from '../rest/members.ts';
import { type EventBuses, invalid, type RuleRecord, readPattern, type TargetRecord } from './buses.ts';
import { fitsPattern } from './pattern.ts';

/** Maximum total number of characters of the entries in a PutEvents request. API reference: 256 KB. */
const MAX_ENTRIES_LENGTH = 262_144;

export function createEvents({ buses }: { buses: EventBuses }): AwsService {
  const service = createJsonService(
    'EventBridge',
    ['events'],
    { ...ruleOperations(buses), ...busOperations(buses), ...eventOperations(buses) },
    ({ Entries }) =>
      Array.isArray(Entries)
        ? [
            ...new Set(
              Entries.map((entry: JsonInput) => buses.busArn(String(entry?.EventBusName ?? 'default'))),
            ),
          ]
        : [],
  );
  return {
    ...service,
    async close() {
      buses.close();
    },
  };
}

function eventOperations(buses: EventBuses): Record<string, JsonOperation> {
  return {
    PutEvents(input) {
      const entries = objectList(input, 'Entries');
      if (entries.length === 0) throw invalid('Entries holds 1 to 10 events, not 0');
      const length = entries.reduce((sum, { Detail }) => sum + String(Detail ?? '').length, 0);
      if (length > MAX_ENTRIES_LENGTH)
        throw invalid('Total size of the entries in the request is over the limit.');
      const outcomes = entries.map((entry) => putOne(buses, entry));
      return { FailedEntryCount: outcomes.filter((one) => 'ErrorCode' in one).length, Entries: outcomes };
    },
    TestEventPattern(input) {
      const event = readEvent(textOf(input, 'Event'));
      return { Result: fitsPattern(readPattern(textOf(input, 'EventPattern')), event) };
    },
  };
}

/** Parses an event. @throws ApiError InvalidEventPatternException */
function readEvent(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    throw new ApiError(400, 'InvalidEventPatternException', 'Event is not valid JSON.');
  }
}

function putOne(buses: EventBuses, entry: JsonInput): object {
  const missing = ['Source', 'DetailType', 'Detail'].find((member) => typeof entry[member] !== 'string');
  if (missing) {
    const ErrorMessage = `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`;
    return { ErrorCode: 'InvalidArgument', ErrorMessage };
  }
  let detail: unknown;
  try {
    detail = readJson(String(entry.Detail));
  } catch {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  const time = typeof entry.Time === 'number' ? new Date(entry.Time * 1000) : undefined;
  if (time && Number.isNaN(time.getTime())) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter Time is not valid.' };
  }
  const event = {
    source: String(entry.Source),
    'detail-type': String(entry.DetailType),
    detail,
    resources: textList(entry, 'Resources'),
    ...(time ? { time: `${time.toISOString().slice(0, 19)}Z` } : {}),
  };
  try {
    return { EventId: buses.put(event, optionalText(entry, 'EventBusName')) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ErrorCode: error.code, ErrorMessage: error.message };
  }
}

function ruleOperations(buses: EventBuses): Record<string, JsonOperation> {
  const named = (input: JsonInput, member = 'Name'): [string, string | undefined] => [
    textOf(input, member),
    optionalText(input, 'EventBusName'),
  ];
  const enable = (enabled: boolean): JsonOperation => {
    return (input) => {
      const [name, bus] = named(input);
      buses.setEnabled(name, bus, enabled);
      return {};
    };
  };
  return {
    PutRule(input) {
      const rule = buses.putRule({
        name: textOf(input, 'Name'),
        bus: optionalText(input, 'EventBusName') ?? 'default',
        pattern: optionalText(input, 'EventPattern'),
        schedule: optionalText(input, 'ScheduleExpression'),
        description: optionalText(input, 'Description'),
        enabled: input.State !== 'DISABLED',
      });
      return { RuleArn: rule.arn };
    },
    DescribeRule(input) {
      const [name, bus] = named(input);
      return showRule(buses.rule(name, bus));
    },
    ListRules(input) {
      const prefix = optionalText(input, 'NamePrefix') ?? '';
      const listed = buses.rules(optionalText(input, 'EventBusName'));
      return { Rules: listed.filter(({ name }) => name.startsWith(prefix)).map(showRule) };
    },
    DeleteRule(input) {
      const [name, bus] = named(input);
      buses.deleteRule(name, bus);
      return {};
    },
    EnableRule: enable(true),
    DisableRule: enable(false),
    PutTargets(input) {
      const [name, bus] = named(input, 'Rule');
      buses.putTargets(name, bus, objectList(input, 'Targets'));
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets(input) {
      const [name, bus] = named(input, 'Rule');
      buses.removeTargets(name, bus, textList(input, 'Ids'));
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule(input) {
      const [name, bus] = named(input, 'Rule');
      return { Targets: buses.rule(name, bus).targets.map(showTarget) };
    },
    ListTagsForResource: () => ({ Tags: [] }),
    TagResource: () => ({}),
    UntagResource: () => ({}),
  };
}

function busOperations(buses: EventBuses): Record<string, JsonOperation> {
  return {
    CreateEventBus(input) {
      const name = textOf(input, 'Name');
      buses.createBus(name);
      return { EventBusArn: buses.busArn(name) };
    },
    DeleteEventBus(input) {
      buses.deleteBus(textOf(input, 'Name'));
      return {};
    },
    DescribeEventBus(input) {
      const name = optionalText(input, 'Name') ?? 'default';
      if (!buses.hasBus(name)) {
        throw new ApiError(400, 'ResourceNotFoundException', `Event bus ${name} does not exist.`);
      }
      return { Name: name, Arn: buses.busArn(name) };
    },
    ListEventBuses: () => ({ EventBuses: buses.buses().map((Name) => ({ Name, Arn: buses.busArn(Name) })) }),
  };
}

function showTarget({ id, arn, input, inputPath, transformer }: TargetRecord): object {
  return {
    Id: id,
    Arn: arn,
    Input: input,
    InputPath: inputPath,
    InputTransformer: transformer && {
      InputPathsMap: transformer.paths,
      InputTemplate: transformer.template,
    },
  };
}

function showRule({ name, arn, bus, pattern, schedule, description, enabled }: RuleRecord): object {
  return {
    Name: name,
    Arn: arn,
    EventPattern: pattern,
    ScheduleExpression: schedule,
    State: enabled ? 'ENABLED' : 'DISABLED',
    Description: description,
    EventBusName: bus,
  };
}
