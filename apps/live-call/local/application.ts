import path from 'node:path';
import type { Application } from 'chime-local';
import { firstMeeting } from './first-meeting.ts';
import { synthesise } from './synthesis.ts';

const QUERY = 'POST /queryMeetings';
const CREATE = 'POST /createMeeting';

/** This application as the local runtime sees it: its stack, and the PIN of a first meeting. */
export const liveCall: Application & Required<Pick<Application, 'tests'>> = {
  tests: {
    file: path.join(import.meta.dirname, 'application.ts'),
    name: 'liveCall',
    replay: 'npm run replay --',
  },
  assembly: synthesise,
  warmRoutes: (firstStart) => [QUERY, ...(firstStart ? [CREATE] : [])],
  async onReady(stack) {
    if (!stack.hasRoute(QUERY) || !stack.hasRoute(CREATE)) return { rows: [], endpoints: { pin: '' } };
    const { pin } = await firstMeeting(stack.apiUrl, stack.authorization);
    const name = 'PIN';
    return { rows: [{ name, value: pin }], keys: [{ name, keys: pin }], endpoints: { pin } };
  },
};
