/** Says what to do when there is no meeting at all. */
export function NoMeetings(props: { phoneNumber: string; onNew: () => void }) {
  return (
    <div className="card empty-state">
      <h3>No meeting yet</h3>
      <p>
        Create a meeting to get a PIN. Callers then dial{' '}
        <strong className="nowrap">{props.phoneNumber}</strong> and enter it.
      </p>
      <button type="button" className="button primary" onClick={props.onNew}>
        Create the first meeting
      </button>
    </div>
  );
}
