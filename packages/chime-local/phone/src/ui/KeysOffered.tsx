import { useEffect, useState } from 'react';
import type { OfferedKeys } from '#options';
import { loadConfig } from '../config.ts';

/**
 * Buttons for the keys that the application offers, as a PIN. They are asked for in each call: a PIN may have changed since
 * the page was opened.
 */
export function KeysOffered(props: { known: readonly OfferedKeys[]; onKeys: (keys: string) => void }) {
  const [offered, setOffered] = useState(props.known);
  useEffect(() => {
    let over = false;
    loadConfig()
      .then(({ keys }) => over || setOffered(keys))
      // Without them the keypad is there.
      .catch(() => {});
    return () => {
      over = true;
    };
  }, []);
  if (offered.length === 0) return null;
  return (
    <div className="call-buttons">
      {offered.map(({ name, keys }) => (
        <button key={name} type="button" className="button" onClick={() => props.onKeys(keys)}>
          Key the {name}
        </button>
      ))}
    </div>
  );
}
