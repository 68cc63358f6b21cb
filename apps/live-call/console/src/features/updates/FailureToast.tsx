import { useNow } from 'page-ui/use-now.ts';
import { useState } from 'react';
import { worthRetrying } from '../../server/failure.ts';
import { lastStepAt, newestFailure, type UpdateLine } from './lines.ts';
import type { Submission } from './submission.ts';
import { failureWords } from './words.ts';

/** The recipient of an update, in words. */
function whom({ everyoneIn, fromNumber, transactionId }: UpdateLine): string {
  return everyoneIn !== undefined ? `Everyone in ${everyoneIn}` : (fromNumber ?? `Call ${transactionId}`);
}

/** This page's last update that was not carried out; it stays in view wherever the page is scrolled to. */
export function FailureToast(props: {
  lines: readonly UpdateLine[];
  onAgain: (submission: Submission) => void;
}) {
  const now = useNow();
  const [dismissedAt, setDismissedAt] = useState(0);
  const line = newestFailure(props.lines, now);
  const at = line ? lastStepAt(line) : 0;
  if (!line?.submission || at <= dismissedAt) return null;
  const { submission } = line;
  return (
    <section key={`${line.key} ${at}`} className="toast" aria-label="An update was not carried out">
      <p>
        <strong>{whom(line)}</strong> {failureWords(line)}
      </p>
      <div className="toast-buttons">
        {(!line.failure || worthRetrying(line.failure)) && (
          <button type="button" className="button small" onClick={() => props.onAgain(submission)}>
            Try again
          </button>
        )}
        <button type="button" className="button small" onClick={() => setDismissedAt(at)}>
          Dismiss
        </button>
        <a className="to-log" href="#log-title">
          What happened
        </a>
      </div>
    </section>
  );
}
