import { useState, useSyncExternalStore } from 'react';
import type { CallRow } from '#contract';
import type { CallerView } from '../features/meetings/CallerTable.tsx';
import { type MeetingGroup, nameOf } from '../features/meetings/grouping.ts';
import { MeetingCard } from '../features/meetings/MeetingCard.tsx';
import { NoMeetings } from '../features/meetings/NoMeetings.tsx';
import { type Ask, CallActions, MeetingActions } from '../features/updates/CallActions.tsx';
import { ConfirmDisconnect } from '../features/updates/ConfirmDisconnect.tsx';
import { underWayByCall } from '../features/updates/lines.ts';
import { OrderDialog } from '../features/updates/OrderDialog.tsx';
import type { Order, Via } from '../features/updates/submission.ts';
import { ViaChoice } from '../features/updates/ViaChoice.tsx';
import { pendingWords } from '../features/updates/words.ts';
import type { Services } from './services.ts';
import type { OperatorView } from './use-operator-view.ts';

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
  view: OperatorView;
  via: Via;
  selected: string;
  onVia: (via: Via) => void;
  onNew: () => void;
  onSelect: (meeting: string, row: CallRow) => void;
  onSubmit: (rows: CallRow[], order: Order, via: Via, everyoneIn?: string) => void;
}) {
  const { via, onNew } = props;
  const { known, meetings, lines, prompts } = props.view;
  const { phoneNumber } = props.services.config;
  const [question, setQuestion] = useState<OpenQuestion>();
  const speaking = useSpeaking(props.services);
  const underWay = underWayByCall(lines);

  const submit = (order: Order, meeting: string, row?: CallRow) =>
    props.onSubmit(targetsOf(meetings, meeting, row), order, via, row ? undefined : meeting);
  const act = (ask: Ask, meeting: string, row?: CallRow) => {
    if (ask.kind === 'now') submit(ask.order, meeting, row);
    else setQuestion(row ? { ask, meeting, row } : { ask, meeting });
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
      <PanelHead via={via} onVia={props.onVia} onNew={onNew} />
      {!known && <p className="card empty">Asking who is in which meeting…</p>}
      {known && meetings.length === 0 && <NoMeetings phoneNumber={phoneNumber} onNew={onNew} />}
      {meetings.map((meeting) => (
        <MeetingCard
          key={meeting.name}
          meeting={meeting}
          phoneNumber={phoneNumber}
          view={view}
          actions={<MeetingActions meetingName={meeting.name} onAsk={(ask) => act(ask, meeting.name)} />}
        />
      ))}
      {!props.services.activity && meetings.some((meeting) => meeting.callers.length > 0) && (
        <p className="hint">
          Who is speaking is not known here: this installation has no source that tells it.
        </p>
      )}
      {question && (
        <Question
          question={question}
          targets={targetsOf(meetings, question.meeting, question.row)}
          via={via}
          prompts={prompts}
          onSubmit={(order) => submit(order, question.meeting, question.row)}
          onClose={() => setQuestion(undefined)}
        />
      )}
    </section>
  );
}

function PanelHead(props: { via: Via; onVia: (via: Via) => void; onNew: () => void }) {
  return (
    <div className="section-head">
      <h2 id="meetings-title">Meetings</h2>
      <ViaChoice via={props.via} onChange={props.onVia} />
      <button type="button" className="button primary" onClick={props.onNew}>
        New meeting
      </button>
    </div>
  );
}

/** The calls of a meeting at this moment, or the one of `row` when it is still there. */
function targetsOf(meetings: readonly MeetingGroup[], name: string, row?: CallRow): CallRow[] {
  const callers = meetings.find((meeting) => meeting.name === name)?.callers ?? [];
  return row ? callers.filter((caller) => caller.transactionId === row.transactionId) : callers;
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
