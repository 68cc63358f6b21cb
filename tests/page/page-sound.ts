import type { Page } from 'playwright-core';
import { eventually } from '#testkit';

/** Milliseconds of sound that are looked at: 8192 samples at 48 kHz, rounded up. */
const WINDOW_MS = 200;
/** dB relative to full scale above which a tone counts as heard, and below which it counts as gone. */
const HEARD_DB = -50;
const GONE_DB = -70;

/** From now on the microphone of the page is a tone, whichever the page asks for. */
export async function speakTone(page: Page, hz: number): Promise<void> {
  await page.addInitScript((frequency) => {
    navigator.mediaDevices.getUserMedia = async () => {
      const context = new AudioContext();
      const out = context.createMediaStreamDestination();
      const tone = new OscillatorNode(context, { frequency });
      tone.connect(new GainNode(context, { gain: 0.3 })).connect(out);
      tone.start();
      return out.stream;
    };
  }, hz);
}

declare global {
  interface Window {
    /** What listens to the stream that the page plays: made once for each, as an audio context is dear. */
    soundLook?: { stream: MediaStream; analyser: AnalyserNode };
  }
}

/** How loud a tone is in what the page plays, dB relative to full scale. */
function loudness(page: Page, hz: number): Promise<number> {
  return page.evaluate(
    async ([frequency, windowMs]) => {
      const stream = document.querySelector('audio')?.srcObject;
      if (!(stream instanceof MediaStream)) return -200;
      if (window.soundLook?.stream !== stream) {
        void (window.soundLook?.analyser.context as AudioContext | undefined)?.close();
        const analyser = new AnalyserNode(new AudioContext(), { fftSize: 8192, smoothingTimeConstant: 0 });
        (analyser.context as AudioContext).createMediaStreamSource(stream).connect(analyser);
        window.soundLook = { stream, analyser };
      }
      const { analyser } = window.soundLook;
      // All that is looked at is heard after the question.
      await new Promise((resolve) => setTimeout(resolve, windowMs));
      const bins = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(bins);
      const bin = Math.round((frequency * 8192) / analyser.context.sampleRate);
      return Math.max(-200, ...bins.slice(bin - 1, bin + 2));
    },
    [hz, WINDOW_MS] as const,
  );
}

/** Waits until the page plays the tone. */
export function playsTone(page: Page, hz: number): Promise<void> {
  return wait(page, hz, (db) => db > HEARD_DB, 'is played');
}

/** Waits until the page no longer plays the tone. Beside louder ones a codec leaves some noise: `goneDb` is above that. */
export function playsNoTone(page: Page, hz: number, goneDb = GONE_DB): Promise<void> {
  return wait(page, hz, (db) => db < goneDb, 'is no longer played');
}

async function wait(page: Page, hz: number, wanted: (db: number) => boolean, what: string): Promise<void> {
  let db = Number.NaN;
  const look = async (): Promise<boolean> => {
    db = await loudness(page, hz);
    return wanted(db);
  };
  await eventually(`${hz} Hz ${what}`, look, { instead: () => `${db.toFixed(0)} dB` });
}
