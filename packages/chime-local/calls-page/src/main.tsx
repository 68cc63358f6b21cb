import { createRoot } from 'react-dom/client';
import 'page-ui/base.css';
import 'page-ui/frame.css';
import './calls.css';
import './faults.css';
import { CallFeed } from './feed/call-feed.ts';
import { FaultFeed } from './feed/fault-feed.ts';
import { CallsApp } from './ui/CallsApp.tsx';

const feed = new CallFeed();
const faults = new FaultFeed();
createRoot(document.getElementById('root') as HTMLElement).render(<CallsApp feed={feed} faults={faults} />);
feed.start();
faults.start();
