import { formatClockTime } from 'page-ui/time.ts';
import type { PollState } from '../server/poll.ts';

/** Says that the page shows old data, why, and what to do about it. */
export function ConnectionBanner(props: {
  state: PollState<unknown>;
  onTryNow: () => void;
  onSignIn: () => void;
}) {
  const { state } = props;
  if (state.health === 'signed-out')
    return (
      <div className="banner bad" role="alert">
        <p>
          <strong>You are signed out.</strong> Sign in again to go on; what you have chosen stays.
          <AsOf state={state} />
        </p>
        <button type="button" className="button primary" onClick={props.onSignIn}>
          Sign in again
        </button>
      </div>
    );
  if (state.health !== 'reconnecting') return null;
  return (
    <div className="banner warn" role="alert">
      <p>
        <strong>Reconnecting…</strong> {state.failure?.message} The page tries again by itself.
        <AsOf state={state} />
      </p>
      <button type="button" className="button" onClick={props.onTryNow}>
        Try now
      </button>
    </div>
  );
}

function AsOf(props: { state: PollState<unknown> }) {
  const { receivedAt } = props.state;
  return receivedAt === undefined ? null : (
    <> What you see is of {formatClockTime(receivedAt).slice(0, 8)}.</>
  );
}
