import type { RosterEntry } from './roster.ts';

const NAMES: Record<RosterEntry['kind'], string> = {
  telephone: 'Telephone',
  browser: 'Operator',
  other: 'Other attendee',
};

/** A small picture, with its name, of the means by which somebody takes part. */
export function KindIcon(props: { kind: RosterEntry['kind'] }) {
  return (
    <svg className={`kind ${props.kind}`} viewBox="0 0 20 20" role="img" aria-label={NAMES[props.kind]}>
      {props.kind === 'telephone' ? (
        <path d="M6.4 2.5 8 6.3 6.2 7.9a9.5 9.5 0 0 0 5.9 5.9l1.6-1.8 3.8 1.6v2.6a1.6 1.6 0 0 1-1.7 1.6A13.9 13.9 0 0 1 2.2 4.2a1.6 1.6 0 0 1 1.6-1.7z" />
      ) : (
        <path d="M10 2a6.5 6.5 0 0 0-6.5 6.5V14A2.5 2.5 0 0 0 6 16.5h1v-6H5.2v-2a4.8 4.8 0 0 1 9.6 0v2H13v6h1a2.5 2.5 0 0 0 2.5-2.5V8.5A6.5 6.5 0 0 0 10 2z" />
      )}
    </svg>
  );
}
