import { useEffect, useRef, useState } from 'react';
import { announcements } from './announce.ts';
import type { UpdateLine } from './lines.ts';

/** Tells a screen reader the outcomes of this page's updates. */
export function Announcer(props: { lines: readonly UpdateLine[] }) {
  const { lines } = props;
  const before = useRef(lines);
  const [said, setSaid] = useState('');
  useEffect(() => {
    const news = announcements(before.current, lines);
    before.current = lines;
    if (news.length > 0) setSaid(news.join(' '));
  }, [lines]);
  return (
    <p className="unseen" role="status" aria-label="Update results">
      {said}
    </p>
  );
}
