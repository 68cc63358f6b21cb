import type { PollState } from '../server/poll.ts';

const HEALTH: Record<PollState<unknown>['health'], string> = {
  starting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
  'signed-out': 'Signed out',
};

/** The bar at the top: the product's name, the number to dial, how current the page is, and who is signed in. */
export function Header(props: {
  phoneNumber: string;
  /** Address of the page with a telephone for test calls; undefined when there is none. */
  phoneUrl: string | undefined;
  health: PollState<unknown>['health'];
  person: string;
  onSignOut: () => void;
}) {
  return (
    <header className="top">
      <h1>Live Call</h1>
      <p className="dial">
        <span className="faint">Callers dial</span> <strong className="nowrap">{props.phoneNumber}</strong>
        {props.phoneUrl !== undefined && (
          <a className="phone-link" href={props.phoneUrl} target="_blank" rel="noreferrer">
            Phone<span className="unseen"> (opens in a new tab)</span>
          </a>
        )}
      </p>
      <p className={`health ${props.health}`} role="status" aria-label="Connection">
        <span className="dot" aria-hidden="true" />
        {HEALTH[props.health]}
      </p>
      <p className="person">
        <span className="name" title={props.person}>
          {props.person}
        </span>
        <button type="button" className="button small quiet" onClick={props.onSignOut}>
          Sign out
        </button>
      </p>
    </header>
  );
}
