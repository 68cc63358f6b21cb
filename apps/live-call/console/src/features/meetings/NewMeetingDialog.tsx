import { Dialog } from 'page-ui/Dialog.tsx';
import { Field } from 'page-ui/Field.tsx';
import { type FormEvent, useRef, useState } from 'react';
import { type CreateMeetingResponse, sameNameKey } from '#contract';
import type { Api } from '../../server/api.ts';
import { FailureNote } from '../../server/FailureNote.tsx';
import { type Failure, failureOf } from '../../server/failure.ts';
import { PinBadge } from './PinBadge.tsx';
import { createMeeting } from './requests.ts';

/** Maximum number of characters in a meeting's name (`CreateMeetingRequest`). */
const MAX_NAME = 64;

/** Asks for a name, creates the meeting, and shows its PIN. */
export function NewMeetingDialog(props: {
  api: Api;
  phoneNumber: string;
  /** Names already in use: callers are shown under the name of their meeting, so it must be unique. */
  taken: readonly string[];
  onCreated: () => void;
  onClose: () => void;
}) {
  const [created, setCreated] = useState<CreateMeetingResponse>();
  return (
    <Dialog title={created ? `${created.name} is ready` : 'New meeting'} onClose={props.onClose}>
      {created ? (
        <>
          <p role="status">
            Callers dial <strong className="nowrap">{props.phoneNumber}</strong> and enter this PIN:
          </p>
          <p className="big-pin">
            <PinBadge pin={created.pin} meetingName={created.name} />
          </p>
          <div className="dialog-buttons just-come">
            <button type="button" className="button primary" onClick={props.onClose}>
              Done
            </button>
          </div>
        </>
      ) : (
        <NameForm
          api={props.api}
          taken={props.taken}
          onClose={props.onClose}
          onCreated={(meeting) => {
            setCreated(meeting);
            props.onCreated();
          }}
        />
      )}
    </Dialog>
  );
}

function NameForm(props: {
  api: Api;
  taken: readonly string[];
  onCreated: (meeting: CreateMeetingResponse) => void;
  onClose: () => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState('');
  const [fault, setFault] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const [waiting, setWaiting] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (waiting) return;
    const wrong = faultOfName(name, props.taken);
    setFault(wrong);
    setFailure(undefined);
    if (wrong) return input.current?.focus();
    setWaiting(true);
    try {
      props.onCreated(await createMeeting(props.api, { name: name.trim() }));
    } catch (error) {
      setWaiting(false);
      const failed = failureOf(error);
      if (failed.field !== 'name') return setFailure(failed);
      setFault(failed.message);
      input.current?.focus();
    }
  };

  return (
    <form onSubmit={submit} noValidate>
      <Field
        label="Name"
        hint="What you will call it, for example Support. The PIN is chosen for you."
        fault={fault}
      >
        {(ids) => (
          <input
            {...ids}
            ref={input}
            value={name}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <div role="alert">{failure && <FailureNote failure={failure} />}</div>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={props.onClose}>
          Cancel
        </button>
        <button type="submit" className="button primary" aria-disabled={waiting}>
          {waiting ? 'Creating…' : 'Create meeting'}
        </button>
      </div>
    </form>
  );
}

/** What is wrong with a meeting's name; undefined when nothing is. */
function faultOfName(name: string, taken: readonly string[]): string | undefined {
  const length = [...name.trim()].length;
  if (length === 0) return 'Give the meeting a name.';
  const same = taken.find((one) => sameNameKey(one) === sameNameKey(name));
  if (same !== undefined) return `There is a meeting named “${same}” already. Choose another name.`;
  return length > MAX_NAME ? `${length} characters: shorten it by ${length - MAX_NAME}.` : undefined;
}
