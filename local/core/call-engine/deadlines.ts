import { UNANSWERED_CALL_MS } from '#contract';
import type { Call } from './call.ts';
import { liveLegByTag } from './call.ts';

/** When an unanswered inbound call is given up; null when it is answered, or being answered. */
export function unansweredDeadline(call: Call): number | null {
  if (call.state !== 'ringing') return null;
  const leg = liveLegByTag(call, 'LEG-A');
  return leg && !leg.answering ? leg.startTime + UNANSWERED_CALL_MS : null;
}

/** The earliest moment at which something falls due; null when nothing will. */
export function earliestDeadline(call: Call): number | null {
  if (call.state === 'releasing' || call.state === 'ended') return null;
  let earliest = unansweredDeadline(call);
  const consider = (deadline: number | null) => {
    if (deadline !== null && (earliest === null || deadline < earliest)) earliest = deadline;
  };
  consider(call.running?.deadline ?? null);
  for (const listener of call.listeners) {
    consider(listener.gapAt);
    consider(listener.flushAt);
  }
  return earliest;
}
