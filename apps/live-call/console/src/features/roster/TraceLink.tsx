import type { CallRow } from '#contract';

/** A link to the trace of a call; `callsUrl` is the address of the page that shows it. */
export function TraceLink(props: { row: CallRow; callsUrl: string }) {
  const { transactionId, fromNumber } = props.row;
  return (
    <a
      className="trace"
      href={`${props.callsUrl}#${encodeURIComponent(transactionId)}`}
      target="_blank"
      rel="noreferrer"
    >
      Trace<span className="unseen"> of the call of {fromNumber}, in a new tab</span>
    </a>
  );
}
