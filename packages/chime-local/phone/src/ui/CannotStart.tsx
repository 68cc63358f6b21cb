/** A page with one message, instead of the phone. */
export function CannotStart(props: { problem: string }) {
  return (
    <main className="screen">
      <div className="card">
        <h1>The phone cannot start</h1>
        <p role="alert">{props.problem}</p>
        <button type="button" className="button primary" onClick={() => location.reload()}>
          Try again
        </button>
      </div>
    </main>
  );
}
