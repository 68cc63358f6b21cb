import { useEffect, useRef, useState } from 'react';
import { maySound } from '../audio/context.ts';
import { dialled } from '../phone/numbers.ts';
import type { PhoneState } from '../phone/state.ts';
import type { Telephone } from '../telephone.ts';
import { CallView } from './CallView.tsx';
import { DialPad, type Draft } from './DialPad.tsx';
import { useKeys } from './use-keys.ts';
import { labelOf, situation } from './words.ts';

const NO_NUMBER = 'Type a number, as +12025550100, or choose a known one.';

/** The telephone itself: a display with the current situation, and the available actions. */
export function PhoneCard(props: { telephone: Telephone; state: PhoneState }) {
  const { telephone, state } = props;
  const { numbers } = telephone.config;
  const [draft, setDraft] = useState<Draft>({ text: numbers[0]?.number ?? '', edited: false });
  const field = useRef<HTMLInputElement>(null);
  const lit = useKeys(telephone, field);
  const display = useKeptFocus(state.call?.stage ?? 'idle');
  const call = () => {
    const number = dialled(draft.text);
    if (number === undefined) {
      setDraft({ ...draft, fault: NO_NUMBER });
      field.current?.focus();
    } else telephone.dial(number);
  };
  return (
    <section
      className={`card phone ${state.call?.stage ?? 'idle'}`}
      aria-label={state.call ? 'Call' : 'Make a call'}
    >
      <Display telephone={telephone} state={state} focus={display} />
      <TroubleNote telephone={telephone} state={state} />
      {state.call ? (
        <CallView call={state.call} telephone={telephone} lit={lit} />
      ) : (
        <DialPad
          draft={draft}
          numbers={numbers}
          ready={state.line.is === 'ready'}
          afterCall={state.recent.length > 0}
          field={field}
          onDraft={setDraft}
          onCall={call}
        />
      )}
    </section>
  );
}

/** The other party, and the current situation. Screen readers speak the sentence when it changes. */
function Display(props: {
  telephone: Telephone;
  state: PhoneState;
  focus: React.RefObject<HTMLHeadingElement | null>;
}) {
  const { call } = props.state;
  const label = call && labelOf(call.number, props.telephone.config.numbers);
  return (
    <div className="display">
      <h2 ref={props.focus} tabIndex={-1} className={call ? 'other-end mono' : 'unseen'}>
        {call ? call.number : 'Make a call'}
      </h2>
      {label && <p className="faint">{label}</p>}
      <p className="situation" role="status">
        {situation(props.state)}
      </p>
      {call?.stage === 'arriving' && !maySound() && (
        <p className="hint">It rings silently: browsers let a page sound only after you clicked in it.</p>
      )}
    </div>
  );
}

function TroubleNote(props: { telephone: Telephone; state: PhoneState }) {
  const { trouble } = props.state;
  if (!trouble) return null;
  return (
    <div className="note bad" role="alert">
      <p>
        <strong>{trouble.what}</strong> {trouble.advice}
      </p>
      <button
        type="button"
        className="button small"
        onClick={() => props.telephone.phone.tell({ type: 'dismiss' })}
      >
        Dismiss
      </button>
    </div>
  );
}

/**
 * Moves the focus to the display if the focused control disappeared with the call's stage; from there, Tab
 * leads to the available actions. The display is always scrolled into view.
 */
function useKeptFocus(stage: string) {
  const display = useRef<HTMLHeadingElement>(null);
  const before = useRef(stage);
  useEffect(() => {
    if (before.current === stage) return;
    before.current = stage;
    const { activeElement } = document;
    const lost = !activeElement || activeElement === document.body || activeElement.matches(':disabled');
    if (lost) display.current?.focus();
    // On a small screen the user may have scrolled down to the past calls.
    display.current?.scrollIntoView({ block: 'nearest' });
  }, [stage]);
  return display;
}
