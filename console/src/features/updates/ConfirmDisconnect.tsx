import { Dialog } from '../../ui/Dialog.tsx';

/** Asks before everyone in a meeting is disconnected. */
export function ConfirmDisconnect(props: {
  meetingName: string;
  count: number;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const callers = props.count === 1 ? '1 caller' : `${props.count} callers`;
  return (
    <Dialog title={`Disconnect everyone in ${props.meetingName}?`} onClose={props.onClose}>
      <p>The calls of {callers} end at once. They have to dial again to come back.</p>
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
          Disconnect {callers}
        </button>
      </div>
    </Dialog>
  );
}
