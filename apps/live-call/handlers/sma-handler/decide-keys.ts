import type { CallRow } from '#contract';
import type { Actions } from './actions.ts';
import { modifyAttendees } from './actions.ts';
import type { Issued } from './expected-reports.ts';
import { MAX_KEYS_AT_ONCE } from './limits.ts';
import { PROMPT } from './prompts.ts';

/** The meeting menu: what each key combination does. */
const MENU: Record<string, { operation: 'Mute' | 'Unmute'; whom: 'me' | 'others'; prompt: string }> = {
  '*5': { operation: 'Mute', whom: 'others', prompt: PROMPT.othersMuted },
  '*6': { operation: 'Unmute', whom: 'others', prompt: PROMPT.othersUnmuted },
  '*7': { operation: 'Mute', whom: 'me', prompt: PROMPT.muted },
  '*8': { operation: 'Unmute', whom: 'me', prompt: PROMPT.unmuted },
};

/** The menu keys among the pressed ones, the last few of them. */
export function menuKeys(digits: string): string[] {
  return (digits.match(/\*[5-8]/g) ?? []).slice(-MAX_KEYS_AT_ONCE);
}

/** Whether the response depends on who else is in the meeting. */
export function concernsOthers(keys: readonly string[]): boolean {
  return keys.some((key) => MENU[key]?.whom === 'others');
}

interface Me {
  meetingId: string;
  attendeeId: string;
}

type Others = readonly Pick<CallRow, 'attendeeId'>[];

/** The changes that the keys make. */
export function keyChanges(keys: readonly string[], me: Me, others: Others): Issued[] {
  return keys.flatMap((key) => {
    const entry = MENU[key];
    if (!entry) return [];
    const whom = entry.whom === 'me' ? [me.attendeeId] : others.map(({ attendeeId }) => attendeeId);
    return modifyAttendees(entry.operation, me.meetingId, whom).map((action) => ({ action, key }));
  });
}

/**
 * The same changes, followed by a prompt that confirms the last one. For a caller alone in the meeting, there
 * is only the prompt.
 */
export function decideKeys(keys: readonly string[], me: Me, others: Others, actions: Actions): Issued[] {
  const last = MENU[keys.at(-1) ?? ''];
  const prompts = last ? [{ action: actions.play(last.prompt) }] : [];
  return [...keyChanges(keys, me, others), ...prompts];
}
