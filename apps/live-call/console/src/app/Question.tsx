import type { BrowserRow, CallRow } from '#contract';
import type { Ask } from '../features/updates/CallActions.tsx';
import { ConfirmDisconnect } from '../features/updates/ConfirmDisconnect.tsx';
import { OrderDialog } from '../features/updates/OrderDialog.tsx';
import type { Order, Via } from '../features/updates/submission.ts';

/** An open question: a button that needs an answer before it acts. The calls are looked up again when it acts. */
export interface OpenQuestion {
  ask: Exclude<Ask, { kind: 'now' }>;
  meeting: string;
  /** The caller in question. Without this and without `operator`: everyone in the meeting. */
  row?: CallRow;
  /** The operator in question. */
  operator?: BrowserRow;
}

/** The dialog that asks an open question. */
export function Question(props: {
  question: OpenQuestion;
  targets: { callers: CallRow[]; browsers: BrowserRow[] };
  via: Via;
  prompts: readonly string[];
  onSubmit: (order: Order) => void;
  onRemove: (operator: BrowserRow) => void;
  onClose: () => void;
}) {
  const { ask, meeting, row, operator } = props.question;
  const { callers, browsers } = props.targets;
  if (ask.kind === 'confirm')
    return (
      <ConfirmDisconnect
        whom={row?.fromNumber ?? operator?.displayName ?? `everyone in ${meeting}`}
        alone={row ? 'caller' : operator && 'operator'}
        callers={callers.length}
        operators={browsers.length}
        gone={isGone(props.question, props.targets)}
        onConfirm={() =>
          operator ? props.onRemove(operator) : props.onSubmit({ updateInfo: 'DisconnectAttendee' })
        }
        onClose={props.onClose}
      />
    );
  return (
    <OrderDialog
      updateInfo={ask.updateInfo}
      to={row?.fromNumber ?? `everyone in ${meeting}`}
      count={callers.length}
      via={props.via}
      prompts={props.prompts}
      onSubmit={props.onSubmit}
      onClose={props.onClose}
    />
  );
}

/** Whether all those whom the question concerns have left. */
function isGone(
  { operator }: OpenQuestion,
  { callers, browsers }: { callers: CallRow[]; browsers: BrowserRow[] },
): boolean {
  if (operator) return !browsers.some(({ attendeeId }) => attendeeId === operator.attendeeId);
  return callers.length + browsers.length === 0;
}
