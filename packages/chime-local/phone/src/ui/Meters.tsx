import type { CallSound } from '../audio/call-sound.ts';
import type { Call } from '../phone/state.ts';
import { useLevels } from './use-levels.ts';

/** How loud each side is, and a hint when nothing has ever come from the microphone. */
export function Meters(props: { call: Call; sound: CallSound }) {
  const { call, sound } = props;
  const open = call.microphone?.is === 'open' && !call.muted;
  const { mine, theirs, tooQuiet } = useLevels(sound, open);
  return (
    <div className="meters">
      <Meter name="Your voice" short="You" percent={mine} note={noteOf(call)} />
      <Meter name="Their voice" short="Them" percent={theirs} />
      {tooQuiet && (
        <p className="note" role="status">
          Nothing comes from your microphone. Is the right one chosen under Sound, and is it switched on?
        </p>
      )}
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
