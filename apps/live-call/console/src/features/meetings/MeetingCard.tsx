import { type ReactNode, useId } from 'react';
import type { MeetingGroup } from './grouping.ts';
import { PinBadge } from './PinBadge.tsx';

/** One meeting: its name, its PIN and its participants. */
export function MeetingCard(props: {
  meeting: MeetingGroup;
  phoneNumber: string;
  /** Whether the page itself is in the meeting or is joining it. */
  joined: boolean;
  onJoin: () => void;
  /** The buttons that act on everybody; shown when somebody is in the meeting. */
  actions: ReactNode;
  /** Whether somebody is in the meeting. */
  occupied: boolean;
  /** Those who are in the meeting or left a moment ago; renders nothing when there are none. */
  roster: ReactNode;
}) {
  const { meeting } = props;
  const titleId = useId();
  return (
    <article className="card meeting" aria-labelledby={titleId}>
      <header className="meeting-head" data-steady={`meeting ${meeting.name}`}>
        <h3 id={titleId}>{meeting.name}</h3>
        <Counts meeting={meeting} />
        <span className="meeting-side">
          {meeting.pins.map((pin) => (
            <PinBadge key={pin} pin={pin} meetingName={meeting.name} />
          ))}
          {props.joined ? (
            <span className="tag you-are-in">You are in</span>
          ) : (
            meeting.pins.length > 0 && <JoinButton meetingName={meeting.name} onJoin={props.onJoin} />
          )}
        </span>
      </header>
      {props.occupied ? (
        props.actions
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
      {props.roster}
    </article>
  );
}

function Counts(props: { meeting: MeetingGroup }) {
  const callers = props.meeting.callers.length;
  const operators = props.meeting.browsers.length;
  return (
    <>
      <span className="count">{callers === 1 ? '1 caller' : `${callers} callers`}</span>
      {operators > 0 && (
        <span className="count">{operators === 1 ? '1 operator' : `${operators} operators`}</span>
      )}
    </>
  );
}

function JoinButton(props: { meetingName: string; onJoin: () => void }) {
  return (
    <button
      type="button"
      className="button small join"
      aria-label={`Join ${props.meetingName}`}
      data-join={props.meetingName}
      onClick={props.onJoin}
    >
      Join
    </button>
  );
}
