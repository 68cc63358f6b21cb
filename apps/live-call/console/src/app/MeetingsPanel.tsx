import { useNow } from 'page-ui/use-now.ts';
import { useRef, useState, useSyncExternalStore } from 'react';
import type { BrowserRow, CallRow } from '#contract';
import type { SessionState } from '../features/meeting-session/session-state.ts';
import { useSession } from '../features/meeting-session/use-session.ts';
import { type MeetingGroup, nameOf } from '../features/meetings/grouping.ts';
import { MeetingCard } from '../features/meetings/MeetingCard.tsx';
import { NoMeetings } from '../features/meetings/NoMeetings.tsx';
import type { AttendeeOrder } from '../features/roster/attendee-order-store.ts';
import { type ListedEntry, useDepartures } from '../features/roster/departures.ts';
import { OperatorActions, type OperatorAsk } from '../features/roster/OperatorActions.tsx';
import type { RowNote } from '../features/roster/RosterRow.tsx';
import { RosterTable, type RosterView } from '../features/roster/RosterTable.tsx';
import { type RosterEntry, rosterOf } from '../features/roster/roster.ts';
import { useSteadyPlaces } from '../features/roster/steady-rows.ts';
import { TraceLink } from '../features/roster/TraceLink.tsx';
import { BatchProgress } from '../features/updates/BatchProgress.tsx';
import { type Ask, CallActions, MeetingActions } from '../features/updates/CallActions.tsx';
import { failedByCall, type UpdateLine, underWayByCall } from '../features/updates/lines.ts';
import type { Order, Submission, Via } from '../features/updates/submission.ts';
import { ViaChoice } from '../features/updates/ViaChoice.tsx';
import { failureWords, pendingWords } from '../features/updates/words.ts';
import { type OpenQuestion, Question } from './Question.tsx';
import type { Services } from './services.ts';
import type { OperatorView } from './use-operator-view.ts';

export interface MeetingsPanelProps {
  services: Services;
  view: OperatorView;
  via: Via;
  selected: string;
  onVia: (via: Via) => void;
  onNew: () => void;
  onJoin: (meetingName: string) => void;
  onSelect: (meeting: string, row: CallRow) => void;
  onSubmit: (rows: CallRow[], order: Order, via: Via, everyoneIn?: string) => void;
  onAgain: (submission: Submission) => void;
}

/** The meetings with their participants, and the buttons that act on them. */
export function MeetingsPanel(props: MeetingsPanelProps) {
  const { services, via } = props;
  const { meetings } = props.view;
  const [question, setQuestion] = useState<OpenQuestion>();
  const panel = useRef<HTMLElement>(null);
  useSteadyPlaces(panel);
  const listed = useDepartures();
  const speaking = useSpeaking(services, props.view);
  const session = useSession(services.meetingSession);
  const rosterView = useRosterView(
    props,
    (ask, row) => act(ask, nameOf(row), row),
    (operator) => setQuestion({ ask: { kind: 'confirm' }, meeting: operator.meetingName, operator }),
  );
  const me = session.phase === 'idle' ? undefined : session.me?.attendeeId;

  const submit = (order: Order, meeting: string, row?: CallRow) => {
    const targets = targetsOf(meetings, meeting, row, me);
    props.onSubmit(targets.callers, order, via, row ? undefined : meeting);
    orderAll(services, targets.browsers, ORDERS[order.updateInfo]);
  };
  const act = (ask: Ask, meeting: string, row?: CallRow) => {
    if (ask.kind === 'now') submit(ask.order, meeting, row);
    else setQuestion(row ? { ask, meeting, row } : { ask, meeting });
  };

  return (
    <section ref={panel} className="meetings" aria-labelledby="meetings-title">
      <PanelHead {...props} />
      <NoneYet {...props} />
      {meetings.map((meeting) => {
        const entries = rosterOf(meeting, session, speaking);
        return (
          <Meeting
            key={meeting.name}
            panel={props}
            meeting={meeting}
            session={session}
            entries={entries}
            shown={listed(meeting.name, entries)}
            rosterView={rosterView}
            onAsk={(ask) => act(ask, meeting.name)}
          />
        );
      })}
      {!services.activity && meetings.some((meeting) => meeting.callers.length > 0) && <SpeakingHint />}
      {question && (
        <Question
          question={question}
          targets={targetsOf(meetings, question.meeting, question.row, me)}
          via={via}
          prompts={props.view.prompts}
          onSubmit={(order) => submit(order, question.meeting, question.row)}
          onRemove={(operator) => void services.attendeeOrders.submit(operator, 'remove')}
          onClose={() => setQuestion(undefined)}
        />
      )}
    </section>
  );
}

function SpeakingHint() {
  return (
    <p className="hint">
      Who is speaking is known only of the meeting that you are in: this installation has no other source that
      tells it.
    </p>
  );
}

/** A meeting with its participants; `shown` also contains those who have just left. */
function Meeting(props: {
  panel: MeetingsPanelProps;
  meeting: MeetingGroup;
  session: SessionState;
  entries: readonly RosterEntry[];
  shown: ListedEntry[];
  rosterView: Omit<RosterView, 'showSpeaking'>;
  onAsk: (ask: Ask) => void;
}) {
  const { meeting, session, shown } = props;
  const { services, view, onJoin } = props.panel;
  const { name } = meeting;
  const joined = session.phase !== 'idle' && session.meetingName === name;
  const showSpeaking = services.activity !== undefined || (joined && session.settled);
  return (
    <MeetingCard
      meeting={meeting}
      phoneNumber={services.config.phoneNumber}
      joined={joined}
      onJoin={() => onJoin(name)}
      actions={
        <>
          <MeetingActions meetingName={name} onAsk={props.onAsk} />
          <BatchProgress lines={view.lines} meetingName={name} />
        </>
      }
      occupied={props.entries.length > 0}
      roster={
        shown.length > 0 && (
          <RosterTable meetingName={name} entries={shown} view={{ ...props.rosterView, showSpeaking }} />
        )
      }
    />
  );
}

