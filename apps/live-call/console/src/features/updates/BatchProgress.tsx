import { progressIn, type UpdateLine } from './lines.ts';
import { updateName } from './words.ts';

/** Shows the progress of a click on a whole meeting: the service accepts five updates a second. */
export function BatchProgress(props: { lines: readonly UpdateLine[]; meetingName: string }) {
  const progress = progressIn(props.lines, props.meetingName);
  return (
    <p className="batch-progress" role="status" aria-label={`Progress in ${props.meetingName}`}>
      {progress && (
        <>
          {updateName(progress.updateInfo)}: {progress.sent} of {progress.all} sent
          <progress value={progress.sent} max={progress.all} aria-hidden="true" />
        </>
      )}
    </p>
  );
}
