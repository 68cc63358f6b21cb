import { ApiError } from '../rest/api-error.ts';
import { type JsonInput, type JsonOperation, textOf } from '../rest/json-service.ts';
import { type Page, pageOf } from '../rest/paging.ts';
import type { LogEvent } from './log-events.ts';
import type { LogGroups } from './log-groups.ts';

/**
 * Maximum number of events per page, and of characters in their messages. API reference, GetLogEvents and
 * FilterLogEvents: 10,000, in 1 MB.
 */
const PAGE = 10_000;
const PAGE_CHARACTERS = 1_048_576;
/** Maximum number of streams per page. API reference, DescribeLogStreams. */
const STREAM_PAGE = 50;
/** The sequence token for a stream's next event. AWS no longer checks it. API reference, PutLogEvents. */
const SEQUENCE_TOKEN = '1';

/** The operations that write and read log events. */
export function eventOperations(logGroups: LogGroups): Record<string, JsonOperation> {
  const eventsOf = (input: JsonInput): readonly LogEvent[] =>
    logGroups.eventsOf(textOf(input, 'logGroupName'));
  return {
    CreateLogStream(input) {
      eventsOf(input);
      return {};
    },
    PutLogEvents(input) {
      eventsOf(input);
      const [group, stream] = [textOf(input, 'logGroupName'), textOf(input, 'logStreamName')];
      for (const { message, timestamp } of (input.logEvents ?? []) as {
        message: string;
        timestamp: number;
      }[]) {
        logGroups.events.add(group, stream, String(message), Number(timestamp));
      }
      return { nextSequenceToken: SEQUENCE_TOKEN };
    },
    DescribeLogStreams: (input) => describeStreams(eventsOf(input), input),
    GetLogEvents: (input) => getEvents(eventsOf(input), input),
    FilterLogEvents(input) {
      const streams = input.logStreamNames as string[] | undefined;
      const matches = filterOf(input.filterPattern);
      const found = eventsOf(input).filter(
        (event) =>
          isWithin(event, input) && (streams?.includes(event.logStream) ?? true) && matches(event.message),
      );
      const { limit = PAGE, nextToken: token } = input;
      const { items, nextToken } = pageOfEvents(found, Number(limit), token as string | undefined);
      return {
        events: items.map(({ logStream, timestamp, ingestedAt, message, id }) => ({
          logStreamName: logStream,
          timestamp,
          message,
          ingestionTime: ingestedAt,
          eventId: String(id),
        })),
        searchedLogStreams: [],
        ...(nextToken ? { nextToken } : {}),
      };
    },
  };
}

function getEvents(all: readonly LogEvent[], input: JsonInput): object {
  const stream = textOf(input, 'logStreamName');
  const found = all.filter((event) => event.logStream === stream && isWithin(event, input));
  const { limit = PAGE, startFromHead = false, nextToken } = input;
  const last = startFromHead || nextToken ? found : found.slice(-Number(limit));
  const events = last === found ? found : last.slice(-fitting(last.toReversed()));
  const page = pageOfEvents(events, Number(limit), nextToken as string | undefined);
  const { items, nextToken: next = nextToken ?? '' } = page;
  return {
    events: items.map(({ timestamp, ingestedAt, message }) => ({
      timestamp,
      message,
      ingestionTime: ingestedAt,
    })),
    nextForwardToken: next,
    nextBackwardToken: next,
  };
}

/** A fixed-width key, so that the keys sort in the same order as the ids. */
const keyOf = ({ id }: LogEvent): string => String(id).padStart(16, '0');

/** How many of these events fit on a page; at least one. */
function fitting(events: readonly LogEvent[]): number {
  let characters = 0;
  const beyond = events.findIndex(({ message }) => {
    characters += message.length;
    return characters > PAGE_CHARACTERS;
  });
  return beyond < 0 ? events.length : Math.max(1, beyond);
}

function pageOfEvents(events: readonly LogEvent[], limit: number, token: string | undefined): Page<LogEvent> {
  const page = pageOf(events, keyOf, limit, token);
  const count = fitting(page.items);
  return count < page.items.length ? pageOf(events, keyOf, count, token) : page;
}

function isWithin({ timestamp }: LogEvent, { startTime, endTime }: JsonInput): boolean {
  return timestamp >= Number(startTime ?? 0) && timestamp < Number(endTime ?? Number.POSITIVE_INFINITY);
}

/**
 * A filter of terms, all of which must occur; a quoted phrase is one term. CloudWatch Logs user guide,
 * "Filter pattern syntax".
 */
function filterOf(pattern: unknown): (message: string) => boolean {
  const text = typeof pattern === 'string' ? pattern.trim() : '';
  if (/^[{[%]|(^|\s)[?-]/.test(text)) {
    const message = `Of filter patterns only terms are served here, not ${JSON.stringify(text)}`;
    throw new ApiError(400, 'InvalidParameterException', message);
  }
  const terms = [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, phrase, term]) => phrase ?? term ?? '');
  return (message) => terms.every((term) => message.includes(term));
}

/** Digits of a stream's place in a list, so that places sort as texts. Ours. */
const RANK_DIGITS = 9;

function describeStreams(events: readonly LogEvent[], input: JsonInput): object {
  const { logStreamNamePrefix: prefix = '', limit = STREAM_PAGE, nextToken: token, orderBy } = input;
  const byTime = orderBy === 'LastEventTime';
  if (byTime && prefix !== '') {
    const message = 'Cannot order by LastEventTime with a logStreamNamePrefix.';
    throw new ApiError(400, 'InvalidParameterException', message);
  }
  const streams = new Map<string, { first: LogEvent; last: LogEvent }>();
  for (const event of events) {
    const known = streams.get(event.logStream);
    if (known) known.last = event;
    else streams.set(event.logStream, { first: event, last: event });
  }
  const found = [...streams].filter(([name]) => name.startsWith(String(prefix)));
  const order = input.descending === true ? -1 : 1;
  found.sort(([a, one], [b, other]) => {
    const later = byTime ? one.last.timestamp - other.last.timestamp : 0;
    return order * (later || (a < b ? -1 : 1));
  });
  // Pages are cut in this order, not in that of the names.
  const rank = ([place]: [number, unknown]): string => String(place).padStart(RANK_DIGITS, '0');
  const { items, nextToken } = pageOf([...found.entries()], rank, Number(limit), token as string | undefined);
  return {
    logStreams: items.map(([, [logStreamName, { first, last }]]) => ({
      logStreamName,
      creationTime: first.ingestedAt,
      firstEventTimestamp: first.timestamp,
      lastEventTimestamp: last.timestamp,
      lastIngestionTime: last.ingestedAt,
      uploadSequenceToken: SEQUENCE_TOKEN,
    })),
    ...(nextToken ? { nextToken } : {}),
  };
}
