import { RefusedCalls } from '../features/activity/RefusedCalls.tsx';
import { FailureToast } from '../features/updates/FailureToast.tsx';
import type { Submission } from '../features/updates/submission.ts';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { GuessingBanner } from './GuessingBanner.tsx';
import type { Services } from './services.ts';
import type { OperatorView } from './use-operator-view.ts';

/**
 * Notices that come and go by themselves. They lie over the foot of the page, so that nothing moves under the
 * pointer.
 */
export function Notices(props: {
  services: Services;
  view: OperatorView;
  onSignIn: () => void;
  onAgain: (submission: Submission) => void;
}) {
  const { services, view, onSignIn, onAgain } = props;
  return (
    <div className="notices">
      <ConnectionBanner state={view.state} onTryNow={() => services.meetings.askNow()} onSignIn={onSignIn} />
      <GuessingBanner guessing={view.state.data?.Guessing} />
      <RefusedCalls activity={services.activity} />
      <FailureToast lines={view.lines} onAgain={onAgain} />
    </div>
  );
}
