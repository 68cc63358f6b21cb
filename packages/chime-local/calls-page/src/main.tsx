import { createRoot } from 'react-dom/client';
import 'page-ui/base.css';
import 'page-ui/frame.css';
import './calls.css';
import { CallFeed } from './feed/call-feed.ts';
import { CallsApp } from './ui/CallsApp.tsx';

const feed = new CallFeed();
createRoot(document.getElementById('root') as HTMLElement).render(<CallsApp feed={feed} />);
feed.start();
