/** The speech thread. Synthesis blocks for as long as it takes, which no other thread may do. */
import { answerTasks } from '#platform';
import { loadFlite, sayAll } from './synthesis.ts';
import type { SpeechTask } from './worker-protocol.ts';

const flite = loadFlite();

answerTasks(
  async ({ voice, segments }: SpeechTask) => sayAll(await flite, voice, segments),
  ({ buffer }) => [buffer as ArrayBuffer],
);
