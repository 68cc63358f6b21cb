/**
 * Matches reports to updates.
 *
 * The service reports an action by its type and parameters only. So with each response we note, in order, the
 * actions that will report ("expected reports"); the notes travel in TransactionAttributes. The rules are the
 * service's own (DG: invoke-on-call-leg, update-sip-call):
 *
 * - a response with actions replaces what has not started; the action in progress continues;
 * - when the response answers an update, an action in progress that can be interrupted stops at once and
 *   reports ACTION_INTERRUPTED. Its report may still arrive after a further update: it is marked `stopped`;
 * - depending on its type, an action reports its success at once, or only when nothing waits behind it;
 * - a failure drops everything behind it;
 * - reports arrive in the order in which the actions ran.
 */
import type { Action } from 'pstn-audio';

/** Actions that report as soon as they have succeeded. */
const REPORTS_AT_ONCE = new Set(['JoinChimeMeeting', 'ModifyChimeMeetingAttendees', 'PlayAudioAndGetDigits']);
/** Actions that are stopped by the answer to an update. */
const INTERRUPTIBLE = new Set(['PlayAudio', 'Speak', 'Pause', 'RecordAudio']);

/**
 * When the handler saw an update; recorded together with the update's outcome, so that the call need not wait
 * for it.
 */
export interface SeenNote {
  /** Milliseconds since the epoch. */
  at: number;
  updateInfo: string;
}

/**
 * An action on its way to the service, and the update or caller's key that it carries out (neither: the
 * call's own action).
 */
export interface Issued {
  action: Action;
  updateId?: string;
  /** A key combination of the meeting menu, for example `*5`. */
  key?: string;
  seen?: SeenNote;
}

export interface ExpectedReport {
  type: string;
  /** Distinguishes actions of one type. */
  print: string;
  updateId?: string;
  key?: string;
  /** The action was interrupted; its report is on the way. */
  stopped?: true;
  seen?: SeenNote;
}

export type ReportKind = 'succeeded' | 'failed' | 'interrupted';

/** An update whose outcome follows from what happened to other actions. */
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
  // An update whose first action runs is not lost together with the prompt that was to confirm it.
  const alive = new Set(kept.map(({ updateId }) => updateId));
  const lost = new Map(replaced.map((report) => [report.updateId, report]));
  const settled = [...lost.values()].flatMap((report) =>
    alive.has(report.updateId) ? [] : settle(report, 'interrupted'),
  );
  return { expected: [...kept, ...reporting(issued)], settled };
}

/**
 * The caller's keys whose actions have not started. The next response with actions would drop them, so that
 * response repeats them. When an update is lost in this way its operator is told; a caller would only find
 * that a key does nothing.
 */
export function waitingKeys(expected: readonly ExpectedReport[]): string[] {
  const running = expected.findIndex((report) => !report.stopped);
  const waiting = running === -1 ? [] : expected.slice(running + 1);
  // Of a key that was pressed several times, the last press counts.
  return [...new Set(waiting.flatMap(({ key }) => key ?? []).reverse())].reverse();
}

/** Takes a report. `match` is the expected report that it belongs to; undefined when none was expected. */
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
  // Reports arrive in order: expected ones before this one have ended without reporting.
  const before = expected.slice(0, index).flatMap((report): Settled[] => {
    if (report.updateId === undefined || report.updateId === match.updateId) return [];
    return settle(report, report.stopped ? 'interrupted' : 'done');
  });
  const behind = expected.slice(index + 1);
  if (kind !== 'failed') return { expected: behind, match, settled: before };
  // The failed action had already been stopped, and the new list of actions had begun, so nothing is dropped.
  if (match.stopped) return { expected: behind, match, settled: before };
  const dropped = behind.flatMap((report) =>
    report.updateId === match.updateId ? [] : settle(report, 'dropped'),
  );
  return { expected: [], match, settled: [...before, ...dropped] };
}

/** The outcome of the update that the report belongs to, if it belongs to one. */
function settle({ updateId, seen }: ExpectedReport, outcome: Settled['outcome']): Settled[] {
  return updateId === undefined ? [] : [{ updateId, outcome, ...(seen ? { seen } : {}) }];
}

/** The actions of a list that will report if all goes well. */
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

/**
 * A fingerprint, in eight characters, of what the service echoes unchanged and what distinguishes actions of
 * one type.
 */
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
