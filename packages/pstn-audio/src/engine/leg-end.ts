import type { ActionData, Leg } from './call.ts';
import { hangupEvent } from './events/hangup.ts';
import { happened, type Turn } from './turn.ts';

/**
 * Adds the HANGUP that reports the leg's end and returns its `id`. If we ended the leg, HANGUP reports the
 * code that we asked for, as a BYE carries none.
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
