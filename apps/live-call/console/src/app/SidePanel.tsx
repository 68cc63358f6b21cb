import { useState } from 'react';
import type { CallRow } from '#contract';
import type { MeetingGroup } from '../features/meetings/grouping.ts';
import type { UpdateLine } from '../features/updates/lines.ts';
import type { Draft } from '../features/updates/selection.ts';
import type { Order, Submission, Via } from '../features/updates/submission.ts';
import { UpdateForm } from '../features/updates/UpdateForm.tsx';
import { UpdateLog } from '../features/updates/UpdateLog.tsx';

/** The form for updates and, beneath it, the outcome of each update. */
export function SidePanel(props: {
  draft: Draft;
  meetings: MeetingGroup[];
  known: boolean;
  prompts: readonly string[];
  lines: readonly UpdateLine[];
  onDraft: (draft: Draft) => void;
  onSubmit: (rows: CallRow[], order: Order, via: Via, everyoneIn?: string) => Submission[];
  onAgain: (submission: Submission) => void;
}) {
  const [sent, setSent] = useState<string>();
  return (
    <div className="side">
      <section className="card" aria-labelledby="update">
        <h2 id="update" tabIndex={-1}>
          Update a call
        </h2>
        <UpdateForm
          draft={props.draft}
          meetings={props.meetings}
          known={props.known}
          prompts={props.prompts}
          failure={props.lines.find((line) => line.key === sent)?.failure}
          onDraft={(draft) => {
            setSent(undefined);
            props.onDraft(draft);
          }}
          onSubmit={(...order) => setSent(props.onSubmit(...order)[0]?.key)}
        />
      </section>
      <section className="card" aria-labelledby="log-title">
        <h2 id="log-title" tabIndex={-1}>
          What happened
        </h2>
        <UpdateLog lines={props.lines} onAgain={props.onAgain} />
      </section>
    </div>
  );
}
