/** `npm run create-wav`: writes voice prompts. */
import { readCommandLine, UsageError } from './command-line.ts';
import { createWavs } from './create-wav.ts';

try {
  await createWavs(readCommandLine(process.argv.slice(2)), (line) => console.log(line));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