/** What an update of all calls does to the operators in the meeting; prompts and texts are for callers only. */
const ORDERS: Partial<Record<Order['updateInfo'], AttendeeOrder>> = {
  MuteAttendee: 'mute',
  UnmuteAttendee: 'unmute',
  DisconnectAttendee: 'remove',
};

function orderAll(
  { attendeeOrders }: Services,
  rows: readonly BrowserRow[],
  order: AttendeeOrder | undefined,
): void {
  if (order === undefined) return;
  for (const row of rows)
    if (order === 'remove' || row.audio === 'SendReceive') void attendeeOrders.submit(row, order);
}

/** How an entry is shown and what its buttons do; the same for every meeting. */
function useRosterView(
  { services, view, selected, onSelect, onAgain }: MeetingsPanelProps,
  onAsk: (ask: Ask, row: CallRow) => void,
  onRemove: (operator: BrowserRow) => void,
): Omit<RosterView, 'showSpeaking'> {
  const { attendeeOrders, meetingSession } = services;
  const { callsUrl } = services.config;
  const notes = useSyncExternalStore(attendeeOrders.subscribe, attendeeOrders.getNotes);
  const underWay = underWayByCall(view.lines);
  const failed = failedByCall(view.lines, useNow());
  const onOperator = (ask: OperatorAsk, row: BrowserRow) => {
    if (ask === 'leave') meetingSession.leave();
    else if (ask === 'mute-self' || ask === 'unmute-self') meetingSession.setMuted(ask === 'mute-self');
    else if (ask === 'remove') onRemove(row);
    else void attendeeOrders.submit(row, ask);
  };
  return {
    selectedAttendee: selected,
    noteOf: (entry) => {
      if (entry.kind !== 'telephone') {
        const note = notes.get(entry.attendeeId);
        if (!note?.failed || entry.kind !== 'browser') return note;
        return { ...note, again: () => void attendeeOrders.submit(entry.row, note.order) };
      }
      const text = pendingWords(underWay.get(entry.row.transactionId));
      if (text !== undefined) return { failed: false, text };
      const line = failed.get(entry.row.transactionId);
      return line && failureNote(line, onAgain);
    },
    onSelect: (entry) => entry.kind === 'telephone' && onSelect(nameOf(entry.row), entry.row),
    actionsOf: (entry) => {
      if (entry.kind === 'telephone')
        return <CallActions row={entry.row} onAsk={(ask) => onAsk(ask, entry.row)} />;
      if (entry.kind === 'other') return null;
      return <OperatorActions entry={entry} onAsk={(ask) => onOperator(ask, entry.row)} />;
    },
    traceOf: (entry) =>
      entry.kind === 'telephone' && callsUrl !== undefined ? (
        <TraceLink row={entry.row} callsUrl={callsUrl} />
      ) : null,
  };
}

/** The note in a caller's row about an update that was not carried out. */
function failureNote(line: UpdateLine, onAgain: (submission: Submission) => void): RowNote {
  const { submission } = line;
  const note = { failed: true, text: failureWords(line) };
  return submission ? { ...note, again: () => onAgain(submission) } : note;
}

function PanelHead({ via, onVia, onNew }: MeetingsPanelProps) {
  return (
    <div className="section-head">
      <h2 id="meetings-title">Meetings</h2>
      <ViaChoice via={via} onChange={onVia} />
      <button type="button" className="button primary" onClick={onNew}>
        New meeting
      </button>
    </div>
  );
}

/** Shown instead of the meetings while there are none. */
function NoneYet({ services, view, onNew }: MeetingsPanelProps) {
  if (!view.known) return <p className="card empty">Asking who is in which meeting…</p>;
  if (view.meetings.length > 0) return null;
  return <NoMeetings phoneNumber={services.config.phoneNumber} onNew={onNew} />;
}

/**
 * Those to whom an order applies at this moment: the call of `row` if it still exists; without `row`, all
 * calls of the meeting and all operators except the one at this page.
 */
function targetsOf(
  meetings: readonly MeetingGroup[],
  name: string,
  row: CallRow | undefined,
  me: string | undefined,
): { callers: CallRow[]; browsers: BrowserRow[] } {
  const { callers, browsers } = meetings.find((meeting) => meeting.name === name) ?? {
    callers: [],
    browsers: [],
  };
  if (!row) return { callers, browsers: browsers.filter(({ attendeeId }) => attendeeId !== me) };
  return {
    callers: callers.filter(({ transactionId }) => transactionId === row.transactionId),
    browsers: [],
  };
}

/**
 * Who is speaking in meetings that the page is not in; undefined when that is not known. A lost network does
 * not break the stream, so its last data counts as outdated as soon as the API stops answering.
 */
function useSpeaking({ activity }: Services, { state }: OperatorView): ReadonlySet<string> | undefined {
  const speaking = useSyncExternalStore(
    activity?.subscribe ?? subscribeToNothing,
    activity?.getSpeaking ?? (() => undefined),
  );
  return state.health === 'live' ? speaking : undefined;
}

function subscribeToNothing(): () => void {
  return () => {};
}
