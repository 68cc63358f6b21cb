import { type ReactNode, useId } from 'react';
import { CallerTable, type CallerView } from './CallerTable.tsx';
import type { MeetingGroup } from './grouping.ts';
import { PinBadge } from './PinBadge.tsx';

/** One meeting: its name, its PIN, who is in it. */
export function MeetingCard(props: {
  meeting: MeetingGroup;
  phoneNumber: string;
  view: CallerView;
  /** Acts on all callers; shown when there are some. */
  actions: ReactNode;
}) {
  const { meeting } = props;
  const titleId = useId();
  const count = meeting.callers.length;
  return (
    <article className="card meeting" aria-labelledby={titleId}>
      <header className="meeting-head">
        <h3 id={titleId}>{meeting.name}</h3>
        <span className="count">{count === 1 ? '1 caller' : `${count} callers`}</span>
        <span className="pins">
          {meeting.pins.map((pin) => (
            <PinBadge key={pin} pin={pin} meetingName={meeting.name} />
          ))}
        </span>
      </header>
      {count > 0 ? (
        <>
          {props.actions}
          <CallerTable meetingName={meeting.name} callers={meeting.callers} view={props.view} />
        </>
      ) : (
        <p className="empty">
          Nobody is in. Dial <strong className="nowrap">{props.phoneNumber}</strong>
          {meeting.pins[0] && (
            <>
              {' '}
              and enter PIN <strong className="nowrap">{meeting.pins[0]}</strong>
            </>
          )}
          .
        </p>
      )}
    </article>
  );
}
