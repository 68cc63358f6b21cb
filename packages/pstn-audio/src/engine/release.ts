import { liveLegs } from './call.ts';
import { replaceQueue, stopRunning } from './queue.ts';
import { changeLeg, emit, log, type Turn } from './turn.ts';

/** SIP status of legs that the service itself ends: 480 Temporarily Unavailable. DG: timeouts. */
export const SERVICE_ENDED = 480;

/**
 * Ends the call on behalf of the service: every leg is told to end, no more actions run, and of the pending
 * events only HANGUPs are still sent.
 */
export function release(turn: Turn, reason: string): void {
  const { call } = turn;
  log(turn, 'error', reason);
  stopRunning(turn);
  replaceQueue(turn, []);
  call.digitListeners = [];
  call.pendingEvents = call.pendingEvents.filter((event) => event.type === 'HANGUP');
  for (const leg of liveLegs(call)) {
    if (leg.hangUpCode !== undefined) continue;
    if (leg.kind === 'meeting') {
      emit(turn, { kind: 'LeaveMeeting', legId: leg.legId });
      changeLeg(turn, leg.legId, { hangUpCode: SERVICE_ENDED });
    } else emit(turn, { kind: 'HangUpLeg', legId: leg.legId, sipResponseCode: SERVICE_ENDED });
  }
  call.state = 'releasing';
}
