import { replayCommand } from 'chime-local/src/rehearsal/index.ts';
import { liveCall } from './application.ts';

/** The command line of `npm run replay`. */
export const main = (argv: readonly string[]): Promise<number> =>
  replayCommand(argv, { application: liveCall, applicationPlace: liveCall.tests });
