/** What the handler knows about a call between invocations: TransactionAttributes and nothing else. */
import type { ExpectedReport } from './expected-reports.ts';

/** `pin`: before a correct PIN. `joining`, `joined`: in the meeting. `ending`: a last prompt, then the hang-up. */
export type Phase = 'pin' | 'joining' | 'joined' | 'ending';

export interface CallState {
  phase: Phase;
  /** Tries at a PIN that have failed. */
  tries: number;
  /** How often it had to wait for a try because more PINs are being tried than are checked. */
  waits: number;
  meetingId?: string;
  attendeeId?: string;
  /** Whether this call holds its number's line in the meeting. */
  holdsLine: boolean;
  expected: ExpectedReport[];
  /** Updates that asked to end the call. */
  disconnects: string[];
  /** Updates that were carried out in the last moments, whatever their outcome: see `update-requested.ts`. */
  recent: string[];
}

export const NEW_CALL: CallState = {
  phase: 'pin',
  tries: 0,
  waits: 0,
  holdsLine: false,
  expected: [],
  disconnects: [],
  recent: [],
};

const PHASES: readonly string[] = ['pin', 'joining', 'joined', 'ending'];

export function readState(attributes: Record<string, string> | undefined): CallState {
  if (!attributes) return NEW_CALL;
  const { phase, tries, waits, meetingId, attendeeId, holdsLine, expected, disconnects, recent } = attributes;
  return {
    phase: isPhase(phase) ? phase : 'pin',
    tries: Number(tries ?? 0) || 0,
    waits: Number(waits ?? 0) || 0,
    ...(meetingId ? { meetingId } : {}),
    ...(attendeeId ? { attendeeId } : {}),
    holdsLine: holdsLine === 'yes',
    expected: expected ? expected.split(' ').map(readReport) : [],
    disconnects: disconnects ? disconnects.split(' ') : [],
    recent: recent ? recent.split(' ') : [],
  };
}

export function writeState(state: CallState): Record<string, string> {
  return {
    phase: state.phase,
    tries: String(state.tries),
    ...(state.waits > 0 ? { waits: String(state.waits) } : {}),
    ...(state.meetingId ? { meetingId: state.meetingId } : {}),
    ...(state.attendeeId ? { attendeeId: state.attendeeId } : {}),
    ...(state.holdsLine ? { holdsLine: 'yes' } : {}),
    ...(state.expected.length > 0 ? { expected: state.expected.map(writeReport).join(' ') } : {}),
    ...(state.disconnects.length > 0 ? { disconnects: state.disconnects.join(' ') } : {}),
    ...(state.recent.length > 0 ? { recent: state.recent.join(' ') } : {}),
  };
}

function isPhase(text: string | undefined): text is Phase {
  return text !== undefined && PHASES.includes(text);
}

/**
 * `type:print:updateId:stopped`, followed by `:at:updateInfo` when it was seen, or by `:::key`; none of the
 * parts contains a colon or a space.
 */
function writeReport({ type, print, updateId, stopped, seen, key }: ExpectedReport): string {
  const written = [type, print, updateId ?? '', stopped ? 'x' : ''];
  if (seen) written.push(String(seen.at), seen.updateInfo);
  if (key !== undefined) written.push('', '', key);
  return written.join(':');
}

function readReport(text: string): ExpectedReport {
  const [type = '', print = '', updateId, stopped, at, updateInfo, key] = text.split(':');
  return {
    type,
    print,
    ...(updateId ? { updateId } : {}),
    ...(stopped ? { stopped: true } : {}),
    ...(key ? { key } : {}),
    ...(at && updateInfo ? { seen: { at: Number(at), updateInfo } } : {}),
  };
}
