import { endWithReader } from 'chime-local/src/cli/closed-pipe.ts';
import { main as chimeLocal } from 'chime-local/src/cli/main.ts';
import { liveCall } from './application.ts';

/** The command line of `npm start`. */
export function main(argv: readonly string[]): Promise<void> {
  endWithReader();
  return chimeLocal(argv, {
    command: 'npm start --',
    awsEnvironment: 'node tools/aws-env.mjs',
    application: liveCall,
  });
}
