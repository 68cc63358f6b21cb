import { type Dialled, liveLegByTag } from './call.ts';
import { changeLeg, emit, type Turn } from './turn.ts';

/** The list of those who are being dialled. */

/** Whoever is being dialled is not wanted any more. */
export function giveUpDialled(turn: Turn): void {
  for (const dialled of turn.call.dialling.filter(({ givenUp }) => !givenUp)) {
    change(turn, dialled, { ...dialled, givenUp: true });
    if (dialled.legId !== null) {
      emit(turn, { kind: 'HangUpLeg', legId: dialled.legId, sipResponseCode: 0 });
    }
    // An unanswered LEG-A gets its time again: while somebody was dialled its own limit did not count (5.11).
    const legA = liveLegByTag(turn.call, 'LEG-A');
    if (legA?.status === 'unanswered') changeLeg(turn, legA.legId, { waitsSince: turn.now });
  }
}

export function byLegId(turn: Turn, legId: string): Dialled | undefined {
  return turn.call.dialling.find((dialled) => dialled.legId === legId);
}

export function change(turn: Turn, from: Dialled, to: Dialled | undefined): void {
  turn.call.dialling = turn.call.dialling.flatMap((dialled) => (dialled === from ? (to ?? []) : dialled));
}
