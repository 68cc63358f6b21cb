import type { UpdateRecord } from '#contract';
import type { Failure } from '../../server/failure.ts';
import type { ServerStage } from '../../server/server-timing.ts';
import type { Submission, Via } from './submission.ts';

/** The status of an update. `sending`: no answer yet. `refused`: the API did not accept it. */
export type LineStatus = 'sending' | 'refused' | UpdateRecord['status'];

/** One step in the history of an update. */
export interface Step {
  name: 'clicked' | 'accepted' | 'seen' | 'done' | 'failed' | 'interrupted' | 'refused';
  /** Milliseconds since the epoch, by the page's clock. */
  at: number;
  /** Milliseconds since the first step. */
  after: number;
}

/** An update as the page shows it. */
export interface UpdateLine {
  key: string;
  updateInfo: string;
  /** The prompt or text, if this page knows it. */
  detail?: string;
  transactionId: string;
  fromNumber?: string;
  /** Set for an update of everyone in a meeting: the meeting's name, empty when this page does not know it. */
  everyoneIn?: string;
  /** The calls that it concerns, if they are not just that of `transactionId`. */
  concerns?: string[];
  via: Via;
  status: LineStatus;
  steps: Step[];
  /** How the API's time was spent, for an update of this page. */
  stages?: ServerStage[];
  /** Why it failed or what interrupted it. */
  reason?: string;
  failure?: Failure;
  /** Set for an update of this page. */
  submission?: Submission;
  /** Accepted, but no longer in the server's list: nothing more will become known. */
  unlisted: boolean;
  startedAt: number;
}

/** Milliseconds for which an update that was just accepted may be missing from the server's list. */
const LISTING_MS = 5000;
/** Milliseconds for which an update is shown; the server lists none that are older. */
const SHOWN_MS = 3_600_000;

/**
 * All updates, the newest first: those of this page combined with what the server says about them, and those
 * of others.
 *
 * @param receivedAt when `records` arrived, by the page's clock
 * @param numbers the numbers of the current calls, by transaction: a script need not name the caller of its
 * update
 * @param clockAhead milliseconds by which the page's clock is ahead of the server's
 */
export function updateLines(
  submissions: readonly Submission[],
  records: readonly UpdateRecord[],
  receivedAt: number,
  numbers: ReadonlyMap<string, string> = new Map(),
  clockAhead = 0,
): UpdateLine[] {
  const byId = new Map(records.map((record) => [record.updateId, record]));
  const recent = submissions.filter((submission) => submission.clickedAt > receivedAt - SHOWN_MS);
  const own = recent.map((submission) => {
    const { outcome } = submission;
    if (outcome.phase !== 'accepted') return lineOfUnaccepted(submission);
    const record = byId.get(outcome.updateId) ?? outcome.record;
    byId.delete(outcome.updateId);
    return lineOfAccepted(submission, outcome, record, receivedAt);
  });
  const others = [...byId.values()].map((record) => lineOfOther(record, numbers, clockAhead));
  return [...own, ...others].sort((a, b) => b.startedAt - a.startedAt);
}

/** True while further steps are to come. */
export function isUnderWay(line: UpdateLine): boolean {
  return (
    line.status === 'sending' || (!line.unlisted && (line.status === 'accepted' || line.status === 'seen'))
  );
}

/** The newest unfinished update of each call, by transaction. */
export function underWayByCall(lines: readonly UpdateLine[]): Map<string, UpdateLine> {
  return newestByCall(lines.filter(isUnderWay));
}

/**
 * Progress of the newest click on that whole meeting: how many of its updates were answered; undefined when
 * all were.
 */
export function progressIn(
  lines: readonly UpdateLine[],
  meetingName: string,
): { updateInfo: string; sent: number; all: number } | undefined {
  const newest = lines.find(({ submission }) => submission?.batch?.meetingName === meetingName);
  const key = newest?.submission?.batch?.key;
  if (!newest || key === undefined) return undefined;
  const batch = lines.filter(({ submission }) => submission?.batch?.key === key);
  const sent = batch.filter(({ status }) => status !== 'sending').length;
  return sent === batch.length ? undefined : { updateInfo: newest.updateInfo, sent, all: batch.length };
}

/** Milliseconds for which a failure is shown in the caller's row and in the toast. */
const FAILURE_SHOWN_MS = 60_000;

/** True if the update failed or its outcome is unknown. */
const isFailed = ({ status }: UpdateLine): boolean => status === 'failed' || status === 'refused';

/** When the update reached its present status: milliseconds since the epoch, by the page's clock. */
export const lastStepAt = (line: UpdateLine): number => line.steps.at(-1)?.at ?? line.startedAt;

/** The newest update of each call if it was not carried out, until a later one is given or a minute has passed. */
export function failedByCall(lines: readonly UpdateLine[], now: number): Map<string, UpdateLine> {
  return new Map(
    [...newestByCall(lines)].filter(
      ([, line]) => isFailed(line) && now - lastStepAt(line) < FAILURE_SHOWN_MS,
    ),
  );
}

