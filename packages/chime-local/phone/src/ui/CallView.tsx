import { formatDuration, spokenDuration } from 'page-ui/time.ts';
import { useNow } from 'page-ui/use-now.ts';
import type { CallSound } from '../audio/call-sound.ts';
import type { Call } from '../phone/state.ts';
import type { Telephone } from '../telephone.ts';
import { CallIcon, HangUpIcon, MicrophoneIcon } from './icons.tsx';
import { Keypad } from './Keypad.tsx';
import { KeysOffered } from './KeysOffered.tsx';
import { Meters } from './Meters.tsx';
import { QualityLine } from './QualityLine.tsx';
import { type Levels, useLevels } from './use-levels.ts';
import { traceOf, withoutMicrophone } from './words.ts';

interface Shown {
  call: Call;
  telephone: Telephone;
  lit: string | undefined;
}

/** What is shown during a call, below the other party's name. */
export function CallView(props: Shown) {
  return props.call.stage === 'arriving' ? <Arriving telephone={props.telephone} /> : <Begun {...props} />;
}

/**
 * A call that was made or answered. Messages about the microphone are below the buttons: they come and go by
 * themselves, and would move keys and buttons away from the pointer.
 */
function Begun({ call, telephone, lit }: Shown) {
  const connected = call.stage === 'connected';
  const open = connected && call.microphone?.is === 'open' && !call.muted;
  const levels = useLevels(telephone.sound, open);
  return (
    <>
      {connected && (
        <>
          <Talk call={call} levels={levels} sound={telephone.sound} />
          <Keyed keyed={call.keyed} />
          <Keypad lit={lit} onKey={(keys) => telephone.phone.tell({ type: 'keys', keys })} />
          <KeysOffered
            known={telephone.config.keys}
            onKeys={(keys) => telephone.phone.tell({ type: 'keys', keys })}
          />
        </>
      )}
      <div className="call-buttons">
        {connected && (
          <button
            type="button"
            className={call.muted ? 'button big muted' : 'button big'}
            onClick={() => telephone.phone.tell({ type: 'mute', muted: !call.muted })}
          >
            <MicrophoneIcon off={!call.muted} />
            {call.muted ? 'Unmute' : 'Mute'}
          </button>
        )}
        <button type="button" className="button danger solid big" onClick={() => telephone.hangUp()}>
          <HangUpIcon />
          {connected ? 'Hang up' : 'Cancel'}
        </button>
      </div>
      <TraceLink call={call} telephone={telephone} />
      <MicrophoneNote call={call} />
      {levels.tooQuiet && (
        <p className="note" role="status">
          Nothing comes from your microphone. Is the right one chosen under Sound, and is it switched on?
        </p>
      )}
    </>
  );
}

/**
 * An incoming call may appear at any moment, and a click at that moment was meant for what was there before.
 */
function Arriving(props: { telephone: Telephone }) {
  return (
    <div className="call-buttons just-come">
      <button
        type="button"
        className="button primary big"
        onClick={() => props.telephone.phone.tell({ type: 'answer' })}
      >
        <CallIcon />
        Answer
      </button>
      <button type="button" className="button danger big" onClick={() => props.telephone.hangUp()}>
        <HangUpIcon />
        Decline
      </button>
    </div>
  );
}

/** Time, levels and quality of a connected call. */
function Talk(props: { call: Call; levels: Levels; sound: CallSound }) {
  const now = useNow();
  const lasted = now - (props.call.connectedAt ?? now);
  return (
    <div className="talk">
      <p className="call-time mono">
        <span aria-hidden="true">{formatDuration(lasted)}</span>
        <span className="unseen">Call time: {spokenDuration(lasted)}</span>
      </p>
      <Meters call={props.call} levels={props.levels} />
      <QualityLine sound={props.sound} />
    </div>
  );
}

/** A link to the runtime's live record of the call. */
function TraceLink(props: { call: Call; telephone: Telephone }) {
  const { number } = props.telephone.phone.state();
  if (number === undefined) return null;
  return (
    <p className="note">
      <a href={traceOf(number, props.call.startedAt)} target="_blank" rel="noreferrer">
        See what happens on this call<span className="unseen"> (in a new tab)</span>
      </a>
    </p>
  );
}

function MicrophoneNote(props: { call: Call }) {
  const { call } = props;
  if (call.stage === 'microphone')
    return <p className="note">If the browser asks, allow the microphone: it is how you are heard.</p>;
  if (call.microphone?.is !== 'none') return null;
  const { what, advice } = withoutMicrophone(call.microphone.why);
  return (
    <p className="note warn" role="alert">
      <strong>{what}</strong> {advice}
    </p>
  );
}

/** The keys pressed so far, as a telephone's display shows them. */
function Keyed(props: { keyed: string }) {
  return (
    <p className="keyed">
      <span className="unseen">Keys pressed: </span>
      {props.keyed === '' ? (
        <span className="hint">Keys: click, type or paste them</span>
      ) : (
        <bdi className="mono">{props.keyed}</bdi>
      )}
    </p>
  );
}
