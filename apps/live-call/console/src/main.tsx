import { createRoot } from 'react-dom/client';
import type { ConsoleConfig } from '#contract';
import 'page-ui/base.css';
import 'page-ui/frame.css';
import './app/layout.css';
import './features/meetings/meetings.css';
import './features/updates/updates.css';
import './features/roster/roster.css';
import './features/meeting-session/session.css';
import { browserClock } from 'page-ui/clock.ts';
import { Console } from './app/Console.tsx';
import { MissingScreen, SignedOutScreen, SigningInScreen } from './app/StartScreens.tsx';
import { createServices } from './app/services.ts';
import { ConfigProblem, loadConfig } from './config/config.ts';
import { lookAround, whatIsMissing } from './config/environment.ts';
import { goToIssuer, startSignIn } from './features/sign-in/sign-in.ts';

const root = createRoot(document.getElementById('root') as HTMLElement);

/** Checks what the page requires, signs in, and only then shows the console. */
async function start(): Promise<void> {
  const missing = whatIsMissing(lookAround());
  if (missing.length > 0) return root.render(<MissingScreen problems={missing} />);
  try {
    const config = await loadConfig();
    await signInAndShow(config);
  } catch (error) {
    const problems = error instanceof ConfigProblem ? error.problems : [String(error)];
    root.render(<MissingScreen problems={problems} />);
  }
}

async function signInAndShow(config: ConsoleConfig): Promise<void> {
  root.render(<SigningInScreen />);
  const start = await startSignIn(config, browserClock);
  if (start.kind === 'signed-in')
    return root.render(<Console services={createServices(config, start.session, browserClock)} />);
  if (start.kind === 'leaving') return;
  showSignedOut(config, start.kind === 'failed' ? start.reason : undefined);
}

function showSignedOut(config: ConsoleConfig, reason?: string): void {
  const signIn = () =>
    goToIssuer(config).catch((error: unknown) => {
      showSignedOut(config, error instanceof Error ? error.message : String(error));
    });
  root.render(<SignedOutScreen {...(reason === undefined ? {} : { reason })} onSignIn={signIn} />);
}

void start();
