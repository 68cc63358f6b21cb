import { useState, useSyncExternalStore } from 'react';
import type { ActivityStream, Refusals } from './activity-stream.ts';

const NONE: readonly Refusals[] = [];

/** Says how many calls were turned away and why, until it is dismissed; the next refusal is shown again. */
export function RefusedCalls(props: { activity: ActivityStream | undefined }) {
  const { activity } = props;
  const refusals = useSyncExternalStore(
    activity?.subscribe ?? toNothing,
    activity?.getRefusals ?? (() => NONE),
  );
  const all = refusals.reduce((sum, { calls }) => sum + calls, 0);
  const [seen, setSeen] = useState(0);
  // An emulator that was restarted counts from zero again.
  if (all < seen) setSeen(all);
  return (
    <div className="refused-calls" role="status" aria-label="Refused calls">
      {all > seen && (
        <div className="banner warn">
          <div>
            <strong>{all === 1 ? '1 call was refused' : `${all} calls were refused`} since the start.</strong>
            <ul className="reasons">
              {refusals.map(({ why, calls }) => (
                <li key={why}>
                  {calls}: {why}
                </li>
              ))}
            </ul>
          </div>
          <button type="button" className="button" onClick={() => setSeen(all)}>
            Dismiss
          </button>
        </div>
      )}
    </div>
  );
}

function toNothing(): () => void {
  return () => {};
}
