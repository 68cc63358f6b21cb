import { formatClockTime, formatDelay, formatDuration } from 'page-ui/time.ts';
import { useNow } from 'page-ui/use-now.ts';
import type { ReactNode } from 'react';
import { FailureNote } from '../../server/FailureNote.tsx';
import { worthRetrying } from '../../server/failure.ts';
import { tally } from './announce.ts';
import { isUnderWay, type Step, type UpdateLine } from './lines.ts';
import type { Submission } from './submission.ts';
import { stageWords, statusName, titleOf, updateName, VIA_NAMES } from './words.ts';

/** Maximum number of updates that are shown; the server lists as many. */
const SHOWN = 50;
/** Milliseconds after which the page says what it is still waiting for. */
const SLOW_MS = 3000;

const STEP_NAMES: Record<Step['name'], string> = {
  clicked: 'Clicked',
  accepted: 'Accepted by API',
  seen: 'Seen by handler',
  done: 'Done',
  failed: 'Failed',
  interrupted: 'Interrupted',
  refused: 'Not accepted',
};

/** The history of each update, the newest first. */
export function UpdateLog(props: {
  lines: readonly UpdateLine[];
  onAgain: (submission: Submission) => void;
}) {
  if (props.lines.length === 0)
    return (
      <p className="empty">
        No update in the last hour. What you do to a call, and what other operators do, is listed here with
        its times.
      </p>
    );
  return (
    <ul className="log">
      {inBatches(props.lines.slice(0, SHOWN)).map((lines) => {
        const first = lines[0];
        if (!first) return null;
        const item = (line: UpdateLine) => <UpdateItem key={line.key} line={line} onAgain={props.onAgain} />;
        if (!first.submission?.batch) return item(first);
        return (
          <BatchItem
            key={first.submission.batch.key}
            lines={lines}
            meetingName={first.submission.batch.meetingName}
          >
            {lines.map(item)}
          </BatchItem>
        );
      })}
    </ul>
  );
}

function BatchItem(props: { lines: UpdateLine[]; meetingName: string; children: ReactNode }) {
  const { lines } = props;
  const first = lines[0];
  const wrong = lines.some((line) => line.status === 'refused' || line.status === 'failed');
  const sent = lines.filter(({ status }) => status !== 'sending').length;
  return (
    <li className="update batch">
      <details open={wrong || undefined}>
        <summary>
          <span className="title">
            {updateName(first?.updateInfo ?? '')}, everyone in {props.meetingName}
          </span>{' '}
          <span className={`status ${wrong ? 'failed' : lines.some(isUnderWay) ? 'seen' : 'done'}`}>
            {sent < lines.length && `${sent} of ${lines.length} sent: `}
            {tally(lines)}
          </span>
        </summary>
        <ul className="log">{props.children}</ul>
      </details>
    </li>
  );
}

function UpdateItem(props: { line: UpdateLine; onAgain: (submission: Submission) => void }) {
  const { line } = props;
  const { submission } = line;
  return (
    <li className="update" data-status={line.status}>
      <div className="update-head">
        <span className={`status ${line.status}`}>{statusName(line)}</span>
        <span className="title">{titleOf(line)}</span>
        <span className="via-name">
          {VIA_NAMES[line.via] ?? line.via}
          {!submission && ', another operator'}
        </span>
      </div>
      {line.detail && (
        <p className="detail">{line.updateInfo === 'Speak' ? `“${line.detail}”` : line.detail}</p>
      )}
      <ol className="steps">
        {line.steps.map((step) => (
          <li key={step.name} className={`step ${step.name}`}>
            <span className="step-name">{STEP_NAMES[step.name]}</span>
            <time dateTime={new Date(step.at).toISOString()}>{formatClockTime(step.at)}</time>
            <span className="after">{step === line.steps[0] ? ' ' : `+${formatDelay(step.after)}`}</span>
          </li>
        ))}
      </ol>
      {line.stages && <p className="detail">{stageWords(line.stages)}</p>}
      {isUnderWay(line) && <Waiting line={line} />}
      {line.unlisted && <p className="detail">The server no longer lists it: its end is not known.</p>}
      {line.reason && <p className="reason">{line.reason}</p>}
      {line.failure && <FailureNote failure={line.failure} />}
      {submission && line.failure && worthRetrying(line.failure) && (
        <button
          type="button"
          className="button small"
          aria-label={`Try again: ${titleOf(line)}`}
          onClick={() => props.onAgain(submission)}
        >
          Try again
        </button>
      )}
    </li>
  );
}

/** Says what the update is waiting for, once that takes long. */
function Waiting(props: { line: UpdateLine }) {
  const { line } = props;
  const waited = useNow() - (line.steps.at(-1)?.at ?? line.startedAt);
  if (waited < SLOW_MS) return null;
  const what = { sending: 'for the API', accepted: 'for word of the handler', seen: 'for the end of it' }[
    line.status as string
  ];
  return (
    <p className="detail">
      Waiting {what}: {formatDuration(waited)}.
    </p>
  );
}

/** Groups the lines of one click on a whole meeting, at the place of the newest of them. */
function inBatches(lines: readonly UpdateLine[]): UpdateLine[][] {
  const groups = new Map<string, UpdateLine[]>();
  for (const line of lines) {
    const key = line.submission?.batch?.key ?? line.key;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups.values()];
}
