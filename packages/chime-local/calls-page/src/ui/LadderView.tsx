import type { Lane, Row } from '#call-trace';
import { useWindowedRows } from './use-windowed-rows.ts';

/** Pixels of a row; `calls.css` says the same. */
const ROW_PX = 40;

/** The lanes, and what went between them, from top to bottom. */
export function LadderView(props: {
  lanes: readonly Lane[];
  rows: readonly Row[];
  /** The call goes on: who looks at the end stays there. */
  live: boolean;
  chosen: number | undefined;
  onChoose: (index: number) => void;
}) {
  const { lanes, rows } = props;
  const shown = useWindowedRows(rows.length, ROW_PX, { followsEnd: props.live });
  return (
    <div className="ladder">
      <div className="lanes" aria-hidden="true">
        <span className="at" />
        <span className="lane-names">
          {lanes.map(({ id, name }, lane) => (
            <span key={id} className="mono" style={placed(lane, lane, lanes.length)}>
              {name}
            </span>
          ))}
        </span>
      </div>
      <div className="scroller" ref={shown.scroller} onScroll={shown.onScroll}>
        <ol className="windowed" style={{ height: rows.length * ROW_PX }}>
          {rows.slice(shown.first, shown.last).map((row, offset) => {
            const place = shown.first + offset;
            return (
              <li
                key={row.index}
                aria-setsize={rows.length}
                aria-posinset={place + 1}
                style={{ top: place * ROW_PX }}
              >
                <button
                  type="button"
                  className={`ladder-row ${row.kind}`}
                  data-row={place}
                  tabIndex={shown.active === place ? 0 : -1}
                  aria-pressed={row.index === props.chosen}
                  onFocus={() => shown.activate(place)}
                  onKeyDown={shown.onKeyDown}
                  onClick={() => props.onChoose(row.index)}
                >
                  <Drawn row={row} lanes={lanes} />
                </button>
              </li>
            );
          })}
        </ol>
      </div>
    </div>
  );
}

function Drawn(props: { row: Row; lanes: readonly Lane[] }) {
  const { row, lanes } = props;
  const low = Math.min(row.from, row.to);
  const high = Math.max(row.from, row.to);
  const note = low === high;
  const right = low >= lanes.length / 2;
  const name = (lane: number) => lanes[lane]?.name ?? '';
  return (
    <>
      <span className="at">{(row.ms / 1000).toFixed(3)}</span>
      <span className="unseen">{note ? `${name(low)}: ` : `${name(row.from)} to ${name(row.to)}: `}</span>
      <span className="drawing">
        {lanes.map(({ id }, lane) => (
          <span key={id} className="lane" style={{ left: centre(lane, lanes.length) }} />
        ))}
        {note ? (
          <span className="dot" style={{ left: centre(low, lanes.length) }} />
        ) : (
          <span
            className={row.to > row.from ? 'arrow' : 'arrow back'}
            style={placed(low, high, lanes.length)}
          />
        )}
        <span
          className={right ? 'words right' : 'words'}
          style={
            right
              ? { right: `${100 - percent(high + 0.42, lanes.length)}%`, left: 0 }
              : { left: centre(low, lanes.length), right: 0 }
          }
        >
          {row.text}
        </span>
      </span>
    </>
  );
}

const percent = (lanes: number, of: number): number => (lanes / of) * 100;
const centre = (lane: number, of: number): string => `${percent(lane + 0.5, of)}%`;

function placed(low: number, high: number, of: number): { left: string; width: string } {
  if (low === high) return { left: `${percent(low, of)}%`, width: `${percent(1, of)}%` };
  return { left: centre(low, of), width: `${percent(high - low, of)}%` };
}
