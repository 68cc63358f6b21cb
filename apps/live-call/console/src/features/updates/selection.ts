import { isObject } from 'page-ui/is-object.ts';
import { type CallRow, UPDATE_INFOS } from '#contract';

import type { Order } from './submission.ts';

/** Value of the attendee select that stands for all callers of the meeting. */
export const EVERYONE = '*';

/** What the person has chosen in the form. */
export interface Draft {
  /** Name of the meeting; `''` when none is chosen. */
  meeting: string;
  /** `attendeeId`, `EVERYONE` or `''`. */
  attendee: string;
  /** Number of the chosen caller, for the message after the call has ended. */
  fromNumber: string;
  updateInfo: Order['updateInfo'];
  prompt: string;
  text: string;
}

export const EMPTY_DRAFT: Draft = {
  meeting: '',
  attendee: '',
  fromNumber: '',
  updateInfo: 'PlayAudio',
  prompt: '',
  text: '',
};

/** A meeting that can be chosen. */
export interface MeetingChoice {
  name: string;
  callers: CallRow[];
}

/** The draft resolved against the present callers. */
export interface Resolved {
  meeting: string;
  attendee: string;
  /** The calls that the order acts on. */
  targets: CallRow[];
  /** Set when the chosen call or meeting is no longer there. */
  gone?: string;
}

/** Resolves the draft. A chosen call that has ended is no longer chosen, and no other call takes its place. */
export function resolveDraft(draft: Draft, meetings: readonly MeetingChoice[]): Resolved {
  if (draft.meeting === '') return { meeting: '', attendee: '', targets: [] };
  const meeting = meetings.find((one) => one.name === draft.meeting);
  if (!meeting) {
    const gone = `The meeting ${draft.meeting} is no longer there. Choose another meeting.`;
    return { meeting: '', attendee: '', targets: [], gone };
  }
  if (draft.attendee === '') return { meeting: meeting.name, attendee: '', targets: [] };
  if (draft.attendee === EVERYONE) {
    if (meeting.callers.length > 0)
      return { meeting: meeting.name, attendee: EVERYONE, targets: meeting.callers };
    const gone = `Everyone has left ${meeting.name}. Choose another meeting.`;
    return { meeting: meeting.name, attendee: '', targets: [], gone };
  }
  const caller = meeting.callers.find((one) => one.attendeeId === draft.attendee);
  if (caller) return { meeting: meeting.name, attendee: caller.attendeeId, targets: [caller] };
  const gone = `The call from ${draft.fromNumber || 'the chosen caller'} has ended. Choose another attendee.`;
  return { meeting: meeting.name, attendee: '', targets: [], gone };
}

/** The order that the draft describes, without the members of other updates. */
export function orderOf(draft: Draft): Order {
  const { updateInfo, prompt, text } = draft;
  if (updateInfo === 'PlayAudio') return prompt === '' ? { updateInfo } : { updateInfo, prompt };
  return updateInfo === 'Speak' ? { updateInfo, text } : { updateInfo };
}

export function isDraft(value: unknown): value is Draft {
  if (!isObject(value)) return false;
  const texts = ['meeting', 'attendee', 'fromNumber', 'prompt', 'text'];
  return (
    texts.every((name) => typeof value[name] === 'string') &&
    UPDATE_INFOS.some((one) => one === value.updateInfo)
  );
}
