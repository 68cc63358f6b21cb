import { Dialog } from 'page-ui/Dialog.tsx';

/** Asks before everyone in a meeting is disconnected. */
export function ConfirmDisconnect(props: {
  meetingName: string;
  callers: number;
  /** Operators who are in with a browser, without the one who is asked. */
  operators?: number;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const operators = props.operators ?? 0;
  const parts = [
    props.callers > 0 || operators === 0 ? counted(props.callers, 'caller') : '',
    operators > 0 ? counted(operators, 'operator') : '',
  ].filter(Boolean);
  return (
    <Dialog title={`Disconnect everyone in ${props.meetingName}?`} onClose={props.onClose}>
      <p>
        {props.callers > 0 && (
          <>
            The calls of {counted(props.callers, 'caller')} end at once. They have to dial again to come back.{' '}
          </>
        )}
        {operators > 0 && (
          <>
            {counted(operators, 'operator')} {operators === 1 ? 'is' : 'are'} taken out of the meeting and may
            join again.
          </>
        )}
      </p>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={props.onClose}>
          Keep the calls
        </button>
        <button
          type="button"
          className="button danger solid"
          onClick={() => {
            props.onConfirm();
            props.onClose();
          }}
        >
          Disconnect {parts.join(' and ')}
        </button>
      </div>
    </Dialog>
  );
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
