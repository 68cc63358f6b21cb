import { useEffect, useRef } from 'react';

/** Loudness that fills the meter, and that which leaves it empty: dB relative to full scale. */
const LOUDEST_DB = -10;
const QUIETEST_DB = -60;
/** Samples of one look: 43 ms at 48 kHz. */
const WINDOW = 2048;
/** Milliseconds between two looks. Before each drawing of the page it would be a fifth of a processor's core. */
const LOOK_MS = 100;
/** The bar moves in steps of this share, which spares most of the drawing. */
const STEP = 0.05;

/** How loud a microphone is now. For the eye only: it changes too often to be read out. */
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

/** Tells the level (0 to 1) when it has changed, about ten times a second; returns the end of it. */
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
