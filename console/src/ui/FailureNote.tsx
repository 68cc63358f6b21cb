import { adviceFor, type Failure } from '../server/failure.ts';

/** A failure in two sentences: what went wrong, and what to do. */
export function FailureNote(props: { failure: Failure }) {
  const { failure } = props;
  return (
    <p className="failure">
      {failure.field && <strong>{failure.field}: </strong>}
      {failure.message} <span className="advice">{adviceFor(failure)}</span>
    </p>
  );
}
