import { createRoot } from 'react-dom/client';
import 'page-ui/base.css';
import 'page-ui/frame.css';
import './ui/phone.css';
import { ConfigProblem, loadConfig } from './config.ts';
import { Telephone } from './telephone.ts';
import { CannotStart } from './ui/CannotStart.tsx';
import { PhonePage } from './ui/PhonePage.tsx';

const root = createRoot(document.getElementById('root') as HTMLElement);

async function start(): Promise<void> {
  if (!('RTCPeerConnection' in window)) {
    return root.render(
      <CannotStart problem="This browser has no WebRTC, or an extension switched it off. Use a current Chrome, Firefox, Edge or Safari." />,
    );
  }
  try {
    const telephone = new Telephone(await loadConfig());
    root.render(<PhonePage telephone={telephone} />);
    telephone.start();
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    root.render(<CannotStart problem={error.message} />);
  }
}

void start();
