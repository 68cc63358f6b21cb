import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { CallRow, QueryMeetingsResponse, UpdateRecord } from '#contract';
import { groupMeetings } from '../features/meetings/grouping.ts';
import { NewMeetingDialog } from '../features/meetings/NewMeetingDialog.tsx';
import { goToIssuer, signOut } from '../features/sign-in/sign-in.ts';
import { Announcer } from '../features/updates/Announcer.tsx';
import { updateLines } from '../features/updates/lines.ts';
import { EMPTY_DRAFT, isDraft, resolveDraft } from '../features/updates/selection.ts';
import type { Order, Via } from '../features/updates/submission.ts';
import { UpdateForm } from '../features/updates/UpdateForm.tsx';
import { UpdateLog } from '../features/updates/UpdateLog.tsx';
import { useSubmissions } from '../features/updates/use-desk.ts';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { Header } from './Header.tsx';
import { MeetingsPanel } from './MeetingsPanel.tsx';
import { type Services, startServices } from './services.ts';
import { useKeptState } from './use-kept-state.ts';

const NOTHING: QueryMeetingsResponse = { Items: [], Meetings: [], Updates: [], Prompts: [] };
const NO_RECORDS: UpdateRecord[] = [];

/** The page of a signed-in operator: connects the features, decides nothing itself. */
export function Console(props: { services: Services }) {
  const { config, session, api, meetings: poll, desk } = props.services;
  useEffect(() => startServices(props.services), [props.services]);
  const state = useSyncExternalStore(poll.subscribe, poll.getState);
  const submissions = useSubmissions(desk);
  const data = state.data ?? NOTHING;
  const records = state.data?.Updates ?? NO_RECORDS;
  const receivedAt = state.receivedAt ?? 0;
  const lines = useMemo(
    () => updateLines(submissions, records, receivedAt),
    [submissions, records, receivedAt],
  );
  const meetings = useMemo(() => groupMeetings(data.Meetings, data.Items), [data.Meetings, data.Items]);

  const [draft, setDraft] = useKeptState('draft', EMPTY_DRAFT, isDraft);
  const [via, setVia] = useKeptState<Via>('via', 'node', isVia);
  const [creating, setCreating] = useState(false);
  const [sentByForm, setSentByForm] = useState<string>();
  const formFailure = lines.find((line) => line.key === sentByForm)?.failure;
  const selected = resolveDraft(draft, meetings).attendee;

  const submit = (rows: CallRow[], order: Order, by: Via, everyoneIn?: string) =>
    desk.submit(rows, order, by, everyoneIn);

  return (
    <>
      <a className="skip" href="#update">
        Skip to the update form
      </a>
      <Header
        phoneNumber={config.phoneNumber}
        health={state.health}
        person={session.person.name}
        onSignOut={() => signOut(config, session)}
      />
      <main className="layout">
        <ConnectionBanner
          state={state}
          onTryNow={() => poll.askNow()}
          onSignIn={() => void goToIssuer(config).catch(() => poll.askNow())}
        />
        <MeetingsPanel
          services={props.services}
          known={state.data !== undefined}
          meetings={meetings}
          prompts={data.Prompts}
          lines={lines}
          via={via}
          selected={selected}
          onVia={setVia}
          onNew={() => setCreating(true)}
          onSelect={(meeting, row) => {
            const { attendeeId: attendee, fromNumber } = row;
            setDraft({ ...draft, meeting, attendee, fromNumber });
          }}
          onSubmit={submit}
        />
        <div className="side">
          <section className="card" aria-labelledby="update">
            <h2 id="update" tabIndex={-1}>
              Update a call
            </h2>
            <UpdateForm
              draft={draft}
              meetings={meetings}
              prompts={data.Prompts}
              failure={formFailure}
              onDraft={(next) => {
                setDraft(next);
                setSentByForm(undefined);
              }}
              onSubmit={(rows, order, by, everyoneIn) => {
                setSentByForm(submit(rows, order, by, everyoneIn)[0]?.key);
              }}
            />
          </section>
          <section className="card" aria-labelledby="log-title">
            <h2 id="log-title">What happened</h2>
            <UpdateLog lines={lines} onAgain={(submission) => desk.again(submission)} />
          </section>
        </div>
      </main>
      <Announcer lines={lines} />
      {creating && (
        <NewMeetingDialog
          api={api}
          phoneNumber={config.phoneNumber}
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