/** The newest update of each call; an update for everyone counts for each of their calls. */
function newestByCall(lines: readonly UpdateLine[]): Map<string, UpdateLine> {
  const newest = new Map<string, UpdateLine>();
  for (const line of lines)
    for (const id of line.concerns ?? [line.transactionId]) if (!newest.has(id)) newest.set(id, line);
  return newest;
}

/** This page's newest failure that no later update of the call has superseded; shown for a minute. */
export function newestFailure(lines: readonly UpdateLine[], now: number): UpdateLine | undefined {
  const failures = [...failedByCall(lines, now).values()].filter(({ submission }) => submission);
  return failures.sort((a, b) => lastStepAt(b) - lastStepAt(a))[0];
}

function lineOfUnaccepted(submission: Submission): UpdateLine {
  const { outcome, clickedAt } = submission;
  const steps: Step[] = [{ name: 'clicked', at: clickedAt, after: 0 }];
  if (outcome.phase === 'refused')
    steps.push({ name: 'refused', at: outcome.at, after: outcome.at - clickedAt });
  return {
    ...partsOf(submission),
    status: outcome.phase === 'refused' ? 'refused' : 'sending',
    steps,
    ...(outcome.phase === 'refused' ? { failure: outcome.failure } : {}),
    unlisted: false,
  };
}

function lineOfAccepted(
  submission: Submission,
  accepted: { updateId: string; acceptedAt: number; answeredAt: number; stages?: ServerStage[] },
  record: UpdateRecord | undefined,
  receivedAt: number,
): UpdateLine {
  const { clickedAt } = submission;
  const shift = clockShift(accepted.acceptedAt, clickedAt, accepted.answeredAt);
  const acceptedAt = accepted.acceptedAt + shift;
  const steps: Step[] = [
    { name: 'clicked', at: clickedAt, after: 0 },
    { name: 'accepted', at: acceptedAt, after: acceptedAt - clickedAt },
    ...laterSteps(record, shift, clickedAt),
  ];
  return {
    ...partsOf(submission),
    status: record?.status ?? 'accepted',
    steps,
    ...(accepted.stages === undefined ? {} : { stages: accepted.stages }),
    ...(record?.reason === undefined ? {} : { reason: record.reason }),
    unlisted: record === undefined && receivedAt > accepted.answeredAt + LISTING_MS,
  };
}

function lineOfOther(
  record: UpdateRecord,
  numbers: ReadonlyMap<string, string>,
  clockAhead: number,
): UpdateLine {
  const fromNumber = record.fromNumber ?? numbers.get(record.transactionId);
  const accepted = timeOf(record.acceptedAt);
  const startedAt = (accepted ?? timeOf(record.seenAt) ?? timeOf(record.endedAt) ?? 0) + clockAhead;
  return {
    key: record.updateId,
    updateInfo: record.updateInfo,
    transactionId: record.transactionId,
    ...(fromNumber === undefined ? {} : { fromNumber }),
    ...(record.everyone === undefined ? {} : { everyoneIn: '' }),
    via: record.via,
    status: record.status,
    steps: [
      ...(accepted === undefined ? [] : [{ name: 'accepted' as const, at: startedAt, after: 0 }]),
      ...laterSteps(record, clockAhead, startedAt),
    ],
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    unlisted: false,
    startedAt,
  };
}

function laterSteps(record: UpdateRecord | undefined, shift: number, since: number): Step[] {
  const steps: Step[] = [];
  const add = (name: Step['name'], time: string | undefined) => {
    const at = timeOf(time);
    if (at !== undefined) steps.push({ name, at: at + shift, after: at + shift - since });
  };
  add('seen', record?.seenAt);
  if (record?.status === 'done' || record?.status === 'failed' || record?.status === 'interrupted')
    add(record.status, record.endedAt);
  return steps;
}

/**
 * The shift that converts the server's times to the page's clock. The API accepted the update after the click
 * and before its answer arrived: the smallest shift that makes this true is added to all of the server's
 * times.
 */
function clockShift(acceptedAt: number, clickedAt: number, answeredAt: number): number {
  if (acceptedAt < clickedAt) return clickedAt - acceptedAt;
  if (acceptedAt > answeredAt) return answeredAt - acceptedAt;
  return 0;
}

function partsOf(submission: Submission) {
  const { request } = submission;
  const detail = request.updateInfo === 'Speak' ? request.text : request.prompt;
  return {
    key: submission.key,
    updateInfo: request.updateInfo,
    ...(detail === undefined ? {} : { detail }),
    transactionId: request.transactionId,
    ...(request.fromNumber === undefined ? {} : { fromNumber: request.fromNumber }),
    ...(submission.everyone
      ? { everyoneIn: submission.everyone.meetingName, concerns: submission.everyone.transactionIds }
      : {}),
    via: submission.via,
    submission,
    startedAt: submission.clickedAt,
  };
}

function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
