import { type Dialled, liveLegByTag } from './call.ts';
import { changeLeg, emit, type Turn } from './turn.ts';

/** The list of legs that are being dialled. */

/** Gives up every leg that is being dialled. */
export function giveUpDialled(turn: Turn): void {
  for (const dialled of turn.call.dialling.filter(({ givenUp }) => !givenUp)) {
    change(turn, dialled, { ...dialled, givenUp: true });
    if (dialled.legId !== null) {
      emit(turn, { kind: 'HangUpLeg', legId: dialled.legId, sipResponseCode: 0 });
    }
    // The time limit of an unanswered LEG-A starts anew: it did not apply while another leg was dialled
    // (5.11).
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
