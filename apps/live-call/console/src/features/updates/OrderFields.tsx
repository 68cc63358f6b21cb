import { Field } from 'page-ui/Field.tsx';
import { MAX_SPEAK_CHARACTERS } from 'pstn-audio';
import type { Ref } from 'react';

/** The choice of the prompt that PlayAudio plays. */
export function PromptField(props: {
  prompts: readonly string[];
  value: string;
  fault?: string | undefined;
  onChange: (prompt: string) => void;
}) {
  const gone = props.value !== '' && !props.prompts.includes(props.value);
  return (
    <Field
      label="Prompt"
      fault={gone ? `${props.value} is no longer there. Choose another one.` : props.fault}
    >
      {(ids) => (
        <select
          {...ids}
          value={gone ? '' : props.value}
          onChange={(event) => props.onChange(event.target.value)}
        >
          <option value="">The default prompt</option>
          {props.prompts.map((prompt) => (
            <option key={prompt} value={prompt}>
              {prompt}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** The text that Speak says, with a count of its characters. */
export function SpeakField(props: {
  value: string;
  fault?: string | undefined;
  inputRef?: Ref<HTMLTextAreaElement>;
  onChange: (text: string) => void;
}) {
  const length = [...props.value].length;
  const over = length > MAX_SPEAK_CHARACTERS;
  return (
    <Field
      label="Text"
      hint={
        <span className={over ? 'over' : undefined}>
          {length} / {MAX_SPEAK_CHARACTERS} characters
        </span>
      }
      fault={props.fault}
    >
      {(ids) => (
        <textarea
          {...ids}
          ref={props.inputRef}
          rows={3}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
