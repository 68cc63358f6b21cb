import { useFocusKept } from 'page-ui/focus-kept.ts';
import { useHurriedHands } from 'page-ui/haste.ts';
import { useEffect, useSyncExternalStore } from 'react';
import type { Telephone } from '../telephone.ts';
import { Header } from './Header.tsx';
import { LineBanner } from './LineBanner.tsx';
import { PhoneCard } from './PhoneCard.tsx';
import { RecentCalls } from './RecentCalls.tsx';
import { SoundSettings } from './SoundSettings.tsx';
import { TraceCard } from './TraceCard.tsx';
import { windowTitle } from './words.ts';

export function PhonePage(props: { telephone: Telephone }) {
  const { telephone } = props;
  const state = useSyncExternalStore(telephone.phone.subscribe, telephone.phone.state);
  useHurriedHands();
  useFocusKept();
  const title = windowTitle(state);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <Header state={state} />
      <main className="phone-layout">
        {!window.isSecureContext && <InsecureNote />}
        <PhoneCard telephone={telephone} state={state} />
        <div className="beside">
          <TraceCard telephone={telephone} />
          <SoundSettings telephone={telephone} microphone={state.call?.microphone} />
          <RecentCalls
            calls={state.recent}
            numbers={telephone.config.numbers}
            ownNumber={state.number}
            canCall={!state.call && state.line.is === 'ready'}
            onCall={(number) => telephone.dial(number)}
          />
        </div>
      </main>
      <div className="notices">
        <LineBanner line={state.line} onTryAgain={() => telephone.tryAgain()} />
      </div>
    </>
  );
}

/** A note about the missing microphone, shown before the first call. */
function InsecureNote() {
  return (
    <div className="banner warn">
      <p>
        <strong>This address is not secure, so the browser gives no microphone.</strong> You can call and
        listen. To be heard, open the page as http://localhost or http://127.0.0.1 on the machine that runs
        it.
      </p>
    </div>
  );
}
