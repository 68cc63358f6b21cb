import type { ReactNode } from 'react';

/** A page with a single message, shown before the console itself. */
function Screen(props: { title: string; children: ReactNode }) {
  return (
    <main className="screen">
      <div className="card">
        <h1>{props.title}</h1>
        {props.children}
      </div>
    </main>
  );
}

/** Lists what the page needs and does not have. */
export function MissingScreen(props: { problems: string[] }) {
  return (
    <Screen title="Live Call cannot start">
      <ul>
        {props.problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
      <button type="button" className="button primary" onClick={() => location.reload()}>
        Try again
      </button>
    </Screen>
  );
}

export function SigningInScreen() {
  return (
    <main className="screen">
      <h1 className="unseen">Live Call</h1>
      <p role="status" className="signing-in">
        Signing in…
      </p>
    </main>
  );
}

/** Shown when nobody is signed in, by choice or because signing in failed. */
export function SignedOutScreen(props: { reason?: string; onSignIn: () => void }) {
  return (
    <Screen title={props.reason ? 'Sign-in did not work' : 'You are signed out'}>
      <p role={props.reason ? 'alert' : undefined}>
        {props.reason ?? 'Sign in to see the meetings and their calls.'}
      </p>
      <button type="button" className="button primary" onClick={props.onSignIn}>
        {props.reason ? 'Try to sign in again' : 'Sign in'}
      </button>
    </Screen>
  );
}
