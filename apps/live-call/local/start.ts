import { endWithReader } from 'chime-local/src/cli/closed-pipe.ts';
import { main as chimeLocal } from 'chime-local/src/cli/main.ts';
import { DEFAULT_REGION } from 'chime-local/src/options/index.ts';
import { ACCOUNT_ID } from 'chime-local/src/runtime/home.ts';
import { callsPageFolder, phonePageFolder } from 'chime-local/src/web/index.ts';
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

/** Builds what the first start would build, the pages and the cloud assembly, without starting anything. */
export async function buildAhead(): Promise<void> {
  const { signal } = new AbortController();
  const request = { accountId: ACCOUNT_ID, region: DEFAULT_REGION, progress: () => {}, signal };
  await Promise.all([liveCall.assembly(request), phonePageFolder(signal), callsPageFolder(signal)]);
}
