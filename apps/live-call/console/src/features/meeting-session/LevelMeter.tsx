import { useEffect, useRef } from 'react';

/** The levels at which the meter is full and empty, in dB relative to full scale. */
const LOUDEST_DB = -10;
const QUIETEST_DB = -60;
/** Samples of one measurement: 43 ms at 48 kHz. */
const WINDOW = 2048;
/** Milliseconds between two measurements. One before every animation frame would take a fifth of a processor core. */
const LOOK_MS = 100;
/** The bar moves in steps of this share of its length, which avoids most of the redrawing. */
const STEP = 0.05;

/** Shows how loud a microphone is now. It is hidden from screen readers: it changes too often to be read out. */
export function LevelMeter(props: { stream: MediaStream | undefined; off?: boolean }) {
  const bar = useRef<HTMLSpanElement>(null);
  const { stream, off = false } = props;
  useEffect(() => {
    if (!stream || off) {
      bar.current?.style.removeProperty('--level');
      return;
    }
    return watchLevel(stream, (level) => bar.current?.style.setProperty('--level', level.toFixed(2)));
  }, [stream, off]);
  return (
    <span className="meter" aria-hidden="true">
      <span ref={bar} className="meter-bar" />
    </span>
  );
}

/**
 * Calls `tell` with the level (0 to 1) when it has changed, about ten times a second; returns the function
 * that stops it.
 */
function watchLevel(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: WINDOW });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(WINDOW);
  let shown: number | undefined;
  const look = () => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / WINDOW;
    const db = 10 * Math.log10(power + 1e-12);
    const level = Math.min(1, Math.max(0, (db - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)));
    const next = Math.round(level / STEP) * STEP;
    if (next !== shown) tell(next);
    shown = next;
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
