import { MAX_SPEAK_CHARACTERS } from 'pstn-audio';
import { type Actions, hangUp, modifyAttendees, speak } from './actions.ts';
import type { CallState } from './call-state.ts';
import type { Issued, SeenNote } from './expected-reports.ts';
import { DEFAULT_PROMPT, PROMPT } from './prompts.ts';

/** `act`: actions to return. `refuse`: nothing changes, and the operator is told why. */
export type UpdateDecision = { kind: 'act'; issued: Issued[] } | { kind: 'refuse'; reason: string };

/**
 * What an operator's update does to the call. `args` are the `Arguments` of UpdateSipMediaApplicationCall;
 * `everyone`: the attendees whom it concerns, when it is not for this caller alone. `seen`: what is to be
 * recorded together with its outcome.
 */
export function decideUpdate(
  state: CallState,
  args: Record<string, string>,
  actions: Actions,
  everyone?: readonly string[],
  seen?: SeenNote,
): UpdateDecision {
  const action = args.action ?? '';
  const act = (...list: Issued['action'][]): UpdateDecision => ({
    kind: 'act',
    issued: list.map((one, index) => ({
      action: one,
      // The prompt after a mute only confirms it.
      ...(args.updateId === undefined || (index > 0 && one.Type === 'PlayAudio')
        ? {}
        : { updateId: args.updateId, ...(seen ? { seen } : {}) }),
    })),
  });
  if (action === 'DisconnectAttendee') return act(hangUp());
  if (!['PlayAudio', 'Speak', 'MuteAttendee', 'UnmuteAttendee'].includes(action)) {
    return refuse(
      `"${action.slice(0, 64)}" is not an update that this application knows; nothing was changed.`,
    );
  }
  const { meetingId, attendeeId } = state;
  if (state.disconnects.length > 0 || state.phase === 'ending') {
    return refuse('The call is being ended; nothing was changed.');
  }
  if (state.phase === 'pin' || !meetingId || !attendeeId) {
    return refuse('The caller has not joined a meeting yet; nothing was changed.');
  }
  if (action === 'PlayAudio') return act(actions.play(args.prompt || DEFAULT_PROMPT));
  if (action === 'Speak') {
    const text = args.text ?? '';
    if (text.trim() === '') return refuse('There is no text to speak; nothing was changed.');
    const characters = [...text].length;
    if (characters > MAX_SPEAK_CHARACTERS) {
      return refuse(`A text may have ${MAX_SPEAK_CHARACTERS} characters, this one has ${characters}.`);
    }
    return act(speak(text));
  }
  if (!everyone && args.attendeeId && args.attendeeId !== attendeeId) {
    return refuse(`Attendee ${args.attendeeId.slice(0, 64)} is not on this call; nothing was changed.`);
  }
  const mute = action === 'MuteAttendee';
  return act(
    ...modifyAttendees(mute ? 'Mute' : 'Unmute', meetingId, [...new Set([attendeeId, ...(everyone ?? [])])]),
    actions.play(mute ? PROMPT.muted : PROMPT.unmuted),
  );
}

function refuse(reason: string): UpdateDecision {
  return { kind: 'refuse', reason };
}
