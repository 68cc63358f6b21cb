import { main as chimeLocal } from 'chime-local/src/cli/main.ts';
import { liveCall } from './application.ts';

/** The command line of `npm start`. */
export const main = (argv: readonly string[]): Promise<void> =>
  chimeLocal(argv, {
    command: 'npm start --',
    awsEnvironment: 'node tools/aws-env.mjs',
    application: liveCall,
  });
