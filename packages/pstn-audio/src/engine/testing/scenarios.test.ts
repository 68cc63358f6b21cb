import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runTranscript } from './transcript.ts';

/**
 * Transcripts of calls. `UPDATE_SCENARIOS=1 npx vitest run scenarios` writes what the engine does now; read
 * the difference, and commit it only when you understand it.
 */
const folder = fileURLToPath(new URL('../../../transcripts/', import.meta.url));

for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
  test(name, () => {
    const text = readFileSync(`${folder}${name}`, 'utf8');
    const now = runTranscript(text);
    if (process.env.UPDATE_SCENARIOS) writeFileSync(`${folder}${name}`, now);
    else expect(now).toBe(text);
  });
}

test('An unknown command is named in the error', () => {
  expect(() => runTranscript('arrive\n----\n\ndance\n----\n')).toThrow('No command dance');
});
