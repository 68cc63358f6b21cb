import { formatDuration, spokenDuration } from 'page-ui/time.ts';
import { useNow } from 'page-ui/use-now.ts';
import { useEffect, useRef, useState } from 'react';
import type { BrowserRow } from '#contract';
import { DeviceSelect } from './DeviceSelect.tsx';
import { LevelMeter } from './LevelMeter.tsx';
import type { MeetingSession } from './meeting-session.ts';
import { openMicrophone, PROBLEM_WORDS } from './microphone.ts';
import type { InMeeting, SessionState } from './session-state.ts';
import { useDevices } from './use-devices.ts';
import { overWords, phaseWords } from './words.ts';

/** Shows the page's own presence in a meeting, with its switches. Renders nothing when the page is in no meeting. */
export function SessionBar(props: {
  session: MeetingSession;
  state: SessionState;
  /** The page's own row as the server lists it. */
  row: BrowserRow | undefined;
  /** Takes back a mute by another operator. */
  onUnmuteMe: (row: BrowserRow) => void;
  /** Opens the join dialog for that meeting. */
  onJoin: (meetingName: string, how: 'again' | 'to speak') => void;
}) {
  const { session, state, row } = props;
  if (state.phase === 'idle')
    return state.over ? (
      <OverNote
        over={state.over}
        onJoin={(name) => props.onJoin(name, 'again')}
        onDismiss={() => session.dismiss()}
      />
    ) : null;
  return (
    <section className="session card" aria-label="Your meeting" data-settled={state.settled}>
      <div className="session-line">
        <Standing state={state} />
        <Switches
          session={session}
          state={state}
          onSpeak={() => props.onJoin(state.meetingName, 'to speak')}
        />
      </div>
      <Notices session={session} state={state} row={row} onUnmuteMe={props.onUnmuteMe} />
    </section>
  );
}

function Standing(props: { state: InMeeting }) {
  const { state } = props;
  const place = useRef<HTMLParagraphElement>(null);
  // The dialog that had the focus is gone: the focus moves here, not to the top of the page.
  useEffect(() => place.current?.focus(), []);
  const kind = state.phase === 'connected' ? (state.poor ? 'poor' : 'connected') : 'waiting';
  return (
    <p className={`standing ${kind}`} ref={place} tabIndex={-1}>
      <span className="dot" aria-hidden="true" />
      <span className="standing-words">
        <strong className="standing-name">{state.meetingName}</strong>
        <span className="second-line">
          <span role="status">{phaseWords(state)}</span>
          {state.since !== undefined && <Lasted since={state.since} />}
          {state.audio === 'Receive' && ' · listening only'}
        </span>
      </span>
    </p>
  );
}

function Lasted(props: { since: number }) {
  const lasted = useNow() - props.since;
  return (
    <span className="duration">
      <span aria-hidden="true"> · {formatDuration(lasted)}</span>
      <span className="unseen"> for {spokenDuration(lasted)}</span>
    </span>
  );
}

function Switches(props: { session: MeetingSession; state: InMeeting; onSpeak: () => void }) {
  const { session, state } = props;
  const speaks = state.audio === 'SendReceive';
  return (
    <div className="switches">
      {speaks && <LevelMeter stream={state.microphone} off={state.selfMuted} />}
      {speaks ? (
        <button
          type="button"
          className={state.selfMuted ? 'button self-mute is-muted' : 'button self-mute'}
          aria-label={state.selfMuted ? 'Unmute your microphone' : 'Mute your microphone'}
          aria-disabled={state.phase !== 'connected'}
          onClick={() => session.setMuted(!state.selfMuted)}
        >
          {state.selfMuted ? 'Unmute' : 'Mute'}
        </button>
      ) : (
        <button type="button" className="button" onClick={props.onSpeak}>
          Speak…
        </button>
      )}
      <SoundMenu session={session} state={state} />
      <button
        type="button"
        className="button danger"
        aria-label={`Leave ${state.meetingName}`}
        onClick={() => session.leave()}
      >
        Leave
      </button>
    </div>
  );
}

