import { type FormEvent, type RefObject, useId } from 'react';
import type { KnownNumber } from '../config.ts';
import { CallIcon, DeleteIcon } from './icons.tsx';
import { Keypad } from './Keypad.tsx';

/** The number to call. */
export interface Draft {
  text: string;
  /** False while it is the number that was chosen: the first key then begins a new number. */
  edited: boolean;
  fault?: string | undefined;
}

/** What is shown without a call: the number, known numbers, the key pad and Call. */
export function DialPad(props: {
  draft: Draft;
  numbers: readonly KnownNumber[];
  ready: boolean;
  /** Whether it replaces a call, which may have ended just before a click on *Hang up*. */
  afterCall: boolean;
  field: RefObject<HTMLInputElement | null>;
  onDraft: (draft: Draft) => void;
  onCall: () => void;
}) {
  const { draft, onDraft } = props;
  const edit = (text: string) => onDraft({ text, edited: true });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onCall();
  };
  return (
    <form className="dial-pad" onSubmit={submit} noValidate>
      <NumberField draft={draft} field={props.field} onEdit={edit} />
      <KnownNumbers {...props} />
      <Keypad lit={undefined} onKey={(key) => edit(draft.edited ? draft.text + key : key)} />
      <button
        type="submit"
        className={props.afterCall ? 'button primary big just-come' : 'button primary big'}
        aria-disabled={props.ready ? undefined : true}
        title={props.ready ? undefined : 'The phone is not connected'}
      >
        <CallIcon />
        Call
      </button>
    </form>
  );
}

function NumberField(props: {
  draft: Draft;
  field: RefObject<HTMLInputElement | null>;
  onEdit: (text: string) => void;
}) {
  const id = useId();
  const { draft, onEdit } = props;
  return (
    <div className="field">
      <label htmlFor={id}>Number to call</label>
      <div className="number-field">
        <input
          ref={props.field}
          id={id}
          type="tel"
          className="mono"
          autoComplete="off"
          spellCheck={false}
          maxLength={80}
          value={draft.text}
          aria-invalid={draft.fault ? true : undefined}
          aria-describedby={draft.fault ? `${id}fault` : undefined}
          onChange={(event) => onEdit(event.target.value)}
        />
        {draft.text !== '' && (
          <button
            type="button"
            className="delete"
            aria-label="Delete the last digit"
            onClick={() => onEdit(draft.text.slice(0, -1))}
          >
            <DeleteIcon />
          </button>
        )}
      </div>
      {draft.fault && (
        <p className="fault" id={`${id}fault`} role="alert">
          {draft.fault}
        </p>
      )}
    </div>
  );
}

function KnownNumbers(props: {
  draft: Draft;
  numbers: readonly KnownNumber[];
  onDraft: (draft: Draft) => void;
}) {
  if (props.numbers.length === 0) return null;
  return (
    <ul className="known-numbers" aria-label="Known numbers">
      {props.numbers.map(({ number, label }) => (
        <li key={number}>
          <button
            type="button"
            className="known-number"
            aria-pressed={props.draft.text === number}
            onClick={() => props.onDraft({ text: number, edited: false })}
          >
            {label !== '' && <span className="label">{label} </span>}
            <span className="mono">{number}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
