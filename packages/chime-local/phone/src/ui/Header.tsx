import { CopyButton } from 'page-ui/CopyButton.tsx';
import type { PhoneState } from '../phone/state.ts';
import { lineInShort } from './words.ts';

const LOOK = { starting: 'starting', ready: 'live', lost: 'reconnecting', refused: 'signed-out' };

/** The bar at the top: the title, the phone's own number, and the state of the connection. */
export function Header(props: { state: PhoneState }) {
  const { number, line } = props.state;
  return (
    <header className="top">
      <h1>Phone</h1>
      {number && (
        <p className="own-number">
          <span className="faint">Your number</span> <strong className="nowrap mono">{number}</strong>{' '}
          <CopyButton text={number} label="Copy your number" />
        </p>
      )}
      <p className={`health ${LOOK[line.is]}`} role="status" aria-label="Connection">
        <span className="dot" aria-hidden="true" />
        {lineInShort(line)}
      </p>
    </header>
  );
}
