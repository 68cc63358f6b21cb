import { UNANSWERED_CALL_MS, UNANSWERED_OUTBOUND_CALL_MS } from '../limits.ts';
import type { Call } from './call.ts';
import { liveLegByTag } from './call.ts';

/** When an unanswered call is given up; null if it is answered, being answered, or already given up. */
export function unansweredDeadline(call: Call): number | null {
  if (call.state !== 'ringing') return null;
  const leg = liveLegByTag(call, 'LEG-A');
  if (!leg || leg.answering || leg.hangUpCode !== undefined) return null;
  // While CallAndBridge calls somebody, its own time limit applies (pstn-audio 5.11).
  if (call.running?.type === 'CallAndBridge') return null;
  return (
    (leg.waitsSince ?? leg.startTime) +
    (leg.direction === 'Inbound' ? UNANSWERED_CALL_MS : UNANSWERED_OUTBOUND_CALL_MS)
  );
}

/** The earliest moment at which something falls due; null if nothing will. */
export function earliestDeadline(call: Call): number | null {
  if (call.state === 'releasing' || call.state === 'ended') return null;
  let earliest = unansweredDeadline(call);
  const consider = (deadline: number | null) => {
    if (deadline !== null && (earliest === null || deadline < earliest)) earliest = deadline;
  };
  consider(call.running?.deadline ?? null);
  for (const listener of call.digitListeners) {
    consider(listener.gapAt);
    consider(listener.flushAt);
  }
  return earliest;
}
