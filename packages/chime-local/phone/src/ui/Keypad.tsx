const KEYS: readonly { key: string; letters: string; name?: string }[] = [
  { key: '1', letters: '' },
  { key: '2', letters: 'ABC' },
  { key: '3', letters: 'DEF' },
  { key: '4', letters: 'GHI' },
  { key: '5', letters: 'JKL' },
  { key: '6', letters: 'MNO' },
  { key: '7', letters: 'PQRS' },
  { key: '8', letters: 'TUV' },
  { key: '9', letters: 'WXYZ' },
  { key: '*', letters: '', name: 'star' },
  { key: '0', letters: '+' },
  { key: '#', letters: '', name: 'hash' },
];

/** Twelve keys. `lit` is the one that was just pressed on the keyboard. */
export function Keypad(props: { lit: string | undefined; onKey: (key: string) => void }) {
  return (
    <fieldset className="keypad" aria-label="Key pad">
      {KEYS.map(({ key, letters, name }) => (
        <button
          key={key}
          type="button"
          className={props.lit === key ? 'key lit' : 'key'}
          aria-label={name}
          onClick={() => props.onKey(key)}
        >
          <span>{key}</span>
          {letters !== '' && <small aria-hidden="true" data-letters={letters} />}
        </button>
      ))}
    </fieldset>
  );
}
