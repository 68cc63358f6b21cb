import { type Leg, liveLegByTag } from './call.ts';
import { byLegId, change } from './dialled.ts';
import type { DialFailed, EarlyMedia, LegDialled, LegEnded, LegRinging } from './inputs.ts';
import { offerToRunning } from './queue.ts';
import { emit, type Turn } from './turn.ts';

/**
 * The leg that CallAndBridge dials (pstn-audio 4.1, 7.2, 7.3). It is not a participant, and no event mentions
 * it, until it has answered and LEG-A is connected.
 */

/** The edges have given the leg its id. If the leg has been given up in the meantime, it is hung up at once. */
export function legDialled(turn: Turn, { legId }: LegDialled): void {
  const asked = turn.call.dialling.find((dialled) => dialled.legId === null);
  if (!asked) return;
  change(turn, asked, { ...asked, legId });
  if (asked.givenUp) emit(turn, { kind: 'HangUpLeg', legId, sipResponseCode: 0 });
}

/** The leg cannot be dialled. */
export function dialFailed(turn: Turn, input: DialFailed): void {
  const asked = turn.call.dialling.find((dialled) => dialled.legId === null);
  if (!asked) return;
  change(turn, asked, undefined);
  if (!asked.givenUp) offerToRunning(turn, input);
}

/** The dialled leg rings, or sends sound before it answers. LEG-A may hear that. */
export function dialledSounds(turn: Turn, input: LegRinging | EarlyMedia): void {
  const dialled = byLegId(turn, input.legId);
  if (dialled && !dialled.givenUp && !dialled.answered) offerToRunning(turn, input);
}

/**
 * If the leg is a dialled one that is still wanted, answers LEG-A or connects both. Returns whether it is a
 * dialled leg.
 */
export function dialledAnswered(turn: Turn, legId: string): boolean {
  const dialled = byLegId(turn, legId);
  if (!dialled) return false;
  if (dialled.givenUp) return true;
  change(turn, dialled, { ...dialled, answered: true });
  const legA = liveLegByTag(turn.call, 'LEG-A');
  if (legA?.status === 'connected') connectDialled(turn);
  else if (legA && turn.call.running) {
    turn.call.running = { ...turn.call.running, deadline: null };
    if (!legA.answering) emit(turn, { kind: 'AnswerLeg', legId: legA.legId });
  }
  return true;
}

/** Makes the dialled leg LEG-B if it has answered. LEG-A must be connected. */
export function connectDialled(turn: Turn): void {
  const dialled = turn.call.dialling.find(({ answered, givenUp }) => answered && !givenUp);
  if (!dialled || dialled.legId === null) return;
  change(turn, dialled, undefined);
  const { legId, from, to, startTime } = dialled;
  const leg: Leg = {
    legId,
    participantTag: 'LEG-B',
    kind: 'telephone',
    direction: 'Outbound',
    from,
    to,
    startTime,
    status: 'connected',
    answering: false,
  };
  turn.call.legs = [...turn.call.legs, leg];
  offerToRunning(turn, { kind: 'LegAnswered', legId });
}

/** A dialled leg has ended: busy, refused, unreachable, or given up by us. Returns whether the leg is a dialled one. */
export function dialledEnded(turn: Turn, input: LegEnded): boolean {
  const dialled = byLegId(turn, input.legId);
  if (!dialled) return false;
  change(turn, dialled, undefined);
  if (!dialled.givenUp) offerToRunning(turn, input);
  return true;
}
