import type { Line } from '../phone/state.ts';

/** Tells that there is no line, why, and what to do. */
export function LineBanner(props: { line: Line; onTryAgain: () => void }) {
  const { line } = props;
  if (line.is === 'lost')
    return (
      <div className="banner warn" role="alert">
        <p>
          <strong>The server is gone or cannot be reached.</strong> The phone connects again by itself. If it
          stays like this, see whether the runtime still runs.
        </p>
        <button type="button" className="button" onClick={props.onTryAgain}>
          Connect now
        </button>
      </div>
    );
  if (line.is !== 'refused') return null;
  return (
    <div className="banner bad" role="alert">
      <p>
        <strong>{line.trouble.what}</strong> {line.trouble.advice}
      </p>
      <button type="button" className="button" onClick={props.onTryAgain}>
        Try again
      </button>
    </div>
  );
}
