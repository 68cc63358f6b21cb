import type { ActionData, Leg } from './call.ts';
import { hangupEvent } from './events/hangup.ts';
import { happened, type Turn } from './turn.ts';

/**
 * The HANGUP that reports the leg's end; its `id`. What we asked for is what is reported: a BYE carries no code.
 *
 * @param thenSuccessful reported as ACTION_SUCCESSFUL if the answer brings no actions
 */
export function reportEnd(
  turn: Turn,
  leg: Leg,
  sipResponseCode: number,
  thenSuccessful?: ActionData,
): number {
  return happened(turn, hangupEvent(leg, leg.hangUpCode ?? sipResponseCode, thenSuccessful));
}
