/**
 * Which report belongs to which update.
 *
 * The service reports an action by its type and parameters only. So with each response we note, in order, the
 * actions that will report ("expected reports"); the notes travel in TransactionAttributes. The rules are the
 * service's own (DG: invoke-on-call-leg, update-sip-call):
 *
 * - a response with actions replaces what has not started; the action in progress goes on;
 * - when the response answers an update, an action in progress that can be interrupted stops at once and
 *   reports ACTION_INTERRUPTED. Its report may still arrive after a further update: it is marked `stopped`;
 * - an action reports its success at once, or only when nothing waits behind it, by its type;
 * - a failure drops everything behind it;
 * - reports come in the order in which the actions ran.
 */
import type { Action } from 'pstn-audio';

/** Reports as soon as it has succeeded. */
const REPORTS_AT_ONCE = new Set(['JoinChimeMeeting', 'ModifyChimeMeetingAttendees', 'PlayAudioAndGetDigits']);
/** Stopped by the answer to an update. */
const INTERRUPTIBLE = new Set(['PlayAudio', 'Speak', 'Pause', 'RecordAudio']);

/** That the handler has seen an update: written down with the update's outcome, so that the call need not wait for it. */
export interface SeenNote {
  /** Milliseconds since the epoch. */
  at: number;
  updateInfo: string;
}

/** An action on its way to the service, and the update that it carries out, or the caller's key (else the call's own). */
export interface Issued {
  action: Action;
  updateId?: string;
  /** Of the meeting menu, for example `*5`. */
  key?: string;
  seen?: SeenNote;
}

export interface ExpectedReport {
  type: string;
  /** Tells actions of one type apart. */
  print: string;
  updateId?: string;
  key?: string;
  /** Interrupted; its report is on the way. */
  stopped?: true;
  seen?: SeenNote;
}

export type ReportKind = 'succeeded' | 'failed' | 'interrupted';

/** An update whose fate is known from what happened to others. */
export interface Settled {
  updateId: string;
  outcome: 'done' | 'interrupted' | 'dropped';
  seen?: SeenNote;
}

/** Notes a response. `settled` are the updates that will now never run. */
export function expectReports(
  expected: readonly ExpectedReport[],
  issued: readonly Issued[],
  answers: 'update' | 'other',
): { expected: ExpectedReport[]; settled: Settled[] } {
  if (issued.length === 0) return { expected: [...expected], settled: [] };
  const running = expected.findIndex((report) => !report.stopped);
  const kept = running === -1 ? [...expected] : expected.slice(0, running + 1);
  const replaced = running === -1 ? [] : expected.slice(running + 1);
  const current = running === -1 ? undefined : kept[running];
  if (answers === 'update' && current && INTERRUPTIBLE.has(current.type)) {
    kept[running] = { ...current, stopped: true };
  }
  // An update whose first action runs is not lost with the prompt that was to confirm it.
  const alive = new Set(kept.map(({ updateId }) => updateId));
  const lost = new Map(replaced.map((report) => [report.updateId, report]));
  const settled = [...lost.values()].flatMap((report) =>
    alive.has(report.updateId) ? [] : settle(report, 'interrupted'),
  );
  return { expected: [...kept, ...reporting(issued)], settled };
}

/**
 * The caller's keys whose actions have not started: they would be lost with the next response that has actions, so it has
 * them again. Of an update that is lost so its operator is told; a caller would only find that a key does nothing.
 */
export function waitingKeys(expected: readonly ExpectedReport[]): string[] {
  const running = expected.findIndex((report) => !report.stopped);
  const waiting = running === -1 ? [] : expected.slice(running + 1);
  // Of a key that was pressed several times the last press counts.
  return [...new Set(waiting.flatMap(({ key }) => key ?? []).reverse())].reverse();
}

/** Takes a report. `match` is what it is about; undefined when nothing of the kind was expected. */
export function takeReport(
  expected: readonly ExpectedReport[],
  kind: ReportKind,
  type: string,
  parameters: Record<string, unknown>,
): { expected: ExpectedReport[]; match: ExpectedReport | undefined; settled: Settled[] } {
  const print = fingerprint(type, parameters);
  const index = expected.findIndex(
    (report) => report.type === type && report.print === print && (kind !== 'interrupted' || report.stopped),
  );
  const match = expected[index];
  if (!match) return { expected: [...expected], match: undefined, settled: [] };
  // Reports come in order: what stands before this one has ended without a word of its own.
  const before = expected.slice(0, index).flatMap((report): Settled[] => {
    if (report.updateId === undefined || report.updateId === match.updateId) return [];
    return settle(report, report.stopped ? 'interrupted' : 'done');
  });
  const behind = expected.slice(index + 1);
  if (kind !== 'failed') return { expected: behind, match, settled: before };
  // What was stopped before had failed too late to matter: the new list had already begun.
  if (match.stopped) return { expected: behind, match, settled: before };
  const dropped = behind.flatMap((report) =>
    report.updateId === match.updateId ? [] : settle(report, 'dropped'),
  );
  return { expected: [], match, settled: [...before, ...dropped] };
}

/** The update whose report it was, if it was one's. */
function settle({ updateId, seen }: ExpectedReport, outcome: Settled['outcome']): Settled[] {
  return updateId === undefined ? [] : [{ updateId, outcome, ...(seen ? { seen } : {}) }];
}

/** The actions of a list that report when all goes well. */
function reporting(issued: readonly Issued[]): ExpectedReport[] {
  return issued
    .filter(({ action }, index) => REPORTS_AT_ONCE.has(action.Type) || index === issued.length - 1)
    .filter(({ action }) => action.Type !== 'Hangup')
    .map(({ action, updateId, key, seen }) => ({
      type: action.Type,
      print: fingerprint(action.Type, action.Parameters ?? {}),
      ...(updateId === undefined ? {} : { updateId }),
      ...(key === undefined ? {} : { key }),
      ...(seen ? { seen } : {}),
    }));
}

/** What the service echoes unchanged and what sets actions of one type apart, in eight characters. */
function fingerprint(type: string, parameters: Record<string, unknown>): string {
  if (type === 'PlayAudio') return hash(keyOf(parameters.AudioSource));
  if (type === 'Speak') return hash(String(parameters.Text));
  if (type === 'ModifyChimeMeetingAttendees') {
    return hash(`${String(parameters.Operation)} ${String(parameters.AttendeeList)}`);
  }
  return '';
}

function keyOf(audioSource: unknown): string {
  if (typeof audioSource !== 'object' || audioSource === null || !('Key' in audioSource)) return '';
  return String(audioSource.Key);
}

/** FNV-1a, 32 bits: short, and the same in every process. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(16).padStart(8, '0');
}
