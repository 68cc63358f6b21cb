import { useEffect, useState } from 'react';
import type { OfferedKeys } from '#options';
import { loadConfig } from '../config.ts';

/**
 * Buttons for the key sequences that the application offers, e.g. a PIN. They are requested anew in each
 * call, because a PIN may have changed since the page was opened.
 */
export function KeysOffered(props: { known: readonly OfferedKeys[]; onKeys: (keys: string) => void }) {
  const [offered, setOffered] = useState(props.known);
  useEffect(() => {
    let over = false;
    loadConfig()
      .then(({ keys }) => over || setOffered(keys))
      // Without them the keypad can be used.
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
