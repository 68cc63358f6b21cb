import { useMemo } from 'react';
import { strokesOf, type Wave, waveInWords } from '#call-trace';

/** Strokes of a drawing: more cannot be told apart on a wide screen. */
const MAX_STROKES = 600;
/** Units of the drawing. */
const WIDTH = 1_000;
const HALF = 50;

/** How loud one direction of a telephone was: peaks as the outline, the mean power as the body. */
export function WaveTrack(props: { wave: Wave; name: string; lengthMs: number }) {
  const { wave, name, lengthMs } = props;
  const { peak, mean, everyMs, direction } = wave;
  const drawing = useMemo(
    () => ({
      outline: pathOf(peak, everyMs, lengthMs),
      body: pathOf(mean, everyMs, lengthMs),
      words: waveInWords(wave, name),
    }),
    [wave, peak, mean, everyMs, lengthMs, name],
  );
  const places = Math.max(1, Math.min(MAX_STROKES, Math.ceil(lengthMs / everyMs)));
  return (
    <div className="track">
      <span className="track-name wave-name" aria-hidden="true">
        <span className="mono">{name}</span> {direction}
      </span>
      <svg
        className={`axis wave ${direction}`}
        role="img"
        aria-label={drawing.words}
        viewBox={`0 0 ${WIDTH} ${2 * HALF}`}
        preserveAspectRatio="none"
      >
        <title>{drawing.words}</title>
        <path className="middle" d={`M0 ${HALF}H${WIDTH}`} />
        <path className="outline" d={drawing.outline} strokeWidth={WIDTH / places} />
        <path className="body" d={drawing.body} strokeWidth={WIDTH / places} />
      </svg>
    </div>
  );
}

function pathOf(levels: readonly number[], everyMs: number, lengthMs: number): string {
  return strokesOf(levels, everyMs, lengthMs, MAX_STROKES)
    .map(({ at, height }) => {
      const half = (height * HALF).toFixed(1);
      return `M${(at * WIDTH).toFixed(1)} ${HALF - Number(half)}v${2 * Number(half)}`;
    })
    .join('');
}
