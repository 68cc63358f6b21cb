import { silentLog } from '#platform';
import { startSpeech } from '#speech';
import { ForeignLoad, percentile } from './machine.ts';
import type { Figure } from './report.ts';

const SECTION = 'Speak: text to samples that can be played';
/** Number of texts of each kind. */
const TEXTS = 40;
const SENTENCE = 'Your call is important to us, please hold the line, caller number';

/** Milliseconds that `speak` takes. */
async function timed(speak: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await speak();
  return performance.now() - began;
}

/**
 * The first text of a process, which starts the thread; texts that were not spoken before; and the same texts
 * again.
 */
export async function speakFigures(): Promise<Figure[]> {
  const foreign = new ForeignLoad(() => [process.pid]);
  const speech = startSpeech({ log: silentLog });
  const say = (text: string) => speech.synthesize({ text, textType: 'text', voiceId: 'Joanna' });
  const texts = Array.from({ length: TEXTS }, (_, index) => `${SENTENCE} ${index + 1}.`);
  const first = await timed(() => say('Welcome.'));
  const fresh: number[] = [];
  for (const text of texts) fresh.push(await timed(() => say(text)));
  const repeated: number[] = [];
  for (const text of texts) repeated.push(await timed(() => say(text)));
  const samples = await say(texts[0] ?? '');
  await speech.close();
  const figure = { section: SECTION, unit: 'ms', foreignCores: foreign.cores() };
  const seconds = (samples.length / 8000).toFixed(1);
  return [
    { ...figure, what: 'the first text of a process', value: first },
    { ...figure, what: `a new text of ${seconds} s, p50`, value: percentile(fresh, 0.5) },
    { ...figure, what: `a new text of ${seconds} s, p95`, value: percentile(fresh, 0.95) },
    { ...figure, what: 'a text that was said before, p50', value: percentile(repeated, 0.5) },
    { ...figure, what: 'a text that was said before, p95', value: percentile(repeated, 0.95) },
  ];
}
