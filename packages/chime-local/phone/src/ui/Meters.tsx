import type { Call } from '../phone/state.ts';
import type { Levels } from './use-levels.ts';

/** How loud each side is. */
export function Meters({ call, levels }: { call: Call; levels: Levels }) {
  return (
    <div className="meters">
      <Meter name="Your voice" short="You" percent={levels.mine} note={noteOf(call)} />
      <Meter name="Their voice" short="Them" percent={levels.theirs} />
    </div>
  );
}

function noteOf(call: Call): string | undefined {
  if (call.microphone?.is === 'none') return 'no microphone';
  return call.muted ? 'muted' : undefined;
}

function Meter(props: { name: string; short: string; percent: number; note?: string | undefined }) {
  return (
    <div className="meter">
      <span className="meter-name">{props.short}</span>
      <meter className="unseen" aria-label={props.name} min={0} max={100} value={props.percent} />
      <div className="meter-track" aria-hidden="true">
        <div className="meter-fill" style={{ transform: `scaleX(${props.percent / 100})` }} />
      </div>
      <span className="meter-note">{props.note}</span>
    </div>
  );
}
