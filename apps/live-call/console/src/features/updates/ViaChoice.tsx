import { useId } from 'react';
import type { Via } from './submission.ts';
import { VIA_NAMES } from './words.ts';

const VIAS: readonly Via[] = ['node', 'python'];

/** The choice of the twin, Node or Python, that carries the orders of the rows' buttons. */
export function ViaChoice(props: { via: Via; onChange: (via: Via) => void }) {
  const name = useId();
  return (
    <fieldset className="via">
      <legend>Row buttons go through</legend>
      {VIAS.map((via) => (
        <label key={via}>
          <input type="radio" name={name} checked={props.via === via} onChange={() => props.onChange(via)} />
          <span>{VIA_NAMES[via]}</span>
        </label>
      ))}
    </fieldset>
  );
}
