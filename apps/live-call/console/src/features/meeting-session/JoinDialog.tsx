import { Dialog } from 'page-ui/Dialog.tsx';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { AttendeeAudio } from '#contract';
import { DeviceSelect } from './DeviceSelect.tsx';
import { LevelMeter } from './LevelMeter.tsx';
import { type MicrophoneProblem, openMicrophone, PROBLEM_WORDS, stopMicrophone } from './microphone.ts';
import type { JoinChoice } from './session-state.ts';
import { useDevices } from './use-devices.ts';

/** `asking`: the browser is asking the person for permission, or is opening the device. */
type Trial = { is: 'asking' } | { is: 'open'; stream: MediaStream } | { is: MicrophoneProblem };

/** Asks how to join a meeting: to listen, or to speak and with which microphone. */
export function JoinDialog(props: {
  meetingName: string;
  /** The meeting that the page is in now and will leave by joining. */
  leaves: string | undefined;
  initially: AttendeeAudio;
  onJoin: (choice: JoinChoice) => void;
  onClose: () => void;
}) {
  const [audio, setAudio] = useState(props.initially);
  const [speaker, setSpeaker] = useState('');
  const speaks = audio === 'SendReceive';
  const microphone = useTrialMicrophone(speaks);
  const trial = microphone.trial;
  const { microphones, speakers, open } = useDevices(trial?.is === 'open' ? trial.stream : undefined);
  const ready = !speaks || trial?.is === 'open';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    const stream = speaks ? microphone.hand() : undefined;
    props.onJoin({
      meetingName: props.meetingName,
      audio,
      speaker,
      ...(stream ? { microphone: stream } : {}),
    });
    props.onClose();
  };

  return (
    <Dialog title={`Join ${props.meetingName}`} onClose={props.onClose}>
      <form onSubmit={submit}>
        <HowChoice audio={audio} onChange={setAudio} />
        {speaks && (
          <MicrophoneTrial
            trial={trial}
            chosen={open || microphone.chosen}
            microphones={microphones}
            onChoose={microphone.choose}
          />
        )}
        {speakers.length > 0 && (
          <DeviceSelect label="Speaker" devices={speakers} value={speaker} onChange={setSpeaker} />
        )}
        {props.leaves !== undefined && <p className="hint">You then leave {props.leaves}.</p>}
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" aria-disabled={!ready}>
            {speaks ? 'Join to speak' : 'Join to listen'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

const HOWS: readonly { audio: AttendeeAudio; title: string; means: string }[] = [
  { audio: 'Receive', title: 'Listen only', means: 'You hear everyone; nobody hears you.' },
  { audio: 'SendReceive', title: 'Speak', means: 'Everyone hears you, through your microphone.' },
];

function HowChoice(props: { audio: AttendeeAudio; onChange: (audio: AttendeeAudio) => void }) {
  return (
    <fieldset className="hows">
      <legend className="unseen">How to join</legend>
      {HOWS.map(({ audio, title, means }) => (
        <label key={audio} className="how">
          <input
            type="radio"
            name="how"
            checked={props.audio === audio}
            onChange={() => props.onChange(audio)}
          />
          <span className="how-words">
            <strong>{title}</strong>
            <span className="hint">{means}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function MicrophoneTrial(props: {
  trial: Trial | undefined;
  chosen: string;
  microphones: Parameters<typeof DeviceSelect>[0]['devices'];
  onChoose: (id: string) => void;
}) {
  const { trial } = props;
  const problem = trial && trial.is !== 'open' && trial.is !== 'asking' ? trial.is : undefined;
  const stream = trial?.is === 'open' ? trial.stream : undefined;
  return (
    <div className="trial">
      {(stream || problem === 'busy' || problem === 'none') && (
        <DeviceSelect
          label="Microphone"
          devices={props.microphones}
          value={props.chosen}
          onChange={props.onChoose}
        />
      )}
      <div role="status">
        {trial?.is === 'asking' && <p className="hint">Waiting for the browser to allow the microphone…</p>}
        {stream && <p className="hint">Say something: the bar moves when the microphone hears you.</p>}
      </div>
      {stream && <LevelMeter stream={stream} />}
      <div role="alert">
        {problem && (
          <p className="failure">
            {PROBLEM_WORDS[problem]} <span className="advice">You can also join to listen only.</span>
          </p>
        )}
      </div>
      {problem && (
        <button type="button" className="button small" onClick={() => props.onChoose(props.chosen)}>
          Try again
        </button>
      )}
    </div>
  );
}

/** A microphone that is open while it is `wanted`, until the dialog is closed or hands it over. */
function useTrialMicrophone(wanted: boolean) {
  const [trial, setTrial] = useState<Trial>();
  const [choice, setChoice] = useState({ id: '', attempt: 0 });
  const handed = useRef<MediaStream>(undefined);
  useEffect(() => {
    if (!wanted) return;
    let open: MediaStream | undefined;
    let left = false;
    setTrial({ is: 'asking' });
    void openMicrophone(choice.id).then((found) => {
      if (typeof found === 'string') return left || setTrial({ is: found });
      open = found;
      if (left) stopMicrophone(found);
      else setTrial({ is: 'open', stream: found });
    });
    return () => {
      left = true;
      if (open !== handed.current) stopMicrophone(open);
      setTrial(undefined);
    };
  }, [wanted, choice]);
  return {
    trial: wanted ? trial : undefined,
    chosen: choice.id,
    choose: (id: string) => setChoice(({ attempt }) => ({ id, attempt: attempt + 1 })),
    /** Hands the stream over; the receiver is responsible for stopping it. */
    hand: () => {
      handed.current = trial?.is === 'open' ? trial.stream : undefined;
      return handed.current;
    },
  };
}
