import { useState, useSyncExternalStore } from 'react';
import type { CallRow } from '#contract';
import type { CallerView } from '../features/meetings/CallerTable.tsx';
import { type MeetingGroup, nameOf } from '../features/meetings/grouping.ts';
import { MeetingCard } from '../features/meetings/MeetingCard.tsx';
import { NoMeetings } from '../features/meetings/NoMeetings.tsx';
import { type Ask, CallActions, MeetingActions } from '../features/updates/CallActions.tsx';
import { ConfirmDisconnect } from '../features/updates/ConfirmDisconnect.tsx';
import { type UpdateLine, underWayByCall } from '../features/updates/lines.ts';
import { OrderDialog } from '../features/updates/OrderDialog.tsx';
import type { Order, Via } from '../features/updates/submission.ts';
import { ViaChoice } from '../features/updates/ViaChoice.tsx';
import { pendingWords } from '../features/updates/words.ts';
import type { Services } from './services.ts';

/** A button that needs an answer before it acts; the calls are looked up again when it does. */
interface OpenQuestion {
  ask: Exclude<Ask, { kind: 'now' }>;
  meeting: string;
  /** Absent: everyone in the meeting. */
  row?: CallRow;
}

/** The meetings with their callers, and the buttons that act on them. */
export function MeetingsPanel(props: {
  services: Services;
  /** False until the first answer: nothing is said about what is not known. */
  known: boolean;
  meetings: MeetingGroup[];
  prompts: readonly string[];
  lines: readonly UpdateLine[];
  via: Via;
  selected: string;
  onVia: (via: Via) => void;
  onNew: () => void;
  onSelect: (meeting: string, row: CallRow) => void;
  onSubmit: (rows: CallRow[], order: Order, via: Via, everyoneIn?: string) => void;
}) {
  const { meetings, via } = props;
  const [question, setQuestion] = useState<OpenQuestion>();
  const speaking = useSpeaking(props.services);
  const underWay = underWayByCall(props.lines);

  const targetsOf = (one: OpenQuestion): CallRow[] => {
    const callers = meetings.find((meeting) => meeting.name === one.meeting)?.callers ?? [];
    return one.row ? callers.filter((caller) => caller.transactionId === one.row?.transactionId) : callers;
  };
  const act = (ask: Ask, meeting: string, row?: CallRow) => {
    const on: Omit<OpenQuestion, 'ask'> = row ? { meeting, row } : { meeting };
    if (ask.kind !== 'now') return setQuestion({ ask, ...on });
    props.onSubmit(targetsOf({ ask: { kind: 'confirm' }, ...on }), ask.order, via, row ? undefined : meeting);
  };
  const view: CallerView = {
    selectedAttendee: props.selected,
    speaking,
    pendingOf: (row) => pendingWords(underWay.get(row.transactionId)),
    onSelect: (row) => props.onSelect(nameOf(row), row),
    actionsOf: (row) => <CallActions row={row} onAsk={(ask) => act(ask, nameOf(row), row)} />,
  };

  return (
    <section className="meetings" aria-labelledby="meetings-title">
      <div className="section-head">
        <h2 id="meetings-title">Meetings</h2>
        <ViaChoice via={via} onChange={props.onVia} />
        <button type="button" className="button primary" onClick={props.onNew}>
          New meeting
        </button>
      </div>
      {!props.known && <p className="card empty">Asking who is in which meeting…</p>}
      {props.known && meetings.length === 0 && (
        <NoMeetings phoneNumber={props.services.config.phoneNumber} onNew={props.onNew} />
      )}
      {meetings.map((meeting) => (
        <MeetingCard
          key={meeting.name}
          meeting={meeting}
          phoneNumber={props.services.config.phoneNumber}
          view={view}
          actions={<MeetingActions meetingName={meeting.name} onAsk={(ask) => act(ask, meeting.name)} />}
        />
      ))}
      {question && (
        <Question
          question={question}
          targets={targetsOf(question)}
          via={via}
          prompts={props.prompts}
          onSubmit={(order) =>
            props.onSubmit(targetsOf(question), order, via, question.row ? undefined : question.meeting)
          }
          onClose={() => setQuestion(undefined)}
        />
      )}
    </section>
  );
}

function Question(props: {
  question: OpenQuestion;
  targets: CallRow[];
  via: Via;
  prompts: readonly string[];
  onSubmit: (order: Order) => void;
  onClose: () => void;
}) {
  const { ask, meeting, row } = props.question;
  if (ask.kind === 'confirm')
    return (
      <ConfirmDisconnect
        meetingName={meeting}
        count={props.targets.length}
        onConfirm={() => props.onSubmit({ updateInfo: 'DisconnectAttendee' })}
        onClose={props.onClose}
      />
    );
  return (
    <OrderDialog
      updateInfo={ask.updateInfo}
      to={row?.fromNumber ?? `everyone in ${meeting}`}
      count={props.targets.length}
      via={props.via}
      prompts={props.prompts}
      onSubmit={props.onSubmit}
      onClose={props.onClose}
    />
  );
}

function useSpeaking(services: Services): CallerView['speaking'] {
  const { activity } = services;
  const known = useSyncExternalStore(
    activity?.subscribe ?? subscribeToNothing,
    activity?.getSpeaking ?? (() => undefined),
  );
  return activity ? { known } : undefined;
}

function subscribeToNothing(): () => void {
  return () => {};
}