/** The choice of microphone and speaker, folded away. */
function SoundMenu(props: { session: MeetingSession; state: InMeeting }) {
  const { session, state } = props;
  const menu = useRef<HTMLDetailsElement>(null);
  const [fault, setFault] = useState<{ microphone?: string; speaker?: string }>({});
  const { microphones, speakers, open } = useDevices(state.microphone);
  const speaks = state.audio === 'SendReceive';
  if (!speaks && speakers.length === 0) return null;
  const chooseSpeaker = (id: string) =>
    session.hearWith(id).then(
      () => setFault({}),
      () => setFault({ speaker: 'The browser cannot use this one. Choose another.' }),
    );
  return (
    <details
      ref={menu}
      className="sound"
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) currentTarget.open = false;
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !menu.current) return;
        menu.current.open = false;
        menu.current.querySelector('summary')?.focus();
      }}
    >
      <summary className="button">Sound</summary>
      <div className="sound-choices card" tabIndex={-1}>
        {speaks && (
          <DeviceSelect
            label="Microphone"
            devices={microphones}
            value={open}
            fault={fault.microphone}
            onChange={(id) =>
              void chooseMicrophone(session, id).then((microphone) => setFault({ ...microphone }))
            }
          />
        )}
        {speakers.length > 0 && (
          <DeviceSelect
            label="Speaker"
            devices={speakers}
            value={state.speaker}
            fault={fault.speaker}
            onChange={(id) => void chooseSpeaker(id)}
          />
        )}
      </div>
    </details>
  );
}

/** Returns the problem that remains afterwards, or an empty object. */
async function chooseMicrophone(session: MeetingSession, id: string): Promise<{ microphone?: string }> {
  const found = await openMicrophone(id);
  if (typeof found === 'string') return { microphone: PROBLEM_WORDS[found] };
  await session.speakWith(found);
  return {};
}

/** What the person should know now, or do. */
function Notices(props: {
  session: MeetingSession;
  state: InMeeting;
  row: BrowserRow | undefined;
  onUnmuteMe: (row: BrowserRow) => void;
}) {
  const { session, state, row } = props;
  const [problem, setProblem] = useState<string>();
  const again = () => void chooseMicrophone(session, '').then(({ microphone }) => setProblem(microphone));
  return (
    <div role="alert" className="session-notices">
      {state.blocked && (
        <Notice
          text="The browser keeps this page silent."
          button="Turn on the sound"
          onPress={() => session.letSoundOut()}
        />
      )}
      {row?.muted && (
        <Notice
          text="An operator has muted you: nobody hears you."
          button="Unmute me"
          onPress={() => props.onUnmuteMe(row)}
        />
      )}
      {state.microphoneLost && (
        <Notice
          text={problem ?? 'Your microphone was taken away: nobody hears you.'}
          button="Use another microphone"
          onPress={again}
        />
      )}
    </div>
  );
}

function Notice(props: { text: string; button: string; onPress: () => void }) {
  return (
    <p className="session-notice">
      <span>{props.text}</span>
      <button type="button" className="button small" onClick={props.onPress}>
        {props.button}
      </button>
    </p>
  );
}

function OverNote(props: {
  over: Parameters<typeof overWords>[0];
  onJoin: (meetingName: string) => void;
  onDismiss: () => void;
}) {
  const { over } = props;
  return (
    <div className="banner warn" role="alert">
      <p>
        <strong>You are not in {over.meetingName}.</strong> {overWords(over)}
      </p>
      <button type="button" className="button" onClick={() => props.onJoin(over.meetingName)}>
        Join again
      </button>
      <button type="button" className="button quiet" onClick={props.onDismiss}>
        Dismiss
      </button>
    </div>
  );
}
