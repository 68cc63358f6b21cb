import { useNow } from 'page-ui/use-now.ts';
import { useState } from 'react';
import { worthRetrying } from '../../server/failure.ts';
import type { UpdateLine } from './lines.ts';
import type { Submission } from './submission.ts';
import { failureWords } from './words.ts';

/** Whom an update was for. */
function whom({ everyoneIn, fromNumber, transactionId }: UpdateLine): string {
  return everyoneIn !== undefined ? `Everyone in ${everyoneIn}` : (fromNumber ?? `Call ${transactionId}`);
}

/** Milliseconds for which a failure is shown in the corner; the row and the list below keep it longer. */
const SHOWN_MS = 15_000;

/** The newest update of this page that was not carried out, in view wherever the page is scrolled to. */
export function FailureToast(props: {
  lines: readonly UpdateLine[];
  onAgain: (submission: Submission) => void;
}) {
  const now = useNow();
  const [dismissed, setDismissed] = useState<string>();
  const line = props.lines.find(({ submission }) => submission !== undefined);
  const failed = line && (line.status === 'failed' || line.status === 'refused');
  const recent = failed && now - (line.steps.at(-1)?.at ?? line.startedAt) < SHOWN_MS;
  if (!line?.submission || !recent || dismissed === line.key) return null;
  const { submission } = line;
  return (
    <section key={line.key} className="toast" aria-label="An update was not carried out">
      <p>
        <strong>{whom(line)}</strong> {failureWords(line)}
      </p>
      <div className="toast-buttons">
        {(!line.failure || worthRetrying(line.failure)) && (
          <button type="button" className="button small" onClick={() => props.onAgain(submission)}>
            Try again
          </button>
        )}
        <button type="button" className="button small" onClick={() => setDismissed(line.key)}>
          Dismiss
        </button>
      </div>
    </section>
  );
}
