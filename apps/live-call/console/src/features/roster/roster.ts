import { type BrowserRow, type CallRow, operatorNameOf } from '#contract';
import {
  type InMeeting,
  type Presence,
  type SessionState,
  sessionIn,
} from '../meeting-session/session-state.ts';
import type { MeetingGroup } from '../meetings/grouping.ts';

/** Whether a participant can be heard, and if not, who decided that. */
export type Microphone =
  | { is: 'open' }
  | { is: 'muted'; by?: 'caller' | 'participant' | 'operator' | 'self' }
  /** The participant joined only to listen. */
  | { is: 'none' }
  /** The participant may speak; whether it has muted itself is reported only to those who are in the meeting. */
  | { is: 'unknown' };

interface Entry {
  attendeeId: string;
  /** A telephone number or the name of an operator. */
  name: string;
  /** When the participant joined (ISO 8601); absent when that is not known. */
  since?: string;
  /** `absent`: the server lists the row, but the meeting does not see the attendee. */
  status: 'joining' | 'joined' | 'absent';
  microphone: Microphone;
  /** Undefined: not known. */
  speaking: boolean | undefined;
}

/** A participant of a meeting, by telephone or with a browser, as it appears in the common list. */
export type RosterEntry =
  | (Entry & { kind: 'telephone'; row: CallRow })
  | (Entry & { kind: 'browser'; row: BrowserRow; self: boolean })
  /** Reported by the meeting only: the server lists no row for it, or none yet. */
  | (Entry & { kind: 'other' });

/** Who is speaking in meetings that the page is not in; undefined when that is not known. */
export type SpeakingElsewhere = ReadonlySet<string> | undefined;

/**
 * All participants of a meeting: the rows that the server lists, completed by what the meeting itself reports
 * when the page is in it. They are in order of arrival, so that nothing moves under the pointer of a person
 * about to click.
 */
export function rosterOf(
  { name, callers, browsers }: MeetingGroup,
  state: SessionState,
  speakingElsewhere: SpeakingElsewhere,
): RosterEntry[] {
  const look = (attendeeId: string, meetingId: string): Look => {
    const session = settledIn(state, meetingId);
    const presence = session?.present.get(attendeeId);
    return {
      session,
      presence,
      speaking: session ? (presence?.speaking ?? false) : speakingElsewhere?.has(attendeeId),
    };
  };
  const entries: RosterEntry[] = [
    ...callers.map((row) => ofCall(row, look(row.attendeeId, row.meetingId))),
    ...browsers.map((row) => ofBrowser(row, state, look(row.attendeeId, row.meetingId))),
  ];
  entries.sort((a, b) => (a.since ?? '').localeCompare(b.since ?? ''));
  return [...entries, ...withoutRow(entries, name, state)];
}

/** What the meeting reports about one attendee when the page is in that meeting. */
interface Look {
  session: InMeeting | undefined;
  presence: Presence | undefined;
  speaking: boolean | undefined;
}

/** The session, once all attendees who were there before are known. */
function settledIn(state: SessionState, meetingId: string): InMeeting | undefined {
  const session = sessionIn(state, meetingId);
  return session?.settled ? session : undefined;
}

function ofCall(row: CallRow, { speaking }: Look): RosterEntry {
  const { attendeeId, fromNumber, joinedAt, status, muted, mutedBy } = row;
  return {
    kind: 'telephone',
    row,
    attendeeId,
    name: fromNumber,
    since: joinedAt,
    status,
    microphone: muted ? { is: 'muted', ...(mutedBy ? { by: mutedBy } : {}) } : { is: 'open' },
    speaking: muted ? speaking && false : speaking,
  };
}

function ofBrowser(row: BrowserRow, state: SessionState, look: Look): RosterEntry {
  const { attendeeId, displayName, joinedAt } = row;
  const own = sessionIn(state, row.meetingId);
  const self = own?.me?.attendeeId === attendeeId;
  const there = self ? own?.phase === 'connected' : look.presence !== undefined;
  return {
    kind: 'browser',
    row,
    self,
    attendeeId,
    name: displayName,
    since: joinedAt,
    status: look.session && !there ? 'absent' : 'joined',
    microphone: self && own ? microphoneOf(row, own.selfMuted) : microphoneOf(row, look.presence?.muted),
    speaking: row.muted || row.audio === 'Receive' ? look.speaking && false : look.speaking,
  };
}

function microphoneOf(row: BrowserRow, selfMuted: boolean | undefined): Microphone {
  if (row.audio === 'Receive') return { is: 'none' };
  if (row.muted) return { is: 'muted', by: 'operator' };
  if (selfMuted === undefined) return { is: 'unknown' };
  return selfMuted ? { is: 'muted', by: 'self' } : { is: 'open' };
}

/** Attendees whom only the meeting knows: they have just come, or were joined by a program that is not ours. */
function withoutRow(
  entries: readonly RosterEntry[],
  meetingName: string,
  state: SessionState,
): RosterEntry[] {
  if (state.phase === 'idle' || !state.settled || state.meetingName !== meetingName) return [];
  const known = new Set(entries.map(({ attendeeId }) => attendeeId));
  return [...state.present]
    .filter(([attendeeId]) => !known.has(attendeeId) && attendeeId !== state.me?.attendeeId)
    .map(([attendeeId, { externalUserId, muted, speaking }]) => ({
      kind: 'other',
      attendeeId,
      name: operatorNameOf(externalUserId) ?? (externalUserId || 'somebody'),
      status: 'joined',
      microphone: muted === undefined ? { is: 'unknown' } : muted ? { is: 'muted' } : { is: 'open' },
      speaking,
    }));
}
