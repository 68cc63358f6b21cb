import { Dialog } from 'page-ui/Dialog.tsx';

/** Shown when there is nobody left to disconnect. */
const GONE = {
  caller: 'The call has ended meanwhile.',
  operator: 'The operator has left meanwhile.',
  everyone: 'Everyone has left meanwhile.',
};

/** The label of the button that changes nothing. */
const KEEP = { caller: 'Keep the call', operator: 'Keep them in', everyone: 'Keep the calls' };

/** Asks for confirmation before a caller, or everyone in a meeting, is disconnected. */
export function ConfirmDisconnect(props: {
  /** A number, or `everyone in …`. */
  whom: string;
  /** The kind of the one person who is named; undefined for everyone. */
  alone: 'caller' | 'operator' | undefined;
  callers: number;
  /** Operators who take part with a browser, not counting the one at this page. */
  operators?: number;
  /** All those whom the question concerned have left since it was asked. */
  gone: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const operators = props.operators ?? 0;
  const parts = [
    props.callers > 0 || operators === 0 ? counted(props.callers, 'caller') : '',
    operators > 0 ? counted(operators, 'operator') : '',
  ].filter(Boolean);
  return (
    <Dialog title={`Disconnect ${props.whom}?`} onClose={props.onClose}>
      <p hidden={props.gone}>
        {props.alone === 'caller' && 'The call ends at once. The caller has to dial again to come back.'}
        {props.alone === 'operator' && 'The operator is taken out of the meeting and may join again.'}
        {props.callers > 0 && !props.alone && (
          <>
            The calls of {counted(props.callers, 'caller')} end at once. They have to dial again to come back.{' '}
          </>
        )}
        {operators > 0 && !props.alone && (
          <>
            {counted(operators, 'operator')} {operators === 1 ? 'is' : 'are'} taken out of the meeting and may
            join again.
          </>
        )}
      </p>
      <p role="status">{props.gone && GONE[props.alone ?? 'everyone']}</p>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={props.onClose}>
          {props.gone ? 'Close' : KEEP[props.alone ?? 'everyone']}
        </button>
        <button
          type="button"
          className="button danger solid"
          aria-disabled={props.gone}
          onClick={() => {
            if (props.gone) return;
            props.onConfirm();
            props.onClose();
          }}
        >
          Disconnect {props.alone ? props.whom : parts.join(' and ')}
        </button>
      </div>
    </Dialog>
  );
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
