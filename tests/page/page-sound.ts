import type { Page } from 'playwright-core';
import { eventually } from '#testkit';

/** Milliseconds of sound that are analysed: 8192 samples at 48 kHz, rounded up. */
const WINDOW_MS = 200;
/** Levels, in dB relative to full scale, above which a tone counts as heard, and below which it counts as gone. */
const HEARD_DB = -50;
const GONE_DB = -70;

/** From now on the page's microphone is a tone, whichever device the page asks for. */
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
    /** The analyser of the stream that the page plays: created once per stream, since an audio context is expensive. */
    soundLook?: { stream: MediaStream; analyser: AnalyserNode };
  }
}

/** The level of a tone in what the page plays, in dB relative to full scale. */
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
      // Everything that is analysed is heard after the request.
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

/**
 * Waits until the page no longer plays the tone. A codec leaves some noise beside louder tones: `goneDb` is
 * above that.
 */
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
