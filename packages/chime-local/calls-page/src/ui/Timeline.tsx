import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Bar, Ladder, RowKind } from '#call-trace';
import { labelledBars } from './bar-labels.ts';
import { WaveTrack } from './WaveTrack.tsx';

const TRACKS: readonly { track: Bar['track']; name: string }[] = [
  { track: 'function', name: 'Function' },
  { track: 'action', name: 'Actions' },
  { track: 'sound', name: 'Sounds' },
];
/** What happens at a moment. */
const MARKED: ReadonlySet<RowKind> = new Set(['sip', 'key', 'update', 'failure']);
/** Marks that are drawn; a call of hours has more than can be told apart. */
const MAX_MARKS = 500;
/** Bars of a track that are drawn, for the same reason: the newest. */
const MAX_BARS = 500;
/** Pixels of a row of bars; `calls.css` says the same. */
const BAR_ROW_PX = 22;
/** Pixels of an axis that has not been measured yet. */
const USUAL_PX = 800;

interface Chosen {
  chosen: number | undefined;
  onChoose: (index: number) => void;
}

/**
 * The call on a straight axis of time. Bars and marks are in the ladder as well, which is what screen readers read; the
 * waves say in words what they show.
 */
export function Timeline(props: { ladder: Ladder } & Chosen) {
  const { ladder, ...chosen } = props;
  const length = Math.max(1, ladder.durationMs);
  const scale = useRef<HTMLSpanElement>(null);
  const widthPx = useWidth(scale);
  const name = (legId: string) => ladder.lanes.find(({ id }) => id === legId)?.name ?? 'A telephone';
  return (
    <div className="timeline">
      {TRACKS.map(({ track, name }) => (
        <BarTrack key={track} track={track} name={name} ladder={ladder} widthPx={widthPx} {...chosen} />
      ))}
      <MarkTrack ladder={ladder} {...chosen} />
      {ladder.waves.map((wave) => (
        <WaveTrack
          key={`${wave.legId} ${wave.direction}`}
          wave={wave}
          name={name(wave.legId)}
          lengthMs={length}
        />
      ))}
      <Scale length={length} axis={scale} />
    </div>
  );
}

function BarTrack(props: { track: Bar['track']; name: string; ladder: Ladder; widthPx: number } & Chosen) {
  const { track, ladder, widthPx, chosen } = props;
  const length = Math.max(1, ladder.durationMs);
  const drawn = useMemo(() => {
    const bars = ladder.bars.filter((bar) => bar.track === track).slice(-MAX_BARS);
    return labelledBars(bars, length, widthPx);
  }, [ladder, track, length, widthPx]);
  const rows = Math.max(1, ...drawn.map(({ row }) => row + 1));
  const at = (ms: number): string => `${(ms / length) * 100}%`;
  return (
    <div className="track" aria-hidden="true">
      <span className="track-name">{props.name}</span>
      <span className="axis" style={{ height: rows * BAR_ROW_PX }}>
        {drawn.map(({ bar, row, label, roomPx }) => (
          <button
            key={bar.index}
            type="button"
            tabIndex={-1}
            title={`${bar.text}, ${(bar.beginMs / 1000).toFixed(2)} s`}
            className={`bar ${track} label-${label}${bar.failed ? ' failed' : ''}${bar.index === chosen ? ' chosen' : ''}`}
            style={{
              top: row * BAR_ROW_PX + 1,
              left: at(bar.beginMs),
              width: at((bar.endMs ?? length) - bar.beginMs),
            }}
            onClick={() => props.onChoose(bar.index)}
          >
            {label !== 'none' && <span style={{ maxWidth: roomPx }}>{bar.text}</span>}
          </button>
        ))}
      </span>
    </div>
  );
}

function MarkTrack(props: { ladder: Ladder } & Chosen) {
  const { ladder, chosen } = props;
  const length = Math.max(1, ladder.durationMs);
  const marks = ladder.rows.filter(({ kind }) => MARKED.has(kind)).slice(-MAX_MARKS);
  return (
    <div className="track" aria-hidden="true">
      <span className="track-name">Events</span>
      <span className="axis">
        {marks.map((row) => (
          <button
            key={row.index}
            type="button"
            tabIndex={-1}
            title={`${row.text}, ${(row.ms / 1000).toFixed(2)} s`}
            className={`mark ${row.kind}${row.index === chosen ? ' chosen' : ''}`}
            style={{ left: `${(row.ms / length) * 100}%` }}
            onClick={() => props.onChoose(row.index)}
          />
        ))}
      </span>
    </div>
  );
}

/** Five times along the axis. */
function Scale(props: { length: number; axis: RefObject<HTMLSpanElement | null> }) {
  return (
    <div className="track scale" aria-hidden="true">
      <span className="track-name" />
      <span className="axis" ref={props.axis}>
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part} style={{ left: `${part * 100}%` }}>
            {((props.length * part) / 1000).toFixed(1)} s
          </span>
        ))}
      </span>
    </div>
  );
}

/** Pixels of an element, as they change. */
function useWidth(of: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(USUAL_PX);
  useLayoutEffect(() => {
    const element = of.current;
    if (!element) return;
    const look = () => setWidth(element.clientWidth || USUAL_PX);
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return width;
}
