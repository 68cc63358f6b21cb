import { adviceFor, type Failure } from './failure.ts';

/** A failure in two sentences: what went wrong, and what to do. */
export function FailureNote(props: { failure: Failure }) {
  const { failure } = props;
  return (
    <p className="failure">
      {failure.field && <strong>{failure.field}: </strong>}
      {sentence(failure.message)} <span className="advice">{adviceFor(failure)}</span>
    </p>
  );
}

/** The gateway's messages have no full stop, but another sentence follows. */
function sentence(message: string): string {
  return /[.!?…]$/.test(message) ? message : `${message}.`;
}
