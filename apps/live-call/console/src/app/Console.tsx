import { useFocusKept } from 'page-ui/focus-kept.ts';
import { useHurriedHands } from 'page-ui/haste.ts';
import { useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { AttendeeAudio, CallRow } from '#contract';
import { JoinDialog } from '../features/meeting-session/JoinDialog.tsx';
import { SessionBar } from '../features/meeting-session/SessionBar.tsx';
import { useSession } from '../features/meeting-session/use-session.ts';
import { NewMeetingDialog } from '../features/meetings/NewMeetingDialog.tsx';
import { RosterAnnouncer } from '../features/roster/Announcer.tsx';
import { goToIssuer, signOut } from '../features/sign-in/sign-in.ts';
import { Announcer } from '../features/updates/Announcer.tsx';
import { EMPTY_DRAFT, isDraft, resolveDraft } from '../features/updates/selection.ts';
import type { Order, Submission, Via } from '../features/updates/submission.ts';
import { Header } from './Header.tsx';
import { MeetingsPanel } from './MeetingsPanel.tsx';
import { Notices } from './Notices.tsx';
import { SidePanel } from './SidePanel.tsx';
import type { Services } from './services.ts';
import { useKeptState } from './use-kept-state.ts';
import { type OperatorView, useOperatorView } from './use-operator-view.ts';
import { useWindowTitle } from './use-window-title.ts';

/** The page of a signed-in operator: it connects the features and decides nothing itself. */
export function Console(props: { services: Services }) {
  const { config, session, api, meetings: poll, updates } = props.services;
  const view = useOperatorView(props.services);
  useWindowTitle(view.meetings);
  useHurriedHands();
  useFocusKept();
  const [draft, setDraft] = useKeptState('draft', EMPTY_DRAFT, isDraft);
  const [via, setVia] = useKeptState<Via>('via', 'node', isVia);
  const [creating, setCreating] = useState(false);
  const [joining, setJoining] = useState<Joining>();
  const submit = (rows: CallRow[], order: Order, by: Via, everyoneIn?: string) =>
    updates.submit(rows, order, by, everyoneIn);
  const select = (meeting: string, { attendeeId: attendee, fromNumber }: CallRow) =>
    setDraft({ ...draft, meeting, attendee, fromNumber });
  const again = (submission: Submission) => updates.again(submission);
  const signInAgain = () => void goToIssuer(config).catch(() => poll.askNow());

  return (
    <>
      <a className="skip" href="#update">
        Skip to the update form
      </a>
      <Header
        phoneNumber={config.phoneNumber}
        phoneUrl={config.phoneUrl}
        health={view.state.health}
        person={session.person.name}
        onSignOut={() => signOut(config, session)}
      />
      <main className="layout">
        <Presence services={props.services} view={view} joining={joining} onJoining={setJoining} />
        <MeetingsPanel
          services={props.services}
          view={view}
          via={via}
          selected={resolveDraft(draft, view.meetings).attendee}
          onVia={setVia}
          onNew={() => setCreating(true)}
          onJoin={(meetingName) => setJoining({ meetingName })}
          onSelect={select}
          onSubmit={submit}
          onAgain={again}
        />
        <SidePanel {...view} draft={draft} onDraft={setDraft} onSubmit={submit} onAgain={again} />
      </main>
      <Notices services={props.services} view={view} onSignIn={signInAgain} onAgain={again} />
      <Announcer lines={view.lines} />
      {creating && (
        <NewMeetingDialog
          api={api}
          phoneNumber={config.phoneNumber}
          taken={view.meetings.map((meeting) => meeting.name)}
          onCreated={() => poll.askNow()}
          onClose={() => setCreating(false)}
        />
      )}
    </>
  );
}

/** The open dialog that asks how to join a meeting. */
interface Joining {
  meetingName: string;
  /** Absent: the same choice as last time. */
  audio?: AttendeeAudio;
}

/**
 * The page's own presence in a meeting: the bar, the dialog that comes before it, and the screen-reader
 * announcements.
 */
function Presence(props: {
  services: Services;
  view: OperatorView;
  joining: Joining | undefined;
  onJoining: (joining: Joining | undefined) => void;
}) {
  const { services, view, joining, onJoining } = props;
  const { meetingSession, attendeeOrders } = services;
  const state = useSession(meetingSession);
  const notes = useSyncExternalStore(attendeeOrders.subscribe, attendeeOrders.getNotes);
  const [lastAudio, setLastAudio] = useKeptState<AttendeeAudio>('audio', 'Receive', isAudio);
  const me = state.phase === 'idle' ? undefined : state.me?.attendeeId;
  const names = useMemo(() => namesOf(view), [view]);
  const own = view.meetings.flatMap(({ browsers }) => browsers).find(({ attendeeId }) => attendeeId === me);
  useFocusAfterLeaving(state.phase === 'idle' ? undefined : state.meetingName);
  return (
    <>
      <SessionBar
        session={meetingSession}
        state={state}
        row={own}
        onUnmuteMe={(row) => void attendeeOrders.submit(row, 'unmute')}
        onJoin={(meetingName, how) =>
          onJoining({ meetingName, ...(how === 'to speak' ? { audio: 'SendReceive' } : {}) })
        }
      />
      <RosterAnnouncer state={state} names={names} notes={notes} />
      {joining && (
        <JoinDialog
          meetingName={joining.meetingName}
          leaves={state.phase === 'idle' ? undefined : state.meetingName}
          initially={joining.audio ?? lastAudio}
          onJoin={(choice) => {
            setLastAudio(choice.audio);
            void meetingSession.join(choice);
          }}
          onClose={() => onJoining(undefined)}
        />
      )}
    </>
  );
}

/** The display name of every attendee, by attendee id. */
function namesOf({ meetings }: OperatorView): ReadonlyMap<string, string> {
  return new Map(
    meetings.flatMap(({ callers, browsers }) => [
      ...callers.map(({ attendeeId, fromNumber }) => [attendeeId, fromNumber] as const),
      ...browsers.map(({ attendeeId, displayName }) => [attendeeId, displayName] as const),
    ]),
  );
}

/** When the bar that had the focus disappears, the focus returns to where it came from, not to the top of the page. */
function useFocusAfterLeaving(meetingName: string | undefined): void {
  const before = useRef(meetingName);
  useLayoutEffect(() => {
    const left = before.current;
    before.current = meetingName;
    if (meetingName !== undefined || left === undefined || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[data-join="${CSS.escape(left)}"]`)?.focus();
  }, [meetingName]);
}

function isAudio(value: unknown): value is AttendeeAudio {
  return value === 'SendReceive' || value === 'Receive';
}

function isVia(value: unknown): value is Via {
  return value === 'node' || value === 'python';
}
