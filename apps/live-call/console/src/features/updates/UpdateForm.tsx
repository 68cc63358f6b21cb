import { Field } from 'page-ui/Field.tsx';
import { MAX_SPEAK_CHARACTERS } from 'pstn-audio';
import { type FormEvent, useRef, useState } from 'react';
import { type CallRow, UPDATE_INFOS } from '#contract';
import type { Failure } from '../../server/failure.ts';
import { ConfirmDisconnect } from './ConfirmDisconnect.tsx';
import { PromptField, SpeakField } from './OrderFields.tsx';
import { type Draft, EVERYONE, type MeetingChoice, orderOf, resolveDraft } from './selection.ts';
import type { Order, Via } from './submission.ts';
import { AttendeeSelect, MeetingSelect } from './TargetSelects.tsx';
import { faultsOf, UPDATE_NAMES, VIA_NAMES } from './words.ts';

type Faults = Partial<Record<'meeting' | 'attendee' | 'prompt' | 'text', string>>;

export interface UpdateFormProps {
  draft: Draft;
  meetings: readonly MeetingChoice[];
  /** False until the first answer: what is not known yet is not reported as gone. */
  known: boolean;
  prompts: readonly string[];
  /** Why the API did not accept the last update of this form. */
  failure: Failure | undefined;
  onDraft: (draft: Draft) => void;
  onSubmit: (targets: CallRow[], order: Order, via: Via, everyoneIn?: string) => void;
}

/** The form in which a meeting, an attendee and an update are chosen and submitted through Node or Python. */
export function UpdateForm(props: UpdateFormProps) {
  const { draft, onDraft } = props;
  const form = useRef<HTMLFormElement>(null);
  const [checked, setChecked] = useState(false);
  const [confirming, setConfirming] = useState<Via>();
  const resolved = resolveDraft(draft, props.meetings);
  const faults: Faults = checked ? faultsIn(draft, resolved) : faultsFrom(props.failure);
  const change = (part: Partial<Draft>) => {
    setChecked(false);
    onDraft({ ...draft, ...part });
  };

  const send = (via: Via) => {
    const everyoneIn = resolved.attendee === EVERYONE ? resolved.meeting : undefined;
    props.onSubmit(resolved.targets, orderOf(draft), via, everyoneIn);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const via = viaOf(event.nativeEvent as SubmitEvent);
    const wrong = Object.keys(faultsIn(draft, resolved));
    setChecked(wrong.length > 0);
    if (wrong.length > 0) return focusField(form.current, wrong[0]);
    if (resolved.attendee === EVERYONE && draft.updateInfo === 'DisconnectAttendee')
      return setConfirming(via);
    send(via);
  };

  return (
    <>
      <form ref={form} className="update-form" onSubmit={submit} noValidate>
        <Targets meetings={props.meetings} resolved={resolved} faults={faults} onChange={change} />
        <p className="gone" role="status">
          {props.known && resolved.gone}
        </p>
        <OrderChoice draft={draft} prompts={props.prompts} faults={faults} onChange={change} />
        <SubmitButtons />
      </form>
      {confirming && (
        <ConfirmDisconnect
          alone={undefined}
          whom={`everyone in ${resolved.meeting}`}
          callers={resolved.targets.length}
          gone={resolved.targets.length === 0}
          onConfirm={() => send(confirming)}
          onClose={() => setConfirming(undefined)}
        />
      )}
    </>
  );
}

function Targets(props: {
  meetings: readonly MeetingChoice[];
  resolved: { meeting: string; attendee: string };
  faults: Faults;
  onChange: (part: Partial<Draft>) => void;
}) {
  const { meetings, resolved, faults, onChange } = props;
  return (
    <>
      <MeetingSelect
        meetings={meetings}
        value={resolved.meeting}
        fault={faults.meeting}
        onChange={onChange}
      />
      <AttendeeSelect
        callers={meetings.find((one) => one.name === resolved.meeting)?.callers ?? []}
        nobody={resolved.meeting === '' ? 'Choose a meeting first' : 'Nobody is in'}
        value={resolved.attendee}
        fault={faults.attendee}
        onChange={onChange}
      />
    </>
  );
}

/** Which of the two submit buttons was pressed. */
function viaOf({ submitter }: SubmitEvent): Via {
  return submitter?.getAttribute('value') === 'python' ? 'python' : 'node';
}

function OrderChoice(props: {
  draft: Draft;
  prompts: readonly string[];
  faults: Faults;
  onChange: (part: Partial<Draft>) => void;
}) {
  const { draft, faults, onChange } = props;
  const choose = (value: string) => {
    const updateInfo = UPDATE_INFOS.find((one) => one === value);
    if (updateInfo) onChange({ updateInfo });
  };
  return (
    <>
      <Field label="Update">
        {(ids) => (
          <select {...ids} value={draft.updateInfo} onChange={(event) => choose(event.target.value)}>
            {UPDATE_INFOS.map((updateInfo) => (
              <option key={updateInfo} value={updateInfo}>
                {UPDATE_NAMES[updateInfo]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {draft.updateInfo === 'PlayAudio' && (
        <PromptField
          prompts={props.prompts}
          value={draft.prompt}
          fault={faults.prompt}
          onChange={(prompt) => onChange({ prompt })}
        />
      )}
      {draft.updateInfo === 'Speak' && (
        <SpeakField value={draft.text} fault={faults.text} onChange={(text) => onChange({ text })} />
      )}
    </>
  );
}

function SubmitButtons() {
  return (
    <div className="submit-buttons">
      {(['node', 'python'] as const).map((via) => (
        <button key={via} type="submit" name="via" value={via} className="button primary">
          Submit with {VIA_NAMES[via]}
        </button>
      ))}
    </div>
  );
}

/** The faults that keep the form from being sent, by field. */
function faultsIn(draft: Draft, resolved: { meeting: string; targets: CallRow[] }): Faults {
  return {
    ...(resolved.meeting === '' ? { meeting: 'Choose the meeting of the call.' } : {}),
    ...(resolved.meeting !== '' && resolved.targets.length === 0
      ? { attendee: 'Choose whose call to change.' }
      : {}),
    ...faultsOf(orderOf(draft), MAX_SPEAK_CHARACTERS),
  };
}

/** The fault of the field that the API named, if that field is in the form. */
function faultsFrom(failure: Failure | undefined): Faults {
  if (!failure?.field) return {};
  const fields: Record<string, keyof Faults> = {
    prompt: 'prompt',
    text: 'text',
    meetingId: 'meeting',
    attendeeId: 'attendee',
    transactionId: 'attendee',
    callId: 'attendee',
    fromNumber: 'attendee',
  };
  const field = fields[failure.field];
  return field ? { [field]: failure.message } : {};
}

function focusField(form: HTMLFormElement | null, field: string | undefined): void {
  form?.querySelector<HTMLElement>(field === 'text' ? 'textarea' : `[data-field="${field}"]`)?.focus();
}
