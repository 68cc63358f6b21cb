/** A pretend cloud for the handler: tables in memory, and meetings that record what was asked. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionResponse, InvocationEvent } from 'pstn-audio';
import type { CallRow } from '#contract';
import type { StoredCallRow } from '../../tables/index.ts';
import { Actions } from '../actions.ts';
import { answer } from '../answer.ts';
import type { Ports } from '../ports.ts';

const EVENTS = join(dirname(fileURLToPath(import.meta.url)), '../../../contract/examples/events');

/** A recorded event, by the name of its file. */
export function recorded(name: string): InvocationEvent {
  return JSON.parse(readFileSync(join(EVENTS, `${name}.json`), 'utf8')) as InvocationEvent;
}

export const PIN = '48151623';
export const MEETING = 'b2c4f1de-7a6b-4c5d-8e9f-1234567890ab';
export const ATTENDEE = 'a1c4f1de-7a6b-4c5d-8e9f-1234567890ab';
export const TRANSACTION = '2f8a1b0c-6f0e-4b64-9d0f-0a1b2c3d4e5f';

interface PretendUpdate {
  seen?: true;
  seenAt?: number;
  updateInfo?: string;
  sequence?: number;
  status?: string;
  reason?: string;
}

export class PretendCloud {
  readonly log: string[] = [];
  readonly warnings: string[] = [];
  readonly rows = new Map<string, StoredCallRow>();
  /** How often all rows were read. */
  rowsRead = 0;
  readonly lines = new Map<string, string>();
  readonly guesses = new Set<string>();
  readonly updates = new Map<string, PretendUpdate>();
  pins = new Map([[PIN, 'external-1']]);
  wrongGuesses = 0;
  /** Tries that are left in this minute. */
  tries = { known: 5, stranger: 10 };
  readonly joinedBefore = new Set<string>();
  endedMeetings = new Set<string>();
  broken = false;

  readonly ports: Ports = {
    meetings: {
      getOrCreateMeeting: async (token) => {
        this.log.push(`meeting ${token}`);
        return token === 'external-1' ? MEETING : `meeting-of-${token}`;
      },
      createAttendee: async (meetingId, externalUserId) => {
        if (this.endedMeetings.has(meetingId)) return undefined;
        this.log.push(`attendee ${externalUserId}`);
        return { attendeeId: ATTENDEE, joinToken: 'secret-token' };
      },
      deleteAttendee: async (_meetingId, attendeeId) => {
        if (this.broken) throw new Error('meetings are down');
        this.log.push(`delete ${attendeeId}`);
      },
    },
    meetingInfo: {
      put: async (row, now) => {
        this.rows.set(row.transactionId, { ...row, verifiedAt: now });
      },
      markJoined: async (_meetingId, transactionId) => {
        const row = this.rows.get(transactionId);
        if (row) this.rows.set(transactionId, { ...row, status: 'joined' });
      },
      setMuted: async (rows, { muted, by }) => {
        for (const { transactionId } of rows) {
          const row = this.rows.get(transactionId);
          if (row) this.rows.set(transactionId, { ...row, muted, mutedBy: by });
        }
      },
      remove: async (_meetingId, transactionId) => {
        this.rows.delete(transactionId);
      },
      rows: async (meetingId) => {
        this.rowsRead += 1;
        return [...this.rows.values()].filter(
          (row) => meetingId === undefined || row.meetingId === meetingId,
        );
      },
      takeLine: async (meetingId, number, transactionId) => {
        const key = `${meetingId}#${number}`;
        const holder = this.lines.get(key) ?? transactionId;
        this.lines.set(key, holder);
        return holder === transactionId;
      },
      releaseLine: async (meetingId, number) => {
        this.lines.delete(`${meetingId}#${number}`);
      },
    },
    meetingAccess: {
      findByPin: async (pin) => {
        if (this.broken) throw new Error('the table is gone');
        const externalMeetingId = this.pins.get(pin);
        return externalMeetingId ? { name: 'Board', pin, createdAt: '', externalMeetingId } : undefined;
      },
      guessCount: async () => this.wrongGuesses,
      countWrongGuess: async (number, transactionId, sequence) => {
        this.guesses.add(`${number} ${transactionId} ${sequence}`);
      },
      forgetGuesses: async (number) => {
        this.log.push(`forget ${number}`);
      },
    },
    guessBudget: {
      take: async (kind) => {
        const whose = kind === 'known' ? 'known' : 'stranger';
        if (this.tries[whose] === 0) return 'none';
        this.tries[whose] -= 1;
        return this.tries[whose] === 0 ? 'last' : 'taken';
      },
      giveBack: async (kind) => {
        this.tries[kind === 'known' ? 'known' : 'stranger'] += 1;
      },
      kindOf: async (number) => (this.joinedBefore.has(number) ? 'known' : 'stranger'),
      noteJoined: async (number) => {
        this.joinedBefore.add(number);
      },
    },
    callUpdates: {
      recordSeen: async ({ updateId, sequence, updateInfo }, seenAt) => {
        const before = this.updates.get(updateId);
        if (before?.seen && (before.status || before.sequence !== sequence)) return false;
        this.updates.set(updateId, { ...before, seen: true, seenAt, updateInfo, sequence });
        return true;
      },
      recordRefused: async ({ updateId }, reason) => {
        this.updates.set(updateId, { seen: true, status: 'failed', reason });
      },
      recordOutcome: async (updateId, outcome, _now, seen) => {
        const known = this.updates.get(updateId);
        if (known?.status) return;
        const before = seen && { seen: true as const, seenAt: seen.at, updateInfo: seen.updateInfo };
        this.updates.set(updateId, { ...before, ...known, ...outcome });
      },
    },
    actions: new Actions('prompts'),
    now: () => 1_700_000_000_000,
    warn: (what, error, transactionId) => this.warnings.push(`${what} ${String(error)} ${transactionId}`),
  };

  answer(event: InvocationEvent): Promise<FunctionResponse> {
    return answer(event, this.ports);
  }

  someoneElse(transactionId: string, members: Partial<CallRow> = {}): void {
    this.rows.set(transactionId, {
      ...this.me(),
      attendeeId: `attendee-of-${transactionId}`,
      transactionId,
      ...members,
    });
  }

  me(): StoredCallRow {
    return {
      meetingId: MEETING,
      attendeeId: ATTENDEE,
      fromNumber: '+15550100001',
      toNumber: '+12065550100',
      callId: 'c3c4f1de-7a6b-4c5d-8e9f-1234567890ab',
      transactionId: TRANSACTION,
      meetingName: 'Board',
      status: 'joined',
      joinedAt: '2023-11-14T22:13:20.000Z',
      muted: false,
      verifiedAt: 1_700_000_000_000,
    };
  }
}

/** A response at a glance: `PlayAudio welcome.wav`, `Pause 1000`, `Hangup LEG-A`, … */
export function shown(response: FunctionResponse): string[] {
  return (response.Actions ?? []).map(({ Type, Parameters = {} }) => {
    const { AudioSource, DurationInMilliseconds, Operation, AttendeeList, Text, ParticipantTag } =
      Parameters as Record<string, unknown>;
    const key = (AudioSource as { Key: string } | undefined)?.Key;
    const muting = Operation ? `${Operation} ${String(AttendeeList)}` : undefined;
    const tag = Type === 'Hangup' ? ParticipantTag : undefined;
    return [Type, key ?? DurationInMilliseconds ?? muting ?? Text ?? tag].filter(Boolean).join(' ');
  });
}
