import { isObject } from 'page-ui/is-object.ts';
import type { CallRow, UpdateCallAccepted, UpdateCallRequest, UpdateInfo, UpdateRecord } from '#contract';

import type { Failure } from '../../server/failure.ts';
import type { ServerStage } from '../../server/server-timing.ts';

/** The function, Node or Python, that carries out an update. */
export type Via = 'node' | 'python';

/** What is to be done to a call. */
export interface Order {
  updateInfo: UpdateInfo;
  /** For PlayAudio: key of the prompt; the default prompt when absent. */
  prompt?: string;
  /** For Speak: the text. */
  text?: string;
}

/** One update that this page sent: only what the page itself knows; the rest is in the server's list. */
export interface Submission {
  key: string;
  /** Set when one click acted on a whole meeting. */
  batch?: { key: string; meetingName: string };
  /** Set when one update applies to everyone in a meeting: the calls that it concerns. */
  everyone?: { meetingName: string; transactionIds: string[] };
  request: UpdateCallRequest;
  via: Via;
  /** Milliseconds since the epoch by the page's clock, like every time in this interface. */
  clickedAt: number;
  outcome:
    | { phase: 'waiting' }
    | {
        phase: 'accepted';
        updateId: string;
        acceptedAt: number;
        answeredAt: number;
        /** How the API's time was spent. */
        stages?: ServerStage[];
        /** The last record that the server listed: its list is short, and an end must stay known. */
        record?: UpdateRecord;
      }
    | { phase: 'refused'; failure: Failure; at: number };
}

export type SubmissionEvent =
  | { kind: 'clicked'; submissions: Submission[] }
  | { kind: 'accepted'; key: string; answer: UpdateCallAccepted; stages: ServerStage[]; at: number }
  | { kind: 'refused'; key: string; failure: Failure; at: number }
  | { kind: 'listed'; records: readonly UpdateRecord[] };

/** Maximum number of submissions that the page remembers; the server itself lists 50 updates. */
export const MAX_SUBMISSIONS = 300;

/** The list after an event, the newest submission first. */
export function applyToSubmissions(
  list: readonly Submission[],
  event: SubmissionEvent,
): readonly Submission[] {
  if (event.kind === 'clicked') return withClicked(list, event.submissions);
  if (event.kind === 'listed') return withRecords(list, event.records);
  return list.map((submission) =>
    submission.key === event.key ? { ...submission, outcome: outcomeOf(event) } : submission,
  );
}

/** A submission that is sent again replaces the earlier one: an order has one line, however often it was sent. */
function withClicked(list: readonly Submission[], clicked: readonly Submission[]): readonly Submission[] {
  const keys = new Set(clicked.map(({ key }) => key));
  return [...clicked, ...list.filter(({ key }) => !keys.has(key))].slice(0, MAX_SUBMISSIONS);
}

function withRecords(list: readonly Submission[], records: readonly UpdateRecord[]): readonly Submission[] {
  const byId = new Map(records.map((record) => [record.updateId, record]));
  const byOrder = new Map(records.map((record) => [record.orderId, record]));
  let changed = false;
  const next = list.map((submission) => {
    const { outcome } = submission;
    if (outcome.phase === 'refused') {
      const { orderId } = submission.request;
      const record = orderId === undefined ? undefined : byOrder.get(orderId);
      if (!record) return submission;
      changed = true;
      return { ...submission, outcome: foundOutcome(outcome.at, record) };
    }
    const record = outcome.phase === 'accepted' ? byId.get(outcome.updateId) : undefined;
    if (outcome.phase !== 'accepted' || !record || outcome.record?.status === record.status)
      return submission;
    changed = true;
    return { ...submission, outcome: { ...outcome, record } };
  });
  return changed ? next : list;
}

/** The outcome of an update whose answer was lost: the list contains what the answer would have said. */
function foundOutcome(at: number, record: UpdateRecord): Submission['outcome'] {
  const { updateId, acceptedAt = '' } = record;
  return { phase: 'accepted', updateId, acceptedAt: Date.parse(acceptedAt), answeredAt: at, record };
}

/**
 * The request that does `order` to the call of `row`. With the same `orderId`, it is done only once however
 * often it is sent.
 */
export function requestFor(row: CallRow, order: Order, orderId: string): UpdateCallRequest {
  const { transactionId, meetingId, attendeeId, fromNumber, callId } = row;
  return { transactionId, ...order, meetingId, attendeeId, fromNumber, callId, orderId };
}

/** The request that does `order` to everyone in the meeting of `row`, by a single action of that call. */
export function requestForEveryone(row: CallRow, order: Order, orderId: string): UpdateCallRequest {
  const { transactionId, meetingId } = row;
  return { transactionId, ...order, meetingId, everyone: true, orderId };
}

/** True for updates that the service can apply to many attendees at once, so that one request is enough. */
export function isDoneAtOnce({ updateInfo }: Order): boolean {
  return updateInfo === 'MuteAttendee' || updateInfo === 'UnmuteAttendee';
}

/** The submissions that were kept during a sign-in. A request that was still waiting is marked: its answer was lost. */
export function restoreSubmissions(kept: readonly Submission[]): readonly Submission[] {
  return kept.map((submission) => {
    if (submission.outcome.phase !== 'waiting') return submission;
    const failure: Failure = {
      kind: 'timeout',
      status: 0,
      message: 'The page was left before the answer came.',
    };
    return { ...submission, outcome: { phase: 'refused', failure, at: submission.clickedAt } };
  });
}

/** True for a list that `applyToSubmissions` could have made (a page of another version may have kept it). */
export function areSubmissions(value: unknown): value is Submission[] {
  return (
    Array.isArray(value) &&
    value.every(
      (one) =>
        isObject(one) &&
        typeof one.key === 'string' &&
        typeof one.clickedAt === 'number' &&
        isObject(one.request) &&
        isObject(one.outcome) &&
        typeof one.outcome.phase === 'string',
    )
  );
}

function outcomeOf(event: Extract<SubmissionEvent, { key: string }>): Submission['outcome'] {
  if (event.kind === 'refused') return { phase: 'refused', failure: event.failure, at: event.at };
  return {
    phase: 'accepted',
    updateId: event.answer.updateId,
    acceptedAt: Date.parse(event.answer.acceptedAt),
    answeredAt: event.at,
    ...(event.stages.length > 0 ? { stages: event.stages } : {}),
  };
}
