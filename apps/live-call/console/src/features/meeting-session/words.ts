import type { Idle, InMeeting } from './session-state.ts';

/** The session's phase in a word or two. */
export function phaseWords(state: InMeeting): string {
  if (state.phase === 'joining') return 'Joining…';
  if (state.phase === 'reconnecting') return 'Reconnecting…';
  return state.poor ? 'Poor connection' : 'Connected';
}

const REASONS: Record<NonNullable<Idle['over']>['why'], string> = {
  left: 'You have left.',
  'meeting-ended': 'The meeting was ended.',
  removed: 'An operator has taken you out.',
  elsewhere: 'You have joined from another place, and can be in there only once.',
  rejected: 'The meeting did not let this page in: its permission was used up.',
  full: 'The meeting has as many attendees as one may have.',
  lost: 'The connection was lost. Check the network.',
  failed: 'You could not be let in.',
};

/** Why the page is no longer in the meeting. */
export function overWords({ why, message }: NonNullable<Idle['over']>): string {
  return message ?? REASONS[why];
}
