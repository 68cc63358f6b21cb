import { audioContext } from './context.ts';
import { loudness } from './level.ts';

/** Samples per reading: about 85 ms at 48 kHz, so that a reading every 100 ms misses little. */
const WINDOW = 4096;

/** Measures the loudness of a track on request. */
export interface Meter {
  /** The loudness from 0 to 1. */
  read(): number;
  stop(): void;
}

export function meterOf(track: MediaStreamTrack): Meter {
  const context = audioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = new AnalyserNode(context, { fftSize: WINDOW });
  source.connect(analyser);
  const samples = new Float32Array(WINDOW);
  return {
    read() {
      analyser.getFloatTimeDomainData(samples);
      return loudness(samples);
    },
    stop() {
      source.disconnect();
      analyser.disconnect();
    },
  };
}
