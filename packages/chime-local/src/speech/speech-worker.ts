/** The speech thread: synthesis blocks for as long as it takes, which no other thread may. */
import { parentPort } from 'node:worker_threads';
import { loadFlite, sayAll } from './synthesis.ts';
import type { SpeechOutcome, SpeechTask } from './worker-protocol.ts';

const port = parentPort;
if (!port) throw new Error('speech-worker.ts runs in a worker thread only');
const flite = loadFlite();

port.on('message', async (task: SpeechTask) => {
  let outcome: SpeechOutcome;
  try {
    outcome = { samples: await sayAll(await flite, task.voice, task.segments) };
  } catch (error) {
    outcome = { fault: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(outcome, 'samples' in outcome ? [outcome.samples.buffer as ArrayBuffer] : []);
});
