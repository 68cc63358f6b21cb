import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { groupMeetings, type MeetingGroup } from '../features/meetings/grouping.ts';
import type { MeetingsAnswer } from '../features/meetings/requests.ts';
import { type UpdateLine, updateLines } from '../features/updates/lines.ts';
import { useSubmissions } from '../features/updates/use-submissions.ts';
import type { PollState } from '../server/poll.ts';
import { type Services, startServices } from './services.ts';

const NOTHING: MeetingsAnswer = {
  ...{ Items: [], Browsers: [], Meetings: [], Updates: [], Prompts: [] },
  clockAhead: 0,
};

/** The server's last answer in the shape in which it is shown. No part of it is stored elsewhere. */
export interface OperatorView {
  state: PollState<MeetingsAnswer>;
  /** False until the first answer. */
  known: boolean;
  meetings: MeetingGroup[];
  lines: UpdateLine[];
  prompts: string[];
}

/** Polls the server while the page is shown. */
export function useOperatorView(services: Services): OperatorView {
  const { meetings: poll, updates } = services;
  useEffect(() => startServices(services), [services]);
  const state = useSyncExternalStore(poll.subscribe, poll.getState);
  const submissions = useSubmissions(updates);
  const { Items, Browsers, Meetings, Updates, Prompts, clockAhead } = state.data ?? NOTHING;
  const receivedAt = state.receivedAt ?? 0;
  const lines = useMemo(() => {
    const numbers = new Map(Items.map(({ transactionId, fromNumber }) => [transactionId, fromNumber]));
    return updateLines(submissions, Updates, receivedAt, numbers, clockAhead);
  }, [submissions, Updates, Items, receivedAt, clockAhead]);
  const meetings = useMemo(() => groupMeetings(Meetings, Items, Browsers), [Meetings, Items, Browsers]);
  return { state, known: state.data !== undefined, meetings, lines, prompts: Prompts };
}
