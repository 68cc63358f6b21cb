import { useState } from 'react';
import type { CallRow } from '#contract';
import { NewMeetingDialog } from '../features/meetings/NewMeetingDialog.tsx';
import { goToIssuer, signOut } from '../features/sign-in/sign-in.ts';
import { Announcer } from '../features/updates/Announcer.tsx';
import { EMPTY_DRAFT, isDraft, resolveDraft } from '../features/updates/selection.ts';
import type { Order, Via } from '../features/updates/submission.ts';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { Header } from './Header.tsx';
import { MeetingsPanel } from './MeetingsPanel.tsx';
import { SidePanel } from './SidePanel.tsx';
import type { Services } from './services.ts';
import { useKeptState } from './use-kept-state.ts';
import { useOperatorView } from './use-operator-view.ts';
import { useWindowTitle } from './use-window-title.ts';

/** The page of a signed-in operator: connects the features, decides nothing itself. */
export function Console(props: { services: Services }) {
  const { config, session, api, meetings: poll, desk } = props.services;
  const view = useOperatorView(props.services);
  useWindowTitle(view.meetings);
  const [draft, setDraft] = useKeptState('draft', EMPTY_DRAFT, isDraft);
  const [via, setVia] = useKeptState<Via>('via', 'node', isVia);
  const [creating, setCreating] = useState(false);
  const submit = (rows: CallRow[], order: Order, by: Via, everyoneIn?: string) =>
    desk.submit(rows, order, by, everyoneIn);
  const select = (meeting: string, { attendeeId: attendee, fromNumber }: CallRow) =>
    setDraft({ ...draft, meeting, attendee, fromNumber });
  const signInAgain = () => void goToIssuer(config).catch(() => poll.askNow());

  return (
    <>
      <a className="skip" href="#update">
        Skip to the update form
      </a>
      <Header
        phoneNumber={config.phoneNumber}
        health={view.state.health}
        person={session.person.name}
        onSignOut={() => signOut(config, session)}
      />
      <main className="layout">
        <ConnectionBanner state={view.state} onTryNow={() => poll.askNow()} onSignIn={signInAgain} />
        <MeetingsPanel
          services={props.services}
          view={view}
          via={via}
          selected={resolveDraft(draft, view.meetings).attendee}
          onVia={setVia}
          onNew={() => setCreating(true)}
          onSelect={select}
          onSubmit={submit}
        />
        <SidePanel
          {...view}
          draft={draft}
          onDraft={setDraft}
          onSubmit={submit}
          onAgain={(submission) => desk.again(submission)}
        />
      </main>
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

function isVia(value: unknown): value is Via {
  return value === 'node' || value === 'python';
}
