import type { Bar, Ladder, RowKind } from '../ladder/ladder.ts';

const TRACKS: readonly { track: Bar['track']; name: string }[] = [
  { track: 'function', name: 'Function' },
  { track: 'action', name: 'Actions' },
  { track: 'sound', name: 'Sounds' },
];
/** What happens at a moment. */
const MARKED: ReadonlySet<RowKind> = new Set(['sip', 'key', 'update', 'failure']);
/** Marks that are drawn; a call of hours has more than can be told apart. */
const MAX_MARKS = 500;

/** The call on a straight axis of time. What it shows is in the ladder as well, which is what screen readers read. */
export function Timeline(props: {
  ladder: Ladder;
  chosen: number | undefined;
  onChoose: (index: number) => void;
}) {
  const { ladder, chosen, onChoose } = props;
  const length = Math.max(1, ladder.durationMs);
  const at = (ms: number): string => `${(ms / length) * 100}%`;
  const marks = ladder.rows.filter(({ kind }) => MARKED.has(kind)).slice(-MAX_MARKS);
  return (
    <div className="timeline" aria-hidden="true">
      {TRACKS.map(({ track, name }) => (
        <div key={track} className="track">
          <span className="track-name">{name}</span>
          <span className="axis">
            {ladder.bars
              .filter((bar) => bar.track === track)
              .map((bar) => (
                <button
                  key={bar.index}
                  type="button"
                  tabIndex={-1}
                  title={`${bar.text}, ${(bar.beginMs / 1000).toFixed(2)} s`}
                  className={`bar ${track}${bar.failed ? ' failed' : ''}${bar.index === chosen ? ' chosen' : ''}`}
                  style={{ left: at(bar.beginMs), width: at((bar.endMs ?? length) - bar.beginMs) }}
                  onClick={() => onChoose(bar.index)}
                >
                  {bar.text}
                </button>
              ))}
          </span>
        </div>
      ))}
      <div className="track">
        <span className="track-name">Events</span>
        <span className="axis">
          {marks.map((row) => (
            <button
              key={row.index}
              type="button"
              tabIndex={-1}
              title={`${row.text}, ${(row.ms / 1000).toFixed(2)} s`}
              className={`mark ${row.kind}${row.index === chosen ? ' chosen' : ''}`}
              style={{ left: at(row.ms) }}
              onClick={() => onChoose(row.index)}
            />
          ))}
        </span>
      </div>
      <Scale length={length} />
    </div>
  );
}

/** Five times along the axis. */
function Scale(props: { length: number }) {
  return (
    <div className="track scale">
      <span className="track-name" />
      <span className="axis">
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part} style={{ left: `${part * 100}%` }}>
            {((props.length * part) / 1000).toFixed(1)} s
          </span>
        ))}
      </span>
    </div>
  );
}
