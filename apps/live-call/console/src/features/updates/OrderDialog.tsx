import { Dialog } from 'page-ui/Dialog.tsx';
import { MAX_SPEAK_CHARACTERS } from 'pstn-audio';
import { type FormEvent, useRef, useState } from 'react';
import { PromptField, SpeakField } from './OrderFields.tsx';
import type { Order, Via } from './submission.ts';
import { faultsOf, VIA_NAMES } from './words.ts';

/** Asks which prompt to play or which text to speak, to one caller or a whole meeting. */
export function OrderDialog(props: {
  updateInfo: 'PlayAudio' | 'Speak';
  /** `+12065550123` or `everyone in Support`. */
  to: string;
  /** Number of calls that it would act on now. */
  count: number;
  via: Via;
  prompts: readonly string[];
  onSubmit: (order: Order) => void;
  onClose: () => void;
}) {
  const speaks = props.updateInfo === 'Speak';
  const textArea = useRef<HTMLTextAreaElement>(null);
  const [prompt, setPrompt] = useState('');
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string>();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const order: Order = speaks
      ? { updateInfo: 'Speak', text }
      : { updateInfo: 'PlayAudio', ...(prompt === '' ? {} : { prompt }) };
    const wrong = faultsOf(order, MAX_SPEAK_CHARACTERS).text;
    setFault(wrong);
    if (wrong) return textArea.current?.focus();
    if (props.count === 0) return;
    props.onSubmit(order);
    props.onClose();
  };

  return (
    <Dialog title={`${speaks ? 'Speak a text to' : 'Play a prompt to'} ${props.to}`} onClose={props.onClose}>
      <form onSubmit={submit} noValidate>
        {speaks ? (
          <SpeakField value={text} onChange={setText} fault={fault} inputRef={textArea} />
        ) : (
          <PromptField prompts={props.prompts} value={prompt} onChange={setPrompt} />
        )}
        <p className="hint" role="status">
          {props.count === 0 ? 'The call has ended meanwhile. Close this and choose another caller.' : null}
        </p>
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" aria-disabled={props.count === 0}>
            {speaks ? 'Speak' : 'Play'} through {VIA_NAMES[props.via]}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
